"""Claims: a passkey's answer is good once (WebAuthn level 2, 13.4.3), and one that fails is counted and logged."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from audit_rows import entries
from clinic_apps import ADDRESS, Browser
from clinic_charts import Clock
from software_passkey import SoftwarePasskey, text
from spondyl.clinic.chart.accounts import Account, account, set_password
from spondyl.clinic.chart.passkeys import passkeys_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
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


PASSWORD = "four unrelated words here"


@pytest.fixture
def left_open(browser: Open, services: Services, staff: dict[Role, Account]) -> Browser:
    """The screen of somebody with a password who went away."""
    with writing(services.engine) as connection:
        set_password(connection, staff[Role.CLINICIAN].id, password=PASSWORD, actor="test")
    return browser(Role.CLINICIAN)


def test_a_passkey_is_added_only_with_the_password(left_open: Browser) -> None:
    for present in ({}, {"present": "a guess"}, {"present": ["x"]}):
        refused = send(left_open, "/account/passkeys/options", **present)
        assert refused.status_code == 422 and "present password is not right" in refused.json()["error"]
        assert COOKIE not in left_open.cookies
    assert 'name="proof"' in left_open.get("/account").text
    assert "challenge" in send(left_open, "/account/passkeys/options", present=PASSWORD).json()


def test_a_passkey_is_removed_only_with_the_password(
    browser: Open, key: SoftwarePasskey, left_open: Browser, services: Services, staff: dict[Role, Account]
) -> None:
    del browser
    removing = f"/account/passkeys/{text(key.credential_id)}/remove"

    def kept() -> int:
        with reading(services.engine) as connection:
            return len(passkeys_of(connection, staff[Role.CLINICIAN].id))

    assert 'name="present" required' in left_open.get("/account").text
    for present in ({}, {"present": "a guess"}):
        refused = left_open.submit(removing, **present)
        assert refused.status_code == 422 and "present password is not right" in refused.text
        assert kept() == 1
    assert left_open.submit(removing, present=PASSWORD).status_code == 303 and kept() == 0


def test_without_a_password_a_passkey_is_removed_only_just_after_signing_in(
    browser: Open, key: SoftwarePasskey, clock: Clock
) -> None:
    person = browser(Role.CLINICIAN)
    clock.advance(timedelta(minutes=5))
    removing = f"/account/passkeys/{text(key.credential_id)}/remove"
    assert "sign in again" in person.submit(removing).text
    assert "Remove passkey Tests" in person.get("/account").text
    assert browser(Role.CLINICIAN).submit(removing).status_code == 303


def test_an_account_without_a_password_is_given_a_way_in_only_just_after_signing_in(
    browser: Open, clock: Clock, staff: dict[Role, Account], services: Services
) -> None:
    person = browser(Role.CLINICIAN)
    clock.advance(timedelta(minutes=5))
    refused = send(person, "/account/passkeys/options")
    assert refused.status_code == 422 and "sign in again" in refused.json()["error"]
    assert "sign in again" in person.submit("/account/password", password=PASSWORD).text
    with reading(services.engine) as connection:
        assert not account(connection, staff[Role.CLINICIAN].id).has_password
    assert browser(Role.CLINICIAN).submit("/account/password", password=PASSWORD).status_code == 303


def test_a_new_password_takes_the_passkeys_away_when_asked(
    browser: Open, key: SoftwarePasskey, staff: dict[Role, Account], services: Services
) -> None:
    one, admin = staff[Role.CLINICIAN], browser(Role.ADMINISTRATOR)

    def kept() -> int:
        with reading(services.engine) as connection:
            return len(passkeys_of(connection, one.id))

    assert "Also remove the passkeys: Tests" in admin.get(f"/admin/accounts/{one.id}").text
    admin.submit(f"/admin/accounts/{one.id}/password", password=PASSWORD)
    assert kept() == 1
    admin.submit(f"/admin/accounts/{one.id}/password", password=PASSWORD, without_passkeys="true")
    assert kept() == 0
    assert (
        send(browser(Role.NOBODY), "/sign-in/passkey", **proof(browser(Role.NOBODY), key)).status_code == 422
    )
    person = browser(Role.CLINICIAN)
    challenge = send(person, "/account/passkeys/options", present=PASSWORD).json()["challenge"]
    send(person, "/account/passkeys", credential=key.made(challenge, origin=ADDRESS), label="Mine")
    assert "Also remove my passkeys: Mine" in person.get("/account").text
    sent = {"present": PASSWORD, "password": "another four words", "without_passkeys": "true"}
    assert person.submit("/account/password", **sent).status_code == 303
    assert kept() == 0 and person.get("/today").status_code == 200


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:8080", 'href="http://localhost:8080/sign-in'),
        ("http://192.168.1.10", "give it a name"),
    ],
)
def test_where_the_address_is_a_number_no_passkey_is_offered(
    services: Services, staff: dict[Role, Account], address: str, said: str
) -> None:
    del staff
    names = (*services.settings.host_names, "192.168.1.10")
    app = create_app(replace(services, settings=replace(services.settings, host_names=names)))
    page = Browser(app, base_url=address, follow_redirects=False).get("/sign-in").text
    assert said in page and "data-passkey" not in page and "this one is a number" in page
    named = Browser(app, base_url="http://localhost:8080").get("/sign-in").text
    assert "data-passkey" in named and "this one is a number" not in named
