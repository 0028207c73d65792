"""The plan: options by one rule for all, goals that can be judged, and an end."""

from spondyl.treatment.plan.cautions import CAUTIONS, Caution
from spondyl.treatment.plan.option_kind import OptionKind, kind_of
from spondyl.treatment.plan.plan import Goal, Plan, PlanRefused, check_choice, check_still, default_goals
from spondyl.treatment.plan.plan_json import plan_from_json, plan_to_json
from spondyl.treatment.plan.ranking import (
    RANKING_RULE,
    GuidelinesSay,
    RankedOption,
    Standing,
    counts_for,
    rank_options,
)
from spondyl.treatment.plan.review import GoalJudged, PlanJudged, PlanState, ScoreOnDay, judge_plan
from spondyl.treatment.plan.situation import Situation

__all__ = [
    "CAUTIONS",
    "RANKING_RULE",
    "Caution",
    "Goal",
    "GoalJudged",
    "GuidelinesSay",
    "OptionKind",
    "Plan",
    "PlanJudged",
    "PlanRefused",
    "PlanState",
    "RankedOption",
    "ScoreOnDay",
    "Situation",
    "Standing",
    "check_choice",
    "check_still",
    "counts_for",
    "default_goals",
    "judge_plan",
    "kind_of",
    "plan_from_json",
    "plan_to_json",
    "rank_options",
]
