"""Claims: a score of a form keeps the day its own answers were given, and a later answer loses no earlier score."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from care_course import answer_intake, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.assessment.intake import answered
from spondyl.clinic.care.clinic_outcomes import visits_of_clinic
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import KIND, keep, opened
from spondyl.clinic.care.plan_record import judged, latest_plan
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.chart.documents import load, save
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services
from spondyl.treatment.plan import PlanState

Open = Callable[[Role], Browser]
Given = tuple[str, float, date]
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 11)
BASELINE: list[Given] = [("nrs", 6.0, FIRST), ("rmdq", 14.0, FIRST)]


def given(services: Services, patient: Person) -> list[Given]:
    """The scores of the patient; the clinic's outcomes hold the same."""
    with reading(services.engine) as connection:
        scores = [(one.instrument, one.value, one.on) for one in scores_of_person(connection, patient.id)]
        counted = [(one.instrument.code, one.score, one.on) for one in visits_of_clinic(connection)]
    assert sorted(scores) == sorted(counted, key=str)
    return scores


def test_the_other_language_moves_no_baseline_and_judges_no_plan(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    stored = answer_intake(services, patient, pain=6, roland=14)
    assert browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/plan", **plan_fields()).status_code == 303
    link = intake_link(services, stored)
    clock.advance(timedelta(days=9))
    phone = browser(Role.NOBODY)
    phone.post(f"{link}/language", data={"csrf": phone.csrf(link), "language": "es"})
    assert given(services, patient) == BASELINE
    with reading(services.engine) as connection:
        assert opened(connection, stored.document_id).saved_at == stored.saved_at
        plan = latest_plan(connection, patient.id)
        assert plan is not None
        state = judged(connection, patient.id, plan.plan, as_of=date(2026, 4, 14)).state
    assert state is PlanState.NO_SCORE


def test_one_good_day_reaches_no_goal_of_a_week(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    """6 of the last week before, 3 today at a visit: another question, so the plan has no score to be judged by."""
    answer_intake(services, patient, pain=6, roland=14)
    fields = plan_fields(goal="nrs", **{"before-nrs": "6", "points-nrs": "2"})
    assert browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/plan", **fields).status_code == 303
    clock.advance(timedelta(days=40))
    chart = f"/patients/{patient.id}"
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"{chart}/exam", pain="3", action="sign")
    day = date(2026, 4, 14)
    with reading(services.engine) as connection:
        plan = latest_plan(connection, patient.id)
        assert plan is not None and [goal.instrument for goal in plan.plan.goals] == ["nrs"]
        assert judged(connection, patient.id, plan.plan, as_of=day).state is PlanState.NO_SCORE
    page = clinician.get(f"{chart}/plan/edit?new=true").text
    assert 'value="nrs_today"><span>Pain today, 0 to 10, 3 on ' in page
    assert 'value="nrs" checked><span>Pain of the last week, 0 to 10, 6 on 2 March 2026' in page
    assert 'value="nrs_today" checked' not in page
    clinician.submit(f"{chart}/outcomes", instrument="nrs", value="4", on="2026-04-11")
    with reading(services.engine) as connection:
        assert judged(connection, patient.id, plan.plan, as_of=day).state is PlanState.REACHED


def test_a_score_given_on_a_later_day_stands_beside_the_first(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    link = intake_link(services, answer_intake(services, patient, pain=6, roland=14))
    clock.advance(timedelta(days=9))
    phone = browser(Role.NOBODY)

    def send(item: str, *marks: str) -> None:
        headers = {"X-CSRF": phone.csrf(link)}
        sent = phone.post(f"{link}/answer", json={"item": item, "marks": list(marks)}, headers=headers)
        assert sent.status_code == 200

    send("pain_week", "4")
    send("pain_week", "3")
    assert given(services, patient) == [*BASELINE, ("nrs", 3.0, LATER)]
    send("function_second", "9", "10")
    assert given(services, patient) == [*BASELINE, ("nrs", 3.0, LATER), ("rmdq", 10.0, LATER)]
    send("pain_week", "6")
    assert given(services, patient) == [*BASELINE, ("rmdq", 10.0, LATER)]


def test_of_one_day_the_last_answer_counts_alone(services: Services, patient: Person, clock: Clock) -> None:
    stored = answer_intake(services, patient, pain=6, roland=14)
    clock.advance(timedelta(hours=1))
    with writing(services.engine) as connection:
        keep(connection, stored, answered(stored.intake, "pain_week", ("5",)), actor="test")
    assert given(services, patient) == [("nrs", 5.0, FIRST), ("rmdq", 14.0, FIRST)]


def test_a_look_at_flags_moves_no_score(services: Services, patient: Person, clock: Clock) -> None:
    stored = answer_intake(services, patient, pain=6, roland=14, fever="yes")
    clock.advance(timedelta(days=9))
    with writing(services.engine) as connection:
        reason = "Flu last week, 36.6 now."
        add_review(connection, stored, cleared=frozenset({"fever"}), reason=reason, actor="test")
    assert given(services, patient) == BASELINE


@pytest.mark.parametrize("pain", ["6", "3"])
def test_a_form_from_before_scores_were_kept_loses_none_either(
    services: Services, patient: Person, clock: Clock, pain: str
) -> None:
    stored = answer_intake(services, patient, pain=6, roland=14)
    with writing(services.engine) as connection:
        body = load(connection, stored.document_id).body
        before = {key: value for key, value in body.items() if key not in ("scores", "said_at")}
        save(
            connection,
            kind=KIND,
            person_id=patient.id,
            body=before,
            actor="test",
            document_id=stored.document_id,
            after_version=stored.version,
        )
    assert given(services, patient) == BASELINE
    clock.advance(timedelta(days=9))
    with writing(services.engine) as connection:
        old = opened(connection, stored.document_id)
        intake = answered(answered(old.intake, "pain_week", (pain,)), "goal", ("Walk",))
        keep(connection, old, intake, actor="test")
    later: list[Given] = [("nrs", 3.0, LATER)] if pain == "3" else []
    assert given(services, patient) == [*BASELINE, *later]
