"""The plan: what is done, towards which goal, until when, and what happens when nothing changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from spondyl.assessment.questionnaires import Instrument, ScoreRefused, important_change_of, instrument_of
from spondyl.assessment.refused import Refused
from spondyl.treatment.plan.day_words import day_words
from spondyl.treatment.plan.ranking import RankedOption, Standing

LATEST_REVIEW_DAYS = 84
"""Twelve weeks: later than this nobody would notice in time that a plan does not work."""
REVIEW_SCORE_DAYS = 14
"""A score as long before the review judges it: of weekly visits one falls into a fortnight even when one is missed. An
older one says how the patient was, not how the plan ended."""
MOST_VISITS = 36
MOST_EXERCISE_CHARACTERS = 2000


class PlanRefused(Refused):
    """A plan that cannot stand. ``what`` is wrong, ``why``, and what to ``do`` next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A score to be better by at least the minimal important change; ``before`` is the score at the start."""

    instrument: str
    before: float
    points: float

    def __post_init__(self) -> None:
        instrument, least = self._scale()
        try:
            instrument.check(self.before)
        except ScoreRefused as refused:
            raise PlanRefused(what=refused.what, why=refused.why, do=refused.do) from None
        if not least - 1e-9 <= self.points <= self.before + 1e-9:
            raise PlanRefused(
                what=f"A goal of {self.points:g} from {self.before:g} {instrument.unit} cannot stand.",
                why=f"It lies between the change that matters, {least:g}, and the score itself.",
                do="Choose a change in between, or another questionnaire when the score begins too low.",
            )

    @property
    def least_change(self) -> float:
        """The change that matters to one person: the goal may be more."""
        return self._scale()[1]

    @property
    def name(self) -> str:
        """The name of the questionnaire."""
        return self._scale()[0].name

    def _scale(self) -> tuple[Instrument, float]:
        try:
            instrument = instrument_of(self.instrument)
        except ScoreRefused as refused:
            raise PlanRefused(what=refused.what, why=refused.why, do=refused.do) from None
        threshold = important_change_of(instrument)
        if threshold is None:
            raise PlanRefused(
                what=f"{instrument.name} cannot be a goal.",
                why="No minimal important change for it was read, so nobody could say that it was reached.",
                do="Choose Roland-Morris, Oswestry, NRS or VAS.",
            )
        return instrument, threshold.points

    @property
    def text(self) -> str:
        """``Roland-Morris Disability Questionnaire from 14 to 9 points or less``."""
        instrument, _ = self._scale()
        return f"{instrument.name} from {self.before:g} to {self.before - self.points:g} {instrument.unit} or less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``options`` in the clinician's order; ``because`` gives the reason for each option that is not simply open.

    Raises PlanRefused when the review is missing, too late, or there is nothing to judge by.
    """

    problem: str
    options: tuple[str, ...]
    because: Mapping[str, str] = field(default_factory=dict[str, str])
    goals: tuple[Goal, ...]
    own_goal: str = ""
    visits: int
    days_between: int
    home_exercise: str
    starts_on: date
    review_on: date

    def __post_init__(self) -> None:
        for wrong, why, do in (
            _wrong_options(self),
            _wrong_goals(self),
            _wrong_visits(self),
            _wrong_review(self),
            _wrong_exercise(self),
        ):
            if wrong:
                raise PlanRefused(what=wrong, why=why, do=do)

    @property
    def judged_from(self) -> date:
        """The first day whose score judges the review: a fortnight before it, of a short plan its second half."""
        half = (self.review_on - self.starts_on).days // 2
        return self.review_on - timedelta(days=min(REVIEW_SCORE_DAYS, half))

    @property
    def stop_rule(self) -> str:
        """What happens at the review."""
        goals = " or ".join(goal.text for goal in self.goals)
        return (
            f"Judged on {day_words(self.review_on)}, by the last score from {day_words(self.judged_from)} on. "
            f"Goal: {goals}. Not reached by then: this plan ends. "
            "It is changed, or the patient is referred; more of the same is not booked."
        )


Wrong = tuple[str, str, str]
_FINE: Wrong = ("", "", "")


