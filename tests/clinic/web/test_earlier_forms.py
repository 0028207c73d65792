"""Claims: a new form takes no flag away; only a clinician's look does, and it takes those of every form."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from care_course import answer_intake
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.assessment.intake import Intake, ItemKind, Stop, answered
from spondyl.assessment.screening import Urgency
from spondyl.booking import VisitType
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.booking_block import booking_block, waiting_for_a_look
from spondyl.clinic.care.intake_record import begin, keep, newest
from spondyl.clinic.care.plan_record import situation_of
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.people import Person, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
CONSULTATION = VisitType(key="first", name="Consultation", name_es="Consulta", duration_min=30)
REASON = "Asked and examined: sensation and power are whole."


def stop_now(services: Services, patient: Person) -> Stop:
    """What is blocked; booking, the day's page and the plan say the same."""
    with reading(services.engine) as connection:
        stop = booking_block(connection, patient.id).stop
        is_booked_past = booking_stop(connection, patient.id, CONSULTATION) is None
        waits = [one.person.id for one in waiting_for_a_look(connection)]
        situation = situation_of(connection, patient.id)
    assert is_booked_past is (stop is not Stop.EVERYTHING)
    assert situation.stop is stop
    if stop is Stop.EVERYTHING:
        assert waits == [patient.id]
        assert situation.held
    return stop


def say_no(services: Services, patient: Person) -> None:
    """Every question of safety of the newest form answered with no."""
    with writing(services.engine) as connection:
        stored = newest(connection, patient.id)
        assert stored is not None
        intake: Intake = stored.intake
        for item in (item for group in intake.groups for item in group.items):
            intake = answered(intake, item.key, ("no",)) if item.kind is ItemKind.YES_NO else intake
        keep(connection, stored, intake, actor="patient by link")


def send(phone: Browser, link: str, item: str, mark: str) -> object:
    headers = {"X-CSRF": phone.csrf(link)}
    return phone.post(f"{link}/answer", json={"item": item, "marks": [mark]}, headers=headers).json()


@pytest.mark.parametrize("again", ["true", "false"])
def test_a_new_form_takes_no_emergency_away(
    browser: Open, services: Services, patient: Person, clock: Clock, again: str
) -> None:
    answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes", fever="yes")
    assert stop_now(services, patient) is Stop.EVERYTHING
    clock.advance(timedelta(minutes=5))
    page = f"/patients/{patient.id}/intake"
    assert browser(Role.FRONT_DESK).submit(f"{page}/begin", again=again).status_code == 303
    assert stop_now(services, patient) is Stop.EVERYTHING
    say_no(services, patient)
    assert stop_now(services, patient) is Stop.EVERYTHING
    with reading(services.engine) as connection:
        block = booking_block(connection, patient.id)
        held = chart_gate(connection, patient.id).held
    assert len(block.reasons) == 2 and block.urgency is not None and len(held) >= 2


@pytest.mark.parametrize("again", ["true", "false"])
def test_the_page_shows_the_earlier_flag_and_one_look_takes_it_from_every_form(
    browser: Open, services: Services, patient: Person, clock: Clock, again: str
) -> None:
    answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes", older_age="yes")
    clock.advance(timedelta(days=40))
    page, clinician = f"/patients/{patient.id}/intake", browser(Role.CLINICIAN)
    browser(Role.FRONT_DESK).submit(f"{page}/begin", again=again)
    say_no(services, patient)
    assert stop_now(services, patient) is Stop.EVERYTHING
    shown = clinician.get(page).text
    assert "Said in an earlier form, last answered 2 March 2026" in shown
    assert 'name="cleared" value="saddle_numbness"' in shown and "said yes" in shown
    assert clinician.submit(f"{page}/review", cleared="saddle_numbness", reason=REASON).status_code == 303
    assert stop_now(services, patient) is Stop.TREATMENT
    assert 'name="cleared" value="older_age"' in clinician.get(page).text
    assert clinician.submit(f"{page}/review", cleared="older_age", reason=REASON).status_code == 303
    assert stop_now(services, patient) is Stop.NOTHING
    assert "earlier form" not in clinician.get(page).text
    with reading(services.engine) as connection:
        assert waiting_for_a_look(connection) == ()


