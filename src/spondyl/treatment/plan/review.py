"""The judgement of a plan: does the last score show the change that matters?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from spondyl.treatment.plan.day_words import day_words
from spondyl.treatment.plan.plan import Goal, Plan


class PlanState(Enum):
    """What the scores say of a plan on a day."""

    RUNNING = "running"
    REACHED = "reached"
    NOT_REACHED = "not reached"
    NO_SCORE = "no score"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOnDay:
    """A score of the patient."""

    instrument: str
    value: float
    on: date


_INEXACT = 1e-3
"""For scores such as 16/45, of which a form shows six digits: far below the step of any scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalJudged:
    """The last score of a goal's questionnaire after the start; None where there is none."""

    goal: Goal
    last: ScoreOnDay | None

    @property
    def is_reached(self) -> bool:
        """Whether the last score is better by the goal."""
        return self._is_better_by(self.goal.points)

    @property
    def matters(self) -> bool:
        """Whether the last score is better by what matters to one person: less than the goal may be."""
        return self._is_better_by(self.goal.least_change)

    @property
    def is_worse(self) -> bool:
        """Whether the last score is worse by what matters to one person."""
        return (
            self.last is not None and self.last.value - self.goal.before >= self.goal.least_change - _INEXACT
        )

    def _is_better_by(self, points: float) -> bool:
        return self.last is not None and self.goal.before - self.last.value >= points - _INEXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJudged:
    """The state with its sentence and the next step."""

    state: PlanState
    goals: tuple[GoalJudged, ...]
    says: str
    next_step: str


def judge_plan(plan: Plan, scores: Iterable[ScoreOnDay], *, as_of: date) -> PlanJudged:
    """Judge by the last score of each goal after the start and not after ``as_of``.

    One goal reached is enough. Before the review a plan whose goal is not reached is running.
    """
    known = sorted((one for one in scores if plan.starts_on < one.on <= as_of), key=lambda one: one.on)
    goals = tuple(
        GoalJudged(
            goal=goal, last=next((one for one in reversed(known) if one.instrument == goal.instrument), None)
        )
        for goal in plan.goals
    )
    state = _state(plan, goals, as_of)
    says, next_step = _WORDS[state]
    last = max((goal.last.on for goal in goals if goal.last), default=plan.review_on)
    if state is PlanState.NOT_REACHED:
        says = (_LATER if last > plan.review_on else _BY_THEN)[any(goal.matters for goal in goals)]
    worse = "".join(_WORSE.format(name=goal.goal.name) for goal in goals if goal.is_worse)
    return PlanJudged(
        state=state,
        goals=goals,
        says=says.format(day=day_words(plan.review_on), last=day_words(last)) + worse,
        next_step=next_step,
    )


def _state(plan: Plan, goals: tuple[GoalJudged, ...], as_of: date) -> PlanState:
    if any(goal.is_reached for goal in goals):
        return PlanState.REACHED
    if as_of < plan.review_on:
        return PlanState.RUNNING
    return PlanState.NOT_REACHED if any(goal.last for goal in goals) else PlanState.NO_SCORE


_BY_THEN = (
    "No change that matters by {day}.",
    "A change that matters by {day}, but less than the goal of this plan.",
)
"""Without and with a change that matters to one person."""
_LATER = (
    "The last score, of {last}, shows no change that matters.",
    "The last score, of {last}, shows a change that matters, but less than the goal of this plan.",
)
"""The same of a score after the review: it says nothing of that day, on which the change may have been there."""
_WORSE = " {name} is worse by what matters."

_WORDS = {
    PlanState.RUNNING: (
        "The plan is judged on {day}.",
        "Ask for the scores again at the review, or before.",
    ),
    PlanState.REACHED: (
        "The change that matters is reached. Without a control group nobody can say what brought it.",
        "End the plan or space the visits out; keep the home exercise.",
    ),
    PlanState.NOT_REACHED: (
        "",
        "Stop this plan: change it, or refer. More of the same is not booked.",
    ),
    PlanState.NO_SCORE: (
        "The review of {day} is due and there is no score.",
        "Ask for the scores before anything else is booked.",
    ),
}