def _wrong_options(plan: Plan) -> Wrong:
    if not plan.options:
        return ("No option is chosen.", "A plan says what is done.", "Choose at least one.")
    if len(set(plan.options)) != len(plan.options):
        return ("An option stands twice.", "A plan names each once, in its order.", "Take one of them away.")
    return _FINE


def _wrong_goals(plan: Plan) -> Wrong:
    if plan.goals:
        return _FINE
    return (
        "The plan has no goal with a score.",
        "Without a score nobody can say at the review whether it helped.",
        "Let the patient answer Roland-Morris or the pain scale first, then take it as the goal.",
    )


def _wrong_visits(plan: Plan) -> Wrong:
    if 0 <= plan.visits <= MOST_VISITS and 1 <= plan.days_between <= 90:
        return _FINE
    return (
        f"{plan.visits} visits every {plan.days_between} days cannot be planned.",
        f"It takes 0 to {MOST_VISITS} visits, 1 to 90 days apart.",
        "Change the numbers.",
    )


def _wrong_review(plan: Plan) -> Wrong:
    days = (plan.review_on - plan.starts_on).days
    if 7 <= days <= LATEST_REVIEW_DAYS:
        return _FINE
    when = f"{days} days after" if days > 0 else "not after"
    return (
        f"The review is {when} the start.",
        f"It is useful from 7 to {LATEST_REVIEW_DAYS} days: earlier nothing can have changed, later nobody notices "
        "that the plan does not work.",
        "Choose a day in between; four to six weeks is usual.",
    )


def _wrong_exercise(plan: Plan) -> Wrong:
    if len(plan.home_exercise) <= MOST_EXERCISE_CHARACTERS:
        return _FINE
    return (
        f"The home exercise has {len(plan.home_exercise)} characters.",
        f"It holds at most {MOST_EXERCISE_CHARACTERS}.",
        "Shorten it: nothing was cut off.",
    )


def check_choice(plan: Plan, ranked: Iterable[RankedOption]) -> None:
    """Raise PlanRefused when an option is not on the list, may not be had now, or lacks its reason."""
    by_id = {option.line.id: option for option in ranked}
    for name in plan.options:
        option = by_id.get(name)
        if option is None:
            raise PlanRefused(
                what=f"There is no option {name!r}.",
                why="Only options with records can be planned.",
                do="Choose one of the list.",
            )
        if option.standing is Standing.NOT_NOW:
            raise PlanRefused(
                what=f"{option.line.name} cannot be planned now.",
                why=" ".join(option.reasons),
                do="Weigh the flag first, or choose another option.",
            )
        if option.standing is not Standing.OPEN and not plan.because.get(name, "").strip():
            raise PlanRefused(
                what=f"{option.line.name} is chosen without a reason.",
                why=" ".join(option.reasons),
                do="Write why it is right for this patient, or take it away.",
            )


def check_still(plan: Plan, ranked: Iterable[RankedOption], known: Mapping[str, Collection[str]]) -> None:
    """Raise PlanRefused as :func:`check_choice` does, and when a reason against an option came up since it was chosen.

    ``known`` are the reasons by option that stood on the page when the plan was kept: its own reason answers no others.
    """
    options = tuple(ranked)
    check_choice(plan, options)
    for option in options:
        if option.line.id not in plan.options or option.standing is Standing.OPEN:
            continue
        if unknown := [reason for reason in option.reasons if reason not in known.get(option.line.id, ())]:
            raise PlanRefused(
                what=f"{option.line.name} was chosen before this was known.",
                why=" ".join(unknown),
                do="Change the plan: write why it is right all the same, or take it away.",
            )


def default_goals(scores: Mapping[str, float]) -> tuple[Goal, ...]:
    """The minimal important change of every score that can reach it; ``scores`` by code of the questionnaire.

    >>> [goal.text for goal in default_goals({"nrs": 6.0})]
    ['Numerical rating scale of pain from 6 to 4 points or less']
    """
    goals: list[Goal] = []
    for code, before in scores.items():
        threshold = important_change_of(instrument_of(code))
        if threshold is not None and before >= threshold.points:
            goals.append(Goal(instrument=code, before=before, points=threshold.points))
    return tuple(goals)
