"""Claims: each episode of care counts in the clinic's own outcomes; an operation that a later form tells of ends the
one before; what counts nowhere is said.

Where episodes begin follows de Vet et al., Spine 2002;27:2409-2416: three months or more without a consultation.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from care_course import answer_intake
from clinic_charts import Clock
from spondyl.assessment.outcomes import ClinicOutcomes, InstrumentOutcome
from spondyl.assessment.outcomes.courses import Standing
from spondyl.clinic.care.clinic_outcomes import clinic_outcomes
from spondyl.clinic.care.plan_record import KIND
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.chart.documents import save, sign
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services
from spondyl.treatment.plan import Goal, Plan, plan_to_json

BEGIN = date(2023, 3, 1)
AFTER_ALL = date(2028, 1, 1)


def on_day(days: int) -> date:
    return BEGIN + timedelta(days=days)


def scored(services: Services, patient: Person, *given: tuple[int, float], instrument: str = "rmdq") -> None:
    """Scores read off paper, by days since the beginning."""
    with writing(services.engine) as connection:
        for days, value in given:
            add_score(
                connection, patient.id, instrument=instrument, value=value, on=on_day(days), actor="test"
            )


def planned(services: Services, patient: Person, days: int, *, before: float, signed: bool = True) -> None:
    """A plan of six weeks that starts on that day."""
    plan = Plan(
        problem="Your low back moves less than usual.",
        options=("exercise",),
        goals=(Goal(instrument="rmdq", before=before, points=5),),
        visits=6,
        days_between=7,
        home_exercise="Walk.",
        starts_on=on_day(days),
        review_on=on_day(days + 42),
    )
    with writing(services.engine) as connection:
        body: dict[str, Any] = {"plan": plan_to_json(plan), "shown": []}
        kept = save(connection, kind=KIND, person_id=patient.id, body=body, actor="test")
        if signed:
            sign(connection, document_id=kept.document_id, version=1, digest=kept.digest, actor="test")


def outcomes(services: Services) -> ClinicOutcomes:
    with reading(services.engine) as connection:
        found = clinic_outcomes(connection, as_of=AFTER_ALL)
    assert found is not None
    return found


def of_window(found: ClinicOutcomes, label: str, code: str = "rmdq") -> InstrumentOutcome:
    return next(
        one
        for one in (*found.outcomes, *found.not_judged)
        if (one.window.label, one.instrument.code) == (label, code)
    )


def changes(one: InstrumentOutcome) -> list[tuple[float, float | None]]:
    return [(result.before, result.after) for result in one.results]


def test_a_failed_episode_years_later_counts_beside_the_good_one(services: Services, patient: Person) -> None:
    """15 to 4 in 2023, 18 to 17 in 2026, on paper alone: one of two improved, not one of one."""
    scored(services, patient, (0, 15), (42, 4), (1041, 18), (1083, 17))
    found = outcomes(services)
    one = of_window(found, "6 weeks")
    assert changes(one) == [(15, 4), (18, 17)]
    assert one.by_points is not None
    assert (one.by_points.worst_case.events, one.by_points.worst_case.patients) == (1, 2)
    assert found.patients == 1
    assert found.warnings[-1].startswith("1 patient came more than once. Each episode counts")


def test_a_plan_after_three_months_without_care_begins_an_episode_and_judges_the_one_before(
    services: Services, patient: Person
) -> None:
    """Better at six weeks, back at day 300 with 18, treated to 6 at day 342: at twelve months it had come back."""
    planned(services, patient, 0, before=15)
    planned(services, patient, 300, before=18)
    scored(services, patient, (0, 15), (42, 4), (300, 18), (342, 6))
    found = outcomes(services)
    assert changes(of_window(found, "6 weeks")) == [(15, 4), (18, 6)]
    assert changes(of_window(found, "12 months")) == [(15, 18), (18, None)]


@pytest.mark.parametrize(("days", "episodes"), [(42, 1), (132, 1), (133, 2)])
def test_a_changed_plan_goes_on_with_the_episode(
    services: Services, patient: Person, days: int, episodes: int
) -> None:
    """The first plan is judged on day 42: until day 132 fewer than 91 days have passed."""
    planned(services, patient, 0, before=15)
    planned(services, patient, days, before=12)
    scored(services, patient, (0, 15), (42, 14), (days, 12), (180, 5))
    assert len(of_window(outcomes(services), "6 months").results) == episodes


def test_a_plan_that_nobody_signed_begins_nothing(services: Services, patient: Person) -> None:
    planned(services, patient, 0, before=15)
    planned(services, patient, 300, before=18, signed=False)
    scored(services, patient, (0, 15), (300, 18))
    assert len(of_window(outcomes(services), "12 months").results) == 1


def test_who_came_again_is_missing_from_the_windows_after_and_is_named_so(
    services: Services, patient: Person
) -> None:
    planned(services, patient, 0, before=15)
    planned(services, patient, 140, before=18)
    scored(services, patient, (0, 15), (42, 4), (130, 18), (182, 6))
    first, second = of_window(outcomes(services), "6 months").results
    assert (first.standing, second.standing) == (Standing.BEGAN_AGAIN, Standing.NO_SCORE)


def test_what_counts_nowhere_is_said(services: Services, patient: Person) -> None:
    """An episode without a first score, and a yearly score beyond the last window."""
    planned(services, patient, 0, before=15)
    planned(services, patient, 400, before=15)
    scored(services, patient, (0, 15), (42, 4), (340, 5), (500, 6), (800, 6))
    assert outcomes(services).warnings[-2:] == (
        "Left out, because they came after the last window of their episode: 1 score.",
        "1 later episode is left out: without a score from the beginning there is nothing to hold a later one against.",
    )


def test_a_whole_intake_begins_an_episode_and_the_short_one_before_a_review_does_not(
    services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=6, roland=14)
    clock.advance(timedelta(days=200))
    answer_intake(services, patient, pain=4, roland=8, again=True)
    assert len(of_window(outcomes(services), "6 months").results) == 1
    clock.advance(timedelta(days=100))
    answer_intake(services, patient, pain=7, roland=16)
    assert changes(of_window(outcomes(services), "6 months")) == [(14, 8), (16, None)]


def test_an_operation_that_a_later_form_tells_of_ends_the_episode_before(
    services: Services, patient: Person, clock: Clock
) -> None:
    """14 at first; at twelve months a whole form says 2, and that there was an operation: no success of ours."""
    answer_intake(services, patient, pain=6, roland=14)
    clock.advance(timedelta(days=365))
    answer_intake(services, patient, pain=1, roland=2, conditions=("spine_surgery",))
    (first, second) = of_window(outcomes(services), "12 months").results
    assert (first.standing, first.after) == (Standing.OPERATED, None)
    assert (second.before, second.standing) == (2, Standing.NOT_YET_DUE)


def test_an_operation_of_before_the_first_form_ends_nothing(
    services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=6, roland=14, conditions=("spine_surgery",))
    clock.advance(timedelta(days=182))
    answer_intake(services, patient, pain=3, roland=5, again=True)
    assert changes(of_window(outcomes(services), "6 months")) == [(14, 5)]
