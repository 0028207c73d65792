"""Claims: a passkey's answer is good once (WebAuthn level 2, 13.4.3), and one that fails is counted and logged."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response

from audit_rows import entries
from clinic_apps import ADDRESS, Browser
from software_passkey import SoftwarePasskey, text
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.passkeys import passkeys_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.account.passkey import COOKIE
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


def send(person: Browser, address: str, **content: Any) -> Response:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return person.post(address, content=json.dumps(content), headers={"X-CSRF": person.csrf(), **headers})


def challenge_of(person: Browser, address: str) -> str:
    return send(person, address).json()["challenge"]


def add(person: Browser, key: SoftwarePasskey) -> tuple[str, dict[str, Any]]:
    """Add the passkey to the account; the challenge's cookie and what was sent with it."""
    challenge = challenge_of(person, "/account/passkeys/options")
    cookie = person.cookies[COOKIE]
    sent = {"credential": key.made(challenge, origin=ADDRESS), "label": "Tests"}
    assert send(person, "/account/passkeys", **sent).status_code == 200
    return cookie, sent


def proof(person: Browser, key: SoftwarePasskey) -> dict[str, Any]:
    challenge = challenge_of(person, "/sign-in/passkey/options")
    return {"credential": key.proof(challenge, origin=ADDRESS), "next": "/patients"}


@pytest.fixture
def key(browser: Open) -> SoftwarePasskey:
    made = SoftwarePasskey()
    add(browser(Role.CLINICIAN), made)
    return made


def test_an_answer_opens_one_session_and_is_refused_the_second_time(
    browser: Open, key: SoftwarePasskey, services: Services
) -> None:
    person, thief = browser(Role.NOBODY), browser(Role.NOBODY)
    sent = proof(person, key)
    overheard = person.cookies[COOKIE]
    answer = send(person, "/sign-in/passkey", **sent)
    assert answer.json() == {"next": "/patients"} and person.get("/today").status_code == 200
    thief.cookies.set(COOKIE, overheard)
    assert send(thief, "/sign-in/passkey", **sent).status_code == 422
    assert thief.get("/today").status_code == 303
    with reading(services.engine) as connection:
        (row,) = entries(connection, action="sign-in refused")
    assert row.detail == {"address": "testclient", "passkey": "an answer sent before"}


def test_a_removed_passkey_is_not_added_again_with_the_same_answer(
    browser: Open, staff: dict[Role, Account], services: Services
) -> None:
    key, person = SoftwarePasskey(), browser(Role.CLINICIAN)
    overheard, sent = add(person, key)
    person.submit(f"/account/passkeys/{text(key.credential_id)}/remove")
    person.cookies.set(COOKIE, overheard)
    assert send(person, "/account/passkeys", **sent).status_code == 422
    with reading(services.engine) as connection:
        assert passkeys_of(connection, staff[Role.CLINICIAN].id) == []


def test_a_passkey_that_does_not_prove_itself_is_in_the_log_and_counts_for_the_address(
    browser: Open, key: SoftwarePasskey, services: Services
) -> None:
    thief, forged = browser(Role.NOBODY), SoftwarePasskey()
    answers = [send(thief, "/sign-in/passkey", **proof(thief, forged)).status_code for _ in range(51)]
    assert answers == [422] * 50 + [429]
    assert thief.submit("/sign-in", name="anybody", password="a guess").status_code == 429
    with reading(services.engine) as connection:
        rows = entries(connection, action="sign-in refused")
    assert [row.detail["passkey"] for row in rows] == ["account clinician"] * 50
    assert key.credential_id == forged.credential_id


def test_guesses_at_the_password_do_not_shut_the_passkey_out(
    browser: Open, key: SoftwarePasskey, staff: dict[Role, Account]
) -> None:
    name, person = staff[Role.CLINICIAN].sign_in_name, browser(Role.NOBODY)
    answers = [person.submit("/sign-in", name=name, password="a guess").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert send(person, "/sign-in/passkey", **proof(person, key)).status_code == 200


def test_nonsense_instead_of_a_passkey_is_refused_in_words(browser: Open) -> None:
    person = browser(Role.NOBODY)
    for nonsense in ({}, {"credential": []}, {"credential": {"id": 7}}, {"credential": {"id": "\ud83d"}}):
        challenge_of(person, "/sign-in/passkey/options")
        refused = send(person, "/sign-in/passkey", **nonsense)
        assert refused.status_code == 422 and "did not prove itself" in refused.json()["error"]


def test_a_passkey_that_another_account_has_is_refused_in_words(browser: Open, key: SoftwarePasskey) -> None:
    other = browser(Role.FRONT_DESK)
    challenge = challenge_of(other, "/account/passkeys/options")
    sent = {"credential": key.made(challenge, origin=ADDRESS), "label": "\ud83d"}
    refused = send(other, "/account/passkeys", **sent)
    assert refused.status_code == 422 and "did not prove itself" in refused.json()["error"]
