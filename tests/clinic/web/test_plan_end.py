"""Claims: after a review that did not reach its goal nothing more of the same is delivered or booked, as the leaflet
that the patient signed says; a changed plan opens it again."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from adjust_course import OPTION, consented, filled
from care_course import answer_intake, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.assessment.screening import Answer
from spondyl.booking import VisitType
from spondyl.clinic.care.adjustment_gate import ASKED, chart_gate
from spondyl.clinic.care.plan_record import latest_plan
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import appointments
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
REVIEW = date(2026, 4, 13)
ENDS = "The review was on 13 April 2026 and the goal is not reached by the score of 20 April 2026"
ADJUSTMENT, FOLLOW_UP = (
    next(one for one in two_offices().visit_types if one.key == key) for key in ("adjust", "follow")
)


@pytest.fixture
def ended(services: Services, patient: Person, clock: Clock) -> Person:
    """Roland-Morris 14 at the start and a week after the review: the goal of 9 is not reached. Today is 20 April."""
    with writing(services.engine) as connection:
        practice = two_offices()
        kinds = tuple(replace(one, public=one.public or one.instrument) for one in practice.visit_types)
        save_practice(connection, replace(practice, visit_types=kinds), actor="test")
    consented(services, patient)
    clock.advance(timedelta(days=49))
    score(services, patient, 14, REVIEW + timedelta(days=7))
    return patient


def score(services: Services, patient: Person, value: float, on: date) -> None:
    with writing(services.engine) as connection:
        add_score(connection, patient.id, instrument="rmdq", value=value, on=on, actor="test")


def gate_of(services: Services, patient: Person) -> tuple[Answer, str]:
    with reading(services.engine) as connection:
        gate = chart_gate(connection, patient.id)
    assert bool(gate.problems({one.key: Answer.NO for one in ASKED})) is (gate.consent is not Answer.YES)
    return gate.consent, gate.consent_text


def stop_of(services: Services, patient: Person, kind: VisitType) -> str | None:
    with reading(services.engine) as connection:
        return booking_stop(connection, patient.id, kind)


def visits(services: Services) -> int:
    with reading(services.engine) as connection:
        return len(connection.execute(appointments.select()).all())


def test_the_gate_shuts_when_the_review_did_not_reach_the_goal_and_says_so(
    browser: Open, services: Services, ended: Person
) -> None:
    consent, text = gate_of(services, ended)
    assert consent is Answer.UNKNOWN and text.startswith(ENDS) and "changes the plan" in text
    clinician, address = browser(Role.CLINICIAN), f"/patients/{ended.id}/adjust"
    assert ENDS in clinician.get(address).text
    refused = clinician.submit(address, **filled())
    assert refused.status_code == 422 and ENDS in refused.text


def test_the_gate_is_open_before_the_review_asks_for_a_score_on_it_and_opens_when_the_goal_is_reached(
    services: Services, patient: Person, clock: Clock
) -> None:
    consented(services, patient)
    clock.advance(timedelta(days=41))
    score(services, patient, 14, REVIEW - timedelta(days=40))
    assert gate_of(services, patient)[0] is Answer.YES
    clock.advance(timedelta(days=1))
    assert gate_of(services, patient)[0] is Answer.UNKNOWN
    score(services, patient, 9, REVIEW)
    assert gate_of(services, patient)[0] is Answer.YES


def test_a_review_without_a_score_shuts_the_gate_until_the_patient_was_asked(
    services: Services, patient: Person, clock: Clock
) -> None:
    consented(services, patient)
    clock.advance(timedelta(days=42))
    consent, text = gate_of(services, patient)
    assert consent is Answer.UNKNOWN and "there is no score" in text and "Ask the patient" in text
    assert stop_of(services, patient, ADJUSTMENT) is None


@pytest.mark.parametrize("value", [9, 13])
def test_one_score_of_the_day_after_the_start_neither_opens_nor_shuts_it_for_good(
    browser: Open, services: Services, patient: Person, clock: Clock, value: int
) -> None:
    consented(services, patient)
    clock.advance(timedelta(days=2))
    score(services, patient, value, date(2026, 3, 3))
    for days in (40, 200, 100):
        clock.advance(timedelta(days=days))
        consent, text = gate_of(services, patient)
        assert consent is Answer.UNKNOWN and "there is no score from 30 March 2026 on" in text
        assert stop_of(services, patient, ADJUSTMENT) is None
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/plan").text
    assert f"{value} (3 March 2026) is too early to judge by" in page and "No score:" in page


def test_staff_book_no_more_adjustments_after_it_but_a_visit_to_talk_about_it(
    browser: Open, services: Services, ended: Person
) -> None:
    assert (stop_of(services, ended, ADJUSTMENT) or "").startswith(ENDS)
    assert stop_of(services, ended, FOLLOW_UP) is None
    desk, address = browser(Role.FRONT_DESK), f"/patients/{ended.id}/visits"
    page = desk.get(f"{address}?visit=adjust&office=yl").text
    assert ENDS in page and "choose another kind of visit" in page and "Open the intake" not in page
    assert ENDS in desk.get(f"{address}/course?length=6&visit=adjust&office=yl").text
    slot = f"{utc(20, 20, month=4).isoformat()}|yl|ana|t1|i1"
    refused = desk.submit(f"{address}/book", visit="adjust", to=slot)
    assert refused.status_code == 409 and ENDS in refused.text and visits(services) == 0
    free = desk.get(f"{address}?visit=follow&office=yl").text
    assert ENDS not in free and "press a time to book a visit and talk about how it goes on" in free
    assert "Wait with a course" in desk.get(f"{address}/course?length=6&visit=follow&office=yl").text


def test_a_plan_without_adjustments_that_ended_is_told_where_a_visit_is_booked(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    answer_intake(services, patient, pain=6, roland=14)
    browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/plan", **plan_fields())
    address = f"/patients/{patient.id}/visits"
    clock.advance(timedelta(days=43))
    assert "press a time to book it" in browser(Role.FRONT_DESK).get(address).text
    score(services, patient, 14, REVIEW)
    assert "so no course of the same" in browser(Role.FRONT_DESK).get(address).text


def test_a_changed_plan_opens_booking_again(browser: Open, services: Services, ended: Person) -> None:
    with reading(services.engine) as connection:
        stored = latest_plan(connection, ended.id)
    assert stored is not None
    why = {f"because-{OPTION}": "Another six weeks with exercise beside it.", f"order-{OPTION}": "1"}
    days = {"starts_on": "2026-04-20", "review_on": "2026-06-01"}
    change = {"document_id": stored.document_id, "after_version": "1", "chosen": ["exercise", OPTION]}
    sent = browser(Role.CLINICIAN).submit(
        f"/patients/{ended.id}/plan", **plan_fields(**change, **why, **days)
    )
    assert sent.status_code == 303
    assert stop_of(services, ended, ADJUSTMENT) is None
    assert "has not consented" in gate_of(services, ended)[1]


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "This visit cannot be booked here. Please call the clinic"),
        ("es", "Esta cita no se puede reservar aquí. Llame a la clínica"),
    ],
)
def test_who_books_one_online_by_name_is_asked_to_call_and_not_told_why(
    browser: Open, language: str, says: str
) -> None:
    visitor = browser(Role.NOBODY)
    page = visitor.get(f"/book?visit=adjust&lang={language}").text
    form = re.search(r'<form method="post" action="/book/hold">(.*?)</form>', page, re.S)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    fields.pop("csrf", None)
    held = visitor.submit("/book/hold", **fields).headers["location"].split("?")[0]
    name = {"given": "Ána", "family": "O'Neil-Ruiz", "contact": "714 555 0100", "lang": language}
    answer = visitor.submit(f"{held}/confirm", **name)
    assert answer.status_code == 409 and says in answer.text
    assert not any(word in answer.text for word in ("review", "treatment", "tratamiento", "answers"))