def test_an_emergency_told_through_the_link_of_an_earlier_form_stops_everything(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    clock.advance(timedelta(minutes=5))
    answer_intake(services, patient, pain=6, roland=14)
    assert stop_now(services, patient) is Stop.NOTHING
    phone = browser(Role.NOBODY)
    assert send(phone, link, "saddle_numbness", "yes") == {"saved": True, "message": "nerves"}
    assert stop_now(services, patient) is Stop.EVERYTHING
    assert "emergency care now" in browser(Role.FRONT_DESK).get("/today").text
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/intake/review", cleared="saddle_numbness", reason=REASON)
    assert stop_now(services, patient) is Stop.NOTHING


def test_a_yes_after_the_look_is_not_covered_by_it(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    link = intake_link(services, answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes"))
    clock.advance(timedelta(minutes=5))
    clinician, phone = browser(Role.CLINICIAN), browser(Role.NOBODY)
    clinician.submit(
        f"/patients/{patient.id}/intake/review", cleared=["saddle_numbness", "fever"], reason=REASON
    )
    assert stop_now(services, patient) is Stop.NOTHING
    clock.advance(timedelta(days=1))
    send(phone, link, "saddle_numbness", "no")
    assert stop_now(services, patient) is Stop.NOTHING
    send(phone, link, "fever", "yes")
    assert stop_now(services, patient) is Stop.EVERYTHING
    send(phone, link, "fever", "no")
    assert (
        stop_now(services, patient) is Stop.EVERYTHING
    )  # what called for today is not taken back by the patient
    clock.advance(timedelta(minutes=5))
    look = f"/patients/{patient.id}/intake/review"
    assert browser(Role.CLINICIAN).submit(look, cleared=["fever"], reason=REASON).status_code == 303
    assert stop_now(services, patient) is Stop.NOTHING
    send(phone, link, "saddle_numbness", "yes")
    assert stop_now(services, patient) is Stop.EVERYTHING


def test_an_earlier_form_left_open_blocks_nothing_by_its_open_questions(
    services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test")
    clock.advance(timedelta(minutes=5))
    answer_intake(services, patient, pain=6, roland=14)
    assert stop_now(services, patient) is Stop.NOTHING


def test_a_flag_that_holds_treatment_goes_on_waiting_while_the_new_form_is_filled(
    services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=6, roland=14, blood_thinner="yes")
    clock.advance(timedelta(minutes=5))
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test")
    say_no(services, patient)
    assert stop_now(services, patient) is Stop.TREATMENT
    with reading(services.engine) as connection:
        assert [one.person.id for one in waiting_for_a_look(connection)] == [patient.id]
        assert "blood_thinner" in situation_of(connection, patient.id).cautions


def test_a_yes_said_while_the_clinician_read_the_page_is_not_covered(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    link = intake_link(services, answer_intake(services, patient, pain=6, roland=14, fever="yes"))
    page, clinician = f"/patients/{patient.id}/intake", browser(Role.CLINICIAN)
    found = re.search(r'name="seen_at" value="([^"]+)"', clinician.get(page).text)
    assert found is not None
    clock.advance(timedelta(minutes=1))
    send(browser(Role.NOBODY), link, "saddle_numbness", "yes")
    clock.advance(timedelta(minutes=1))
    look = {"cleared": ["fever", "saddle_numbness"], "reason": REASON, "seen_at": found[1]}
    assert clinician.submit(f"{page}/review", **look).status_code == 303
    assert stop_now(services, patient) is Stop.EVERYTHING
    with reading(services.engine) as connection:
        reasons = booking_block(connection, patient.id).reasons
    assert len(reasons) == 1 and "newly numb" in reasons[0]
    assert clinician.submit(f"{page}/review", **look | {"seen_at": "2026-03-02"}).status_code == 422
    shown = re.search(r'name="seen_at" value="([^"]+)"', clinician.get(page).text)
    assert shown is not None and clinician.submit(f"{page}/review", **look | {"seen_at": shown[1]})
    assert stop_now(services, patient) is Stop.NOTHING


@pytest.mark.parametrize("item", ["fever", "saddle_numbness"])
def test_an_older_no_that_arrives_late_takes_back_no_newer_yes(
    browser: Open, services: Services, patient: Person, clock: Clock, item: str
) -> None:
    """A no waits on a telephone without a network, and stands on a page opened before; meanwhile the other says yes."""
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    phone, other = browser(Role.NOBODY), browser(Role.NOBODY)

    def send(client: Browser, mark: str, **more: object) -> None:
        headers = {"X-CSRF": client.csrf(link)}
        body = {"item": item, "marks": [mark], **more}
        assert client.post(f"{link}/answer", json=body, headers=headers).status_code == 200

    def said() -> str:
        with reading(services.engine) as connection:
            stored = newest(connection, patient.id)
        assert stored is not None
        return stored.intake.one(item)

    page = phone.get(link).text
    opened_at = page.split('name="opened_at" value="')[1].split('"')[0]
    clock.advance(timedelta(minutes=5))
    send(other, "yes")
    clock.advance(timedelta(minutes=5))
    send(phone, "no", age_ms=8 * 60_000)
    assert said() == "yes"
    for opened in ({"opened_at": opened_at}, {"opened_at": "yesterday"}, {}):
        whole = {"csrf": phone.csrf(link), item: "no", **opened}
        assert phone.post(link, data=whole).status_code == 303
        assert said() == "yes" and stop_now(services, patient) is Stop.EVERYTHING
    send(phone, "no", age_ms=4 * 60_000)
    assert said() == "no"


def test_nothing_is_pressed_first_where_everything_is_stopped(
    browser: Open, services: Services, patient: Person
) -> None:
    page = f"/patients/{patient.id}/intake"
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test")
    assert 'class="button primary"' in browser(Role.FRONT_DESK).get(page).text
    with writing(services.engine) as connection:
        stored = newest(connection, patient.id)
        assert stored is not None
        keep(connection, stored, answered(stored.intake, "saddle_numbness", ("yes",)), actor="test")
    shown = browser(Role.FRONT_DESK).get(page).text
    assert "fetch a clinician, now" in shown and "Open the form on this device" in shown
    assert 'class="button primary"' not in shown


def test_of_two_forms_that_stop_everything_the_more_urgent_waits_first(
    services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        other = add_person(connection, replace(patient.details, given_name="Ruth"), actor="test")
    answer_intake(services, other, pain=6, roland=14, fever="yes")
    clock.advance(timedelta(minutes=5))
    answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes")
    with reading(services.engine) as connection:
        waiting = waiting_for_a_look(connection)
    assert [one.block.urgency for one in waiting] == [Urgency.EMERGENCY_NOW, Urgency.SAME_DAY]
    assert {one.block.stop for one in waiting} == {Stop.EVERYTHING}
