"""Claims: from the hint one page shows both charts; "two people" puts the hint away, "one person" joins, both can be
taken back; a closed chart's pages lead to the kept one, the patient's links go on, and nobody joins what they may not
open."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from adjust_course import consented
from audit_rows import entries
from care_course import answer_intake
from clinic_apps import Browser
from clinic_bookings import slot_at
from practices import two_offices, utc
from public_pages import held_address, offered
from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.clinic_outcomes import visits_of_clinic
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.care.plan_record import latest_plan
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.people import Person, PersonDetails, add_person, change_person, find_people, person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.same_person import ChartClosedError, charts_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.public import book as book_page
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
HINT = "Another chart may be this patient"


@pytest.fixture
def other(services: Services, patient: Person) -> Person:
    """A second chart of the patient, from the public page: the number alone, and one given name."""
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        details = replace(patient.details, email="ana@example.org", birth_date=date(1980, 5, 1))
        return add_person(connection, details, actor="public page")


def both(patient: Person, other: Person) -> str:
    return f"/patients/{patient.id}/beside/{other.id}"


def join(client: Browser, patient: Person, other: Person, keep: Person | None = None) -> None:
    answer = client.submit(f"{both(patient, other)}/one", keep=(keep or patient).id)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/patients/{(keep or patient).id}"


def told(client: Browser, address: str) -> str:
    """The words of a page, without its markup."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]).split())


