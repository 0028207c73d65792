"""Claims: the shell's pages answer, need signing in, refuse a form without its token, and escape what people typed."""

import html
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clinic_apps import Browser
from practices import two_offices
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.patients.merge import merged
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


@pytest.mark.parametrize("address", ["/today", "/patients", "/patients/new"])
def test_a_staff_page_needs_signing_in_and_then_has_one_heading(browser: Open, address: str) -> None:
    refused = browser(Role.NOBODY).get(address)
    assert (refused.status_code, refused.headers["location"]) == (303, f"/sign-in?next={address}")
    shown = browser(Role.FRONT_DESK).get(address)
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1
    assert "Next:" in shown.text


def test_a_patient_is_added_found_and_changed(browser: Open) -> None:
    desk = browser(Role.FRONT_DESK)
    added = desk.submit("/patients/new", given_name="José", family_name="<b>Núñez", birth_date="1980-12-31")
    assert added.status_code == 303
    assert "&lt;b&gt;Núñez" in desk.get("/patients?q=jose nunez").text
    chart = added.headers["location"]
    assert "change what is known, then save." in desk.get(f"{chart}/details").text
    desk.submit(f"{chart}/details", given_name="José", family_name="Núñez", phone="714-555-0100")
    assert "José Núñez" in desk.get(chart).text


def test_few_digits_are_said_to_be_no_record_number_and_not_to_be_in_no_telephone_number(
    browser: Open, patient: Person
) -> None:
    desk = browser(Role.FRONT_DESK)
    assert patient.details.phone.endswith("0100")
    few = desk.get("/patients?q=0100").text
    assert "No patient has the record number 100." in few and "by 6 of its digits" in few
    assert "telephone number or e-mail address" in desk.get("/patients?q=nobody").text


def test_a_birth_date_in_the_future_is_refused_and_what_was_typed_stays(browser: Open) -> None:
    sent = browser(Role.FRONT_DESK).submit(
        "/patients/new", given_name="Ana", family_name="Ruiz", birth_date="2026-03-03"
    )
    assert sent.status_code == 422
    assert "lies in the future" in sent.text
    assert 'value="Ruiz"' in sent.text


def test_the_day_of_a_clinic_without_offices_says_how_to_begin(browser: Open) -> None:
    admin = browser(Role.ADMINISTRATOR).get("/today").text
    assert "Copy the clinic's key file" in admin and 'href="/calendar/practice"' in admin
    desk = browser(Role.FRONT_DESK).get("/today").text
    assert "an administrator first describes offices" in desk and "key file" not in desk


def test_of_two_who_change_the_details_neither_loses_a_field(browser: Open, patient: Person) -> None:
    desk, address = browser(Role.FRONT_DESK), f"/patients/{patient.id}/details"
    form = {
        "given_name": "Ána",
        "family_name": "O'Neil-Ruiz",
        "birth_date": "",
        "sex": "unknown",
        "email": "",
    }
    form |= {"language": "en", "phone": "+1 714 555 0100"}
    shown = re.search(r'name="shown" value="([^"]+)"', desk.get(address).text)
    assert shown
    form["shown"] = html.unescape(shown[1])
    assert desk.submit(address, **form | {"phone": "+1 714 555 0199"}).status_code == 303
    assert desk.submit(address, **form | {"email": "ana@example.org"}).status_code == 303
    page = desk.get(f"/patients/{patient.id}").text
    assert "555 0199" in page and "ana@example.org" in page
    clash = desk.submit(address, **form | {"phone": "+1 714 555 0111"})
    assert clash.status_code == 422 and "Theirs: Telephone: +1 714 555 0199" in clash.text
    assert 'value="+1 714 555 0111"' in clash.text


def test_a_mistyped_address_is_said_in_the_form_of_a_patient(browser: Open, patient: Person) -> None:
    desk = browser(Role.FRONT_DESK)
    for address in ("/patients/new", f"/patients/{patient.id}/details"):
        refused = desk.submit(address, given_name="Ána", family_name="O'Neil-Ruiz", email="ana@[x.org")
        assert refused.status_code == 422
        assert (
            "No letter can reach the e-mail address" in refused.text and 'value="ana@[x.org"' in refused.text
        )


def test_of_two_who_save_the_details_within_a_moment_the_second_is_told(
    browser: Open, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/patients/{patient.id}/details"
    clients = [browser(Role.FRONT_DESK), browser(Role.CLINICIAN)]
    shown = re.search(r'name="shown" value="([^"]+)"', clients[0].get(address).text)
    assert shown
    known = json.loads(html.unescape(shown[1]))
    forms = [
        {**known, "phone": phone, "shown": html.unescape(shown[1]), "csrf": client.csrf()}
        for client, phone in zip(clients, ("+1 714 555 0122", "+1 714 555 0133"), strict=True)
    ]

    def slowly(*given: Any) -> Any:
        found = merged(*given)
        time.sleep(0.5)  # long enough for the other one to have looked too
        return found

    monkeypatch.setattr("spondyl.clinic.web.patients.routes.merged", slowly)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda at: clients[at].post(address, data=forms[at]), (0, 1)))
    assert sorted(one.status_code for one in answers) == [303, 422]
    first, second = sorted((0, 1), key=lambda at: answers[at].status_code)
    told = answers[second].text
    assert f"Theirs: Telephone: {forms[first]['phone']}" in told
    assert f'value="{forms[second]["phone"]}"' in told
    assert forms[first]["phone"] in clients[0].get(f"/patients/{patient.id}/details").text


def test_a_form_without_its_token_changes_nothing(browser: Open, patient: Person) -> None:
    desk = browser(Role.FRONT_DESK)
    refused = desk.post(f"/patients/{patient.id}/details", data={"given_name": "X", "family_name": "Y"})
    assert refused.status_code == 403
    assert "Nothing was saved" in refused.text
    assert patient.full_name.split()[0] in desk.get(f"/patients/{patient.id}").text


def test_an_unknown_page_says_what_to_do(browser: Open) -> None:
    missing = browser(Role.CLINICIAN).get("/patients/nobody")
    assert missing.status_code == 404
    assert "find the patient by name" in missing.text


@pytest.mark.parametrize(
    ("role", "address", "said"),
    [
        (Role.CLINICIAN, "/patients/{}/plan/consent", "There is no plan yet. Make one on the page Plan."),
        (Role.FRONT_DESK, "/calendar/away?provider=nobody", "There is no such provider, room or instrument."),
        (Role.NOBODY, "/book?visit=adjust", "That kind of visit cannot be booked here."),
        (Role.FRONT_DESK, "/nowhere", "There is no page /nowhere."),
    ],
)
def test_what_is_not_there_is_named(
    browser: Open, services: Services, patient: Person, role: Role, address: str, said: str
) -> None:
    """Each of these said that there was no such page, of pages that there are."""
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    missing = browser(role).get(address.format(patient.id))
    assert missing.status_code == 404 and said in html.unescape(missing.text)
