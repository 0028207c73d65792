"""From the fields of the page to a plan, and back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from spondyl.assessment.written_number import written_decimal, written_whole
from spondyl.clinic.care.scores import GivenScore
from spondyl.clinic.care.visit_note import PAIN_TODAY
from spondyl.clinic.web.written_fields import Written, field_of, too_long
from spondyl.treatment.plan import Goal, Plan, PlanRefused, RankedOption, default_goals

USUAL_REVIEW_DAYS = 42
CURRENT_FOR = timedelta(days=USUAL_REVIEW_DAYS)
"""What was scored or thought longer ago is shown with its day, and begins no plan by itself."""
USUAL_VISITS = 6
USUAL_DAYS_BETWEEN = 7
GOAL_NAMES = {
    "rmdq": "Roland-Morris",
    "nrs": "Pain of the last week, 0 to 10",
    PAIN_TODAY: "Pain today, 0 to 10",
    "odi": "Oswestry",
    "vas": "Pain 0 to 100",
}
"""The scores that a plan may be judged by."""
LONGEST = {"problem": ("The problem", 1000), "own_goal": ("The patient's own goal", 500)}
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """The fields as sent, so that a page with a problem shows again what was entered."""

    sent: Written

    def one(self, name: str) -> str:
        """The value of a field, or an empty text."""
        return field_of(self.sent, name)

    @property
    def after_version(self) -> int:
        """The version that the form was opened with; what is none is older than every version."""
        return written_whole(self.one("after_version")) or 0

    def plan(self) -> Plan:
        """The plan; raises PlanRefused with what is wrong."""
        chosen = self.sent.get("chosen", [])
        reasons = {f"because-{option}": ("A reason", LONGEST_REASON) for option in chosen}
        if problem := too_long(self.sent, LONGEST | reasons):
            raise _refused(problem, "It stands on one page with the rest.", "Keep what the patient needs.")
        places = {option: place for place, option in enumerate(chosen)}
        ordered = sorted(chosen, key=lambda option: (self._number(f"order-{option}", 99), places[option]))
        goals = tuple(
            Goal(
                instrument=code,
                before=self._decimal(f"before-{code}"),
                points=self._decimal(f"points-{code}"),
            )
            for code in self.sent.get("goal", [])
        )
        return Plan(
            problem=self.one("problem"),
            options=tuple(ordered),
            because={option: text for option in chosen if (text := self.one(f"because-{option}"))},
            goals=goals,
            own_goal=self.one("own_goal"),
            visits=self._number("visits", -1),
            days_between=self._number("days_between", -1),
            home_exercise=self.one("home_exercise"),
            starts_on=self._day("starts_on"),
            review_on=self._day("review_on"),
        )

    def _number(self, name: str, default: int) -> int:
        number = written_whole(self.one(name))
        return default if number is None else number

    def _decimal(self, name: str) -> float:
        value = written_decimal(self.one(name))
        if value is None:
            raise _refused(f"{self.one(name)!r} is no number of points.", "A goal is a change in points.")
        return value

    def _day(self, name: str) -> date:
        text = self.one(name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _refused(f"{text!r} is no day.", "A plan begins and is judged on a day.") from None


def _refused(what: str, why: str, do: str = "Write it as shown beside the field.") -> PlanRefused:
    return PlanRefused(what=what, why=why, do=do)


def form_of(plan: Plan) -> PlanForm:
    """The form filled with a plan, to change it."""
    sent = {
        "problem": [plan.problem],
        "chosen": list(plan.options),
        "goal": [goal.instrument for goal in plan.goals],
        "own_goal": [plan.own_goal],
        "visits": [str(plan.visits)],
        "days_between": [str(plan.days_between)],
        "home_exercise": [plan.home_exercise],
        "starts_on": [plan.starts_on.isoformat()],
        "review_on": [plan.review_on.isoformat()],
    }
    sent |= {f"order-{option}": [str(place)] for place, option in enumerate(plan.options, start=1)}
    sent |= {f"because-{option}": [text] for option, text in plan.because.items()}
    for goal in plan.goals:
        sent[f"before-{goal.instrument}"] = [f"{goal.before:g}"]
        sent[f"points-{goal.instrument}"] = [f"{goal.points:g}"]
    return PlanForm(sent=sent)


def is_current(on: date, today: date) -> bool:
    """Whether what is of that day may begin a plan of today."""
    return today - on <= CURRENT_FOR


def fresh_form(
    scores: Iterable[GivenScore], ranked: Iterable[RankedOption], *, today: date, problem: str, own_goal: str
) -> PlanForm:
    """A form to begin with: the goals that current scores allow, a review after six weeks, nothing chosen yet."""
    last = {score.instrument: score for score in scores}
    asked = default_goals({code: one.value for code, one in last.items()})
    # One good day is no good week: it is a goal by itself only where nothing else was asked.
    best = tuple(one for one in asked if one.instrument != PAIN_TODAY) or asked
    goals = tuple(one for one in best if is_current(last[one.instrument].on, today))
    sent = {
        "problem": [problem],
        "goal": [goal.instrument for goal in goals],
        "own_goal": [own_goal],
        "visits": [str(USUAL_VISITS)],
        "days_between": [str(USUAL_DAYS_BETWEEN)],
        "starts_on": [today.isoformat()],
        "review_on": [(today + timedelta(days=USUAL_REVIEW_DAYS)).isoformat()],
    }
    sent |= {f"order-{one.line.id}": [str(one.place)] for one in ranked}
    for goal in goals:
        sent[f"before-{goal.instrument}"] = [f"{goal.before:g}"]
        sent[f"points-{goal.instrument}"] = [f"{goal.points:g}"]
    return PlanForm(sent=sent)
