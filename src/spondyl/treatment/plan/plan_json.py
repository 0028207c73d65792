"""A plan as plain JSON values, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from spondyl.treatment.plan.plan import Goal, Plan


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as it is kept."""
    return {
        "problem": plan.problem,
        "options": list(plan.options),
        "because": dict(plan.because),
        "goals": [
            {"instrument": goal.instrument, "before": goal.before, "points": goal.points}
            for goal in plan.goals
        ],
        "own_goal": plan.own_goal,
        "visits": plan.visits,
        "days_between": plan.days_between,
        "home_exercise": plan.home_exercise,
        "starts_on": plan.starts_on.isoformat(),
        "review_on": plan.review_on.isoformat(),
    }


def plan_from_json(values: Mapping[str, Any]) -> Plan:
    """The plan of such values. Raises PlanRefused when it cannot stand."""
    return Plan(
        problem=values["problem"],
        options=tuple(values["options"]),
        because=dict(values["because"]),
        goals=tuple(Goal(**goal) for goal in values["goals"]),
        own_goal=values["own_goal"],
        visits=values["visits"],
        days_between=values["days_between"],
        home_exercise=values["home_exercise"],
        starts_on=date.fromisoformat(values["starts_on"]),
        review_on=date.fromisoformat(values["review_on"]),
    )