def test_the_hint_leads_to_both_charts_side_by_side_as_far_as_one_may_see(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    consented(services, other)
    with writing(services.engine) as connection:
        book(connection, slot_at(utc(3, 19)), person=other.id, actor="test")
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    assert f'href="{both(patient, other)}"' in desk.get(f"/patients/{patient.id}").text
    page = told(desk, both(patient, other))
    assert "Record 1001 (older) Record 1002" in page
    assert "ana@example.org" in page and "Follow-up, Tuesday 3 March" in page
    assert "Intake: 1, last" in page and "Plan" not in page and "for clinicians" in page
    seen = told(clinician, both(patient, other))
    assert "Plan: 1" in seen and "Consent: 1" in seen and "for clinicians" not in seen
    assert f'value="{patient.id}" selected' in clinician.get(both(other, patient)).text
    with reading(services.engine) as connection:
        opened = {one.subject for one in entries(connection) if one.action == "open chart beside"}
    assert opened == {patient.subject, other.subject}


def test_a_number_written_in_two_ways_is_the_same_number(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    with writing(services.engine) as connection:
        for one, phone in ((patient, "+1 714 555 0100"), (other, "714-555-0100 ext. 2")):
            change_person(connection, one.id, replace(one.details, phone=phone), actor="test")
    page = told(browser(Role.FRONT_DESK), both(patient, other))
    assert "Telephone +1 714 555 0100 714-555-0100 ext. 2 same" in page


def test_two_people_puts_the_hint_away_and_can_be_taken_back(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    desk = browser(Role.FRONT_DESK)
    assert HINT in desk.get(f"/patients/{patient.id}").text
    answer = desk.submit(f"{both(patient, other)}/two")
    assert answer.headers["location"] == f"/patients/{patient.id}"
    for one in (patient, other):
        assert HINT not in desk.get(f"/patients/{one.id}").text
        assert "Test Front desk said so on 2 March 2026" in told(desk, f"/patients/{one.id}/beside")
    assert "said on 2 March 2026" in told(desk, both(other, patient))
    refused = desk.submit(f"{both(patient, other)}/one", keep=patient.id)
    assert refused.status_code == 409 and "two people" in refused.text
    desk.submit(f"{both(other, patient)}/two", said="no")
    assert HINT in desk.get(f"/patients/{patient.id}").text
    with reading(services.engine) as connection:
        done = [(one.action, one.subject) for one in entries(connection) if "apart" in one.action]
    assert sorted(done) == sorted(
        (action, one.subject)
        for action in ("tell charts apart", "take back telling apart")
        for one in (patient, other)
    )


def test_a_closed_charts_pages_lead_to_the_kept_one_until_they_are_separated(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    consented(services, other)
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    join(desk, patient, other)
    overview = told(clinician, f"/patients/{patient.id}")
    assert HINT not in overview and "Joined with this chart Record 1002" in overview
    assert "Its documents stand among those of this chart" in overview
    assert "Instrument" in told(clinician, f"/patients/{patient.id}/plan")
    closed = f"/patients/{other.id}"
    assert clinician.get(closed).headers["location"] == f"{closed}/joined"
    page = told(clinician, f"{closed}/joined")
    assert "go on in record 1001" in page and "Plan 1, last" in page and "Test Front desk joined it" in page
    for tab in ("plan", "exam", "intake", "records", "visits?visit=follow"):
        assert clinician.get(f"{closed}/{tab}").headers["location"] == f"/patients/{patient.id}/{tab}"
    refused = desk.submit(f"{closed}/intake/begin")
    assert refused.status_code == 409 and "Open record 1001 and do it there" in refused.text
    assert "joined to record 1001" in told(desk, "/patients?q=1002")
    assert desk.submit(f"{closed}/separate").headers["location"] == closed
    assert HINT in desk.get(closed).text
    with reading(services.engine) as connection:
        assert latest_plan(connection, patient.id) is None
    assert clinician.get(f"{closed}/joined").headers["location"] == closed
    assert desk.submit(f"{closed}/separate").status_code == 409


def test_visits_at_one_time_are_named_and_nothing_is_joined(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    with writing(services.engine) as connection:
        for who, room, provider in ((patient, "t1", "ana"), (other, "t2", "ben")):
            book(connection, slot_at(utc(3, 19), provider, room), person=who.id, actor="test")
    desk = browser(Role.FRONT_DESK)
    words = "3 March, 11:00 am in record 1002 and 3 March, 11:00 am in record 1001. Move or cancel one"
    assert words in told(desk, both(patient, other))
    refused = desk.submit(f"{both(patient, other)}/one", keep=patient.id)
    assert refused.status_code == 409 and words in refused.text
    with reading(services.engine) as connection:
        assert charts_of(connection, other.id) == (other.id,)


def test_no_chart_is_joined_or_shown_by_who_may_not_open_it(
    browser: Open, services: Services, staff: dict[Role, Account], patient: Person, other: Person
) -> None:
    with writing(services.engine) as connection:
        for one in (patient, other):
            restrict(connection, one.id, account_ids=[staff[Role.CLINICIAN].id], actor="clinician")
        restrict(connection, patient.id, account_ids=[], actor="clinician")
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    for here, there in ((patient, other), (other, patient)):
        for answer in (
            desk.get(both(here, there)),
            desk.submit(f"{both(here, there)}/two"),
            desk.submit(f"{both(here, there)}/one", keep=patient.id),
        ):
            assert answer.status_code == 403 and "ana@example.org" not in answer.text
    assert "for the same staff" in told(clinician, both(patient, other))
    with writing(services.engine) as connection:
        restrict(connection, patient.id, account_ids=[staff[Role.CLINICIAN].id], actor="clinician")
    join(clinician, patient, other)
    for page in (f"/patients/{patient.id}", f"/patients/{other.id}", f"/patients/{other.id}/joined"):
        assert desk.get(page).status_code == 403
    assert desk.submit(f"/patients/{other.id}/separate").status_code == 403


def test_the_links_that_the_patient_holds_go_on_working(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    phone, desk = browser(Role.NOBODY), browser(Role.FRONT_DESK)
    kept = held_address(phone, **offered(phone.get("/book/times?office=yl&day=2026-03-05").text))
    name = {"given": "Ána", "family": "O'Neil-Ruiz", "contact": "ana@example.org"}
    visit = phone.submit(f"{kept}/confirm", **name).headers["location"].split("?")[0]
    with writing(services.engine) as connection:
        assert len(appointments_of(connection, other.id)) == 1
        form = intake_link(services, begin(connection, other.id, actor="test"))
    join(desk, patient, other)
    assert phone.get(visit).status_code == 200
    wanted = offered(phone.get(f"{visit}/move?day=2026-03-06").text)
    assert phone.submit(f"{visit}/move", **wanted).status_code == 303
    headers = {"X-CSRF": phone.csrf(form)}
    sent = phone.post(f"{form}/answer", json={"item": "saddle_numbness", "marks": ["yes"]}, headers=headers)
    assert sent.json()["saved"] and phone.submit(f"{form}/language", language="es").status_code == 303
    with reading(services.engine) as connection:
        (booked,) = appointments_of(connection, patient.id)
        assert (booked.person, booked.start.day) == (patient.id, 6)
        assert booking_block(connection, patient.id).blocks
        assert person(connection, patient.id).details.language == "es"
    assert "emergency care now" in desk.get("/today").text
    kept = held_address(phone, **offered(phone.get("/book/times?office=yl&day=2026-03-05").text))
    stopped = phone.submit(f"{kept}/confirm", **name)
    assert stopped.status_code == 409  # found under the closed chart's contact, held by what both know
    with reading(services.engine) as connection:
        assert len(find_people(connection, "O'Neil")) == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "Something changed"), ("es", "Algo cambió")])
def test_a_visitor_who_books_in_the_moment_of_a_join_is_told_of_no_chart(
    browser: Open, services: Services, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    def closed_meanwhile(*_given: object, **_named: object) -> None:
        raise ChartClosedError("somebody", 1001)

    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    phone = browser(Role.NOBODY)
    kept = held_address(phone, **offered(phone.get("/book/times?office=yl&day=2026-03-05").text))
    monkeypatch.setattr(book_page, "confirm_and_settle", closed_meanwhile)
    name = {"given": "Ana", "family": "Ruiz", "contact": "ana@example.org", "lang": lang}
    answer = phone.submit(f"{kept}/confirm", **name)
    assert answer.status_code == 409 and words in answer.text and "1001" not in answer.text


def test_nothing_is_joined_while_a_session_is_open(
    browser: Open, patient: Person, other: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def running(_desk: Desk, person_id: str) -> object:
        return ("run", None) if person_id == other.id else None

    monkeypatch.setattr(Desk, "running", running)
    refused = browser(Role.CLINICIAN).submit(f"{both(patient, other)}/one", keep=patient.id)
    assert refused.status_code == 409 and "session of record 1002 is ready or runs" in refused.text


def test_no_link_of_one_chart_leads_to_a_form_of_the_other(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    """Were the join a mistake, another person's answers would stand on it; and the link outlasts a separation."""
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, other.id, actor="test"))
    join(browser(Role.FRONT_DESK), patient, other)
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test")
    assert browser(Role.NOBODY).get(link).status_code == 200


def test_a_session_is_looked_for_when_both_charts_are_held(
    browser: Open, patient: Person, other: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From then on no plan of a session is kept in either chart: what runs was begun before, and is seen."""
    order: list[str] = []

    def running(_desk: Desk, _person_id: str) -> object:
        order.append("looked")
        return "run", None

    def joining(*_charts: object, **_named: object) -> None:
        order.append("held")

    monkeypatch.setattr(Desk, "running", running)
    monkeypatch.setattr("spondyl.clinic.web.patients.beside.join_charts", joining)
    refused = browser(Role.CLINICIAN).submit(f"{both(patient, other)}/one", keep=patient.id)
    assert (refused.status_code, order) == (409, ["held", "looked"])


def test_a_number_finds_any_other_chart(browser: Open, services: Services, patient: Person) -> None:
    with writing(services.engine) as connection:
        wed = add_person(connection, PersonDetails(given_name="Ana", family_name="Married"), actor="test")
    desk = browser(Role.FRONT_DESK)
    page = f"/patients/{patient.id}/beside"
    assert desk.get(page, params={"record": "1002"}).headers["location"] == both(patient, wed)
    for typed in ("1001", "77", "x", "9" * 15):
        answer = desk.get(page, params={"record": typed})
        assert answer.status_code == 422 and "no other chart with the record number" in answer.text
    assert desk.get(both(patient, patient)).status_code == 404
    assert desk.submit(f"{both(patient, wed)}/one", keep="").status_code == 409


def test_what_leaves_names_both_charts_once(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    consented(services, other)
    clinician = browser(Role.CLINICIAN)
    join(clinician, patient, other)
    links = {one: clinician.get(f"/fhir/R4B/Patient/{one}").json() for one in (patient.id, other.id)}
    assert links[patient.id]["link"] == [{"other": {"reference": f"Patient/{other.id}"}, "type": "replaces"}]
    assert "active" not in links[patient.id]
    assert links[other.id]["active"] is False
    assert links[other.id]["link"][0] == {
        "other": {"reference": f"Patient/{patient.id}"},
        "type": "replaced-by",
    }
    found = clinician.get("/fhir/R4B/Patient").json()["entry"]
    assert {one["resource"]["id"] for one in found if "link" in one["resource"]} == {patient.id, other.id}
    (plan,) = clinician.get(f"/fhir/R4B/CarePlan?patient={patient.id}").json()["entry"]
    assert plan["resource"]["subject"] == {"reference": f"Patient/{patient.id}"}
    assert clinician.get(f"/fhir/R4B/CarePlan/{plan['resource']['id']}").status_code == 200
    assert clinician.get(f"/fhir/R4B/CarePlan?patient={other.id}").json()["total"] == 0
    (answers,) = clinician.get(f"/fhir/R4B/QuestionnaireResponse?patient={patient.id}").json()["entry"]
    assert answers["resource"]["subject"] == {"reference": f"Patient/{patient.id}"}
    packed = clinician.submit(f"/patients/{patient.id}/records/export").content
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        bundle = json.loads(file.read("fhir.json"))
        names = file.namelist()
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert kinds.count("Patient") == 2 and kinds.count("CarePlan") == 1
    assert sum(name.startswith("documents/plan-") for name in names) == 1
    with reading(services.engine) as connection:
        assert {one.patient_id for one in visits_of_clinic(connection)} == {"1001"}
    assert "Joined two charts of one person" in told(clinician, f"/patients/{patient.id}/records")


def test_an_erasure_takes_the_closed_chart_along(
    browser: Open, services: Services, patient: Person, other: Person
) -> None:
    answer_intake(services, other, pain=6, roland=14)
    admin = browser(Role.ADMINISTRATOR)
    join(admin, patient, other)
    page = f"/admin/retention/{patient.id}"
    assert "record 1002, joined with this chart" in told(admin, page)
    alone = admin.submit(f"/admin/retention/{other.id}", record_number="1002", ground="request")
    assert alone.status_code == 422 and "joined to record 1001" in alone.text
    assert admin.submit(page, record_number="1001", ground="request").status_code == 303
    with reading(services.engine) as connection:
        for one in (patient, other):
            assert person(connection, one.id).erased_at is not None
            assert documents.newest_of_each(connection, kind="intake", person_id=one.id) == []
        assert find_people(connection) == []
