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
    """``last`` is the score of a goal's questionnaire that judges it, and None where there is none.

    ``too_early`` is then the last one since the start, when the review is due and the score too old to judge it.
    """

    goal: Goal
    last: ScoreOnDay | None
    too_early: ScoreOnDay | None = None

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
    """The state with its sentence and the next step; ``judged_by`` is the day of the score behind the state."""

    state: PlanState
    goals: tuple[GoalJudged, ...]
    judged_by: date | None
    says: str
    next_step: str


def judge_plan(plan: Plan, scores: Iterable[ScoreOnDay], *, as_of: date) -> PlanJudged:
    """Judge by the last score of each goal after the start and not after ``as_of``.

    One goal reached is enough. Before the review a plan whose goal is not reached is running. From the review on only
    scores since :attr:`Plan.judged_from` count: one good or bad day at the start decides nothing.
    """
    known = sorted((one for one in scores if plan.starts_on < one.on <= as_of), key=lambda one: one.on)
    goals = tuple(_goal_judged(plan, goal, known, as_of) for goal in plan.goals)
    state = _state(plan, goals, as_of)
    says, next_step = _WORDS[state]
    if state is PlanState.NO_SCORE and any(goal.too_early for goal in goals):
        says = _TOO_EARLY
    last = _day_behind(state, goals)
    if state is PlanState.NOT_REACHED:
        is_later = last is not None and last > plan.review_on
        says = (_LATER if is_later else _BY_THEN)[any(goal.matters for goal in goals)]
    worse = "".join(_WORSE.format(name=goal.goal.name) for goal in goals if goal.is_worse)
    return PlanJudged(
        state=state,
        goals=goals,
        judged_by=last,
        says=says.format(
            day=day_words(plan.review_on),
            last=day_words(last) if last else "",
            first=day_words(plan.judged_from),
        )
        + worse,
        next_step=next_step,
    )


def _goal_judged(plan: Plan, goal: Goal, known: list[ScoreOnDay], as_of: date) -> GoalJudged:
    """``known``: the scores since the start, the earliest first."""
    last = next((one for one in reversed(known) if one.instrument == goal.instrument), None)
    if last is not None and last.on < plan.judged_from and as_of >= plan.review_on:
        return GoalJudged(goal=goal, last=None, too_early=last)
    return GoalJudged(goal=goal, last=last)


def _day_behind(state: PlanState, goals: tuple[GoalJudged, ...]) -> date | None:
    """The day of the last score that decides: of a goal that is reached where one is, else of any."""
    deciding = [goal for goal in goals if goal.is_reached or state is not PlanState.REACHED]
    return max((goal.last.on for goal in deciding if goal.last), default=None)


def _state(plan: Plan, goals: tuple[GoalJudged, ...], as_of: date) -> PlanState:
    if any(goal.is_reached for goal in goals):
        return PlanState.REACHED
    if as_of < plan.review_on:
        return PlanState.RUNNING
    return PlanState.NOT_REACHED if any(goal.last for goal in goals) else PlanState.NO_SCORE


_BY_THEN = (
    "No change that matters by {day}: the score is of {last}.",
    "A change that matters by {day}, but less than the goal of this plan: the score is of {last}.",
)
"""Without and with a change that matters to one person."""
_LATER = (
    "The last score, of {last}, shows no change that matters.",
    "The last score, of {last}, shows a change that matters, but less than the goal of this plan.",
)
"""The same of a score after the review: it says nothing of that day, on which the change may have been there."""
_TOO_EARLY = (
    "The review of {day} is due and there is no score from {first} on: an earlier one is too old to judge by."
)
_WORSE = " {name} is worse by what matters."

_WORDS = {
    PlanState.RUNNING: (
        "The plan is judged on {day}.",
        "Ask for the scores again at the review, or before.",
    ),
    PlanState.REACHED: (
        "The change that matters is reached by the score of {last}. Without a control group nobody can say what "
        "brought it.",
        "Stop the visits or space them out, and keep the home exercise; a new goal is a new plan.",
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
