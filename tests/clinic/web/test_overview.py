"""Claims: a patient's overview says what to do next, in the order of a visit, and how the plan stands, to those who
may see it."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from care_course import answer_intake, consent_fields, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


@pytest.fixture
def next_step(browser: Open, patient: Person) -> Callable[[Role], str]:
    def said(role: Role) -> str:
        page = browser(role).get(f"/patients/{patient.id}").text
        (line,) = [one for one in page.split('<p class="next-step">')[1:]]
        return unescape(line.split("</strong>")[1].split("</span>")[0].strip())

    return said


def test_the_next_step_follows_the_visit(
    browser: Open, services: Services, patient: Person, next_step: Callable[[Role], str]
) -> None:
    """From nothing asked to a plan that is judged: each step is named until it is done."""
    chart, clinician = f"/patients/{patient.id}", browser(Role.CLINICIAN)
    assert {next_step(role) for role in (Role.CLINICIAN, Role.FRONT_DESK)} == {"begin the intake."}
    answer_intake(services, patient, pain=6, roland=14)
    assert next_step(Role.FRONT_DESK).startswith("open the step of the visit")
    assert next_step(Role.CLINICIAN) == "examine the patient and make a plan."
    clinician.submit(f"{chart}/exam", text="seen", action="keep")
    assert next_step(Role.CLINICIAN) == "sign the visit note."
    note = re.search(r"/exam#note-(\w+)", clinician.get(chart).text)
    assert note
    clinician.submit(f"{chart}/exam/{note[1]}", text="seen", after_version="1", action="sign")
    clinician.submit(f"{chart}/plan", **plan_fields(action="keep"))
    assert next_step(Role.CLINICIAN) == "sign the plan, then ask for consent."


def test_how_the_plan_stands_is_for_clinicians(
    browser: Open, services: Services, patient: Person, clock: Clock, next_step: Callable[[Role], str]
) -> None:
    chart = f"/patients/{patient.id}"
    answer_intake(services, patient, pain=6, roland=14)
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"{chart}/plan", **plan_fields())
    assert next_step(Role.CLINICIAN) == "read the consent with the patient."
    clinician.submit(f"{chart}/plan/consent", **consent_fields(services, patient))
    page = clinician.get(chart).text
    assert "is judged on" in page and "Exercise and physical therapy" in page
    clock.advance(timedelta(days=43))
    clinician = browser(Role.CLINICIAN)
    with writing(services.engine) as connection:
        add_score(
            connection, patient.id, instrument="rmdq", value=14, on=clinic_today(services), actor="test"
        )
    page = clinician.get(chart).text
    assert next_step(Role.CLINICIAN).startswith("Stop this plan") and "Not reached" in page
    desk = browser(Role.FRONT_DESK).get(chart).text
    assert "Exercise and physical therapy" not in desk and "/plan" not in desk


def test_an_answer_that_stops_comes_first(
    services: Services, patient: Person, next_step: Callable[[Role], str]
) -> None:
    answer_intake(services, patient, pain=6, roland=14, fever="yes")
    assert next_step(Role.CLINICIAN) == "look at the answers that stop a visit."
    assert next_step(Role.FRONT_DESK) == "fetch a clinician: answers wait."


def test_who_was_examined_since_the_answers_is_not_to_be_examined_again(
    browser: Open, services: Services, patient: Person
) -> None:
    chart, clinician = f"/patients/{patient.id}", browser(Role.CLINICIAN)
    answer_intake(services, patient, pain=6, roland=14)
    assert "examine the patient." in clinician.get(f"{chart}/intake").text
    assert "examine the patient; then choose together" in clinician.get(f"{chart}/plan").text
    clinician.submit(f"{chart}/exam", **{"g-motion": "examined", "action": "sign"})
    assert "choose with the patient among what is open" in clinician.get(f"{chart}/plan").text
    assert "go on with the plan." in clinician.get(f"{chart}/intake").text


def test_a_form_that_is_not_finished_waits_for_the_patient_and_fetches_nobody(
    browser: Open, services: Services, patient: Person, next_step: Callable[[Role], str]
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        begin(connection, patient.id, actor="test")
    for role in (Role.FRONT_DESK, Role.CLINICIAN):
        assert next_step(role) == "let the patient finish the intake."
    desk, chart = browser(Role.FRONT_DESK), f"/patients/{patient.id}"
    for page in (desk.get(chart).text, desk.get(f"{chart}/intake").text):
        assert "a treatment only after the form is finished." in page and "clinician has looked" not in page
    assert "no answer yet" in desk.get(chart).text
    stopped = desk.get(f"{chart}/visits?visit=adjust").text
    assert "The intake is not finished." in stopped and "let the patient finish the intake" in stopped
    assert "holds answers" not in stopped and "clears it" not in stopped
