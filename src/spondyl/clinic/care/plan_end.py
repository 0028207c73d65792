"""The stop rule of a plan with adjustments: once its review did not reach the goal, there is no more of the same."""

from collections.abc import Mapping

import sqlalchemy as sa

from spondyl.clinic.care.plan_record import judged, latest_plan
from spondyl.clinic.chart.practice import clinic_day
from spondyl.clinic.report.day_text import day_text
from spondyl.treatment.plan import OptionKind, Plan, PlanState, kind_of

_NOT_REACHED = (
    "The review was on {day} and the goal is not reached by the score of {last}, so this plan ends and more of the "
    "same is not booked. A clinician changes the plan with the patient, or refers."
)
_NO_SCORE = (
    "The review was due on {day} and there is no score from {first} on, so nobody knows whether the plan goes on. "
    "Ask the patient for the scores first."
)


def is_hands_on(plan: Plan) -> bool:
    """Whether a plan holds an adjustment."""
    return any(kind_of(one) is OptionKind.HANDS_ON for one in plan.options)


def why_no_more(connection: sa.Connection, person_id: str, plan: Plan) -> str | None:
    """Why nothing more is delivered on a plan: its review is over, and the goal is not reached or nobody asked."""
    return _said(
        connection, person_id, plan, {PlanState.NOT_REACHED: _NOT_REACHED, PlanState.NO_SCORE: _NO_SCORE}
    )


def why_not_booked(connection: sa.Connection, person_id: str) -> str | None:
    """Why no more adjustments are booked: the newest plan is signed, has some, and did not reach its goal in time.

    A review without a score stops the treatment and not the booking: the scores can be asked for until the visit.
    """
    return _why_over(connection, person_id, only_hands_on=True)


def is_over(connection: sa.Connection, person_id: str) -> bool:
    """Whether the newest plan, of whatever treatment, is signed and did not reach its goal in time."""
    return _why_over(connection, person_id, only_hands_on=False) is not None


def _why_over(connection: sa.Connection, person_id: str, *, only_hands_on: bool) -> str | None:
    stored = latest_plan(connection, person_id)
    if stored is None or not stored.is_signed or (only_hands_on and not is_hands_on(stored.plan)):
        return None
    return _said(connection, person_id, stored.plan, {PlanState.NOT_REACHED: _NOT_REACHED})


def _said(
    connection: sa.Connection, person_id: str, plan: Plan, words: Mapping[PlanState, str]
) -> str | None:
    """The words for the state of a plan whose review is due; None before it, and where there are none."""
    today = clinic_day(connection)
    if today < plan.review_on:
        return None
    found = judged(connection, person_id, plan, as_of=today)
    said = words.get(found.state)
    return said and said.format(
        day=day_text(plan.review_on),
        last=day_text(found.judged_by) if found.judged_by else "",
        first=day_text(plan.judged_from),
    )
