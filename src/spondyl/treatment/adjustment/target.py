"""Which segment to treat, by a rule that is stated; no rule is claimed to be better than another.

Pain-guided, because in the one trial of the two (Nim, n = 132) only the arm treated at the most pain-sensitive segment
had a higher pain threshold afterwards; stiffness-guided and clinician-chosen beside it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from spondyl.treatment.adjustment.decision import Action, Decision
from spondyl.treatment.adjustment.plan import Plan, Rule
from spondyl.treatment.adjustment.probing import Stiffness

FALSE_TREAT = 0.05
"""Chance of calling one of equal segments stiff."""

LEAST_CONTRAST = 1.10
"""A segment less than this times as stiff as its neighbours is left alone. Chosen."""

LEAST_READ = 3
"""A segment and two neighbours: with fewer none is called stiff. Chosen."""

LEAST_PAIN = 3
"""A lower score, 0 to 10, is no reason to treat. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The segment to treat, or none (empty), and the decision that says why."""

    segment: str
    decision: Decision


ONLY_PROBED = Target(
    segment="",
    decision=Decision(segment="", action=Action.DO_NOTHING, reason="Only probing was asked for."),
)


def no_target_foreseen(plan: Plan) -> str:
    """Why the plan's rule will find no segment, whatever is read; empty where it may find one."""
    if plan.rule is Rule.PAIN:
        segment, why = _most_painful(plan)
        return "" if segment else why
    if plan.rule is Rule.STIFFNESS and len(plan.segments) < LEAST_READ:
        return "Fewer than three segments are to be read; stiff means stiffer than the neighbours."
    return ""


def choose_target(plan: Plan, readings: Sequence[Stiffness], sd: float) -> Target:
    """Apply the plan's rule to what was read. A segment without a reading is never treated."""
    usable = {one.segment: one for one in readings if one.logs}
    if not usable:
        return _none("No segment gave a stiffness whose residuals were noise, so no dose can be told.")
    if plan.rule is Rule.CLINICIAN:
        return _if_read(plan.chosen, usable, f"{plan.chosen} was chosen by the clinician.")
    if plan.rule is Rule.PAIN:
        segment, why = _most_painful(plan)
        return _if_read(segment, usable, why) if segment else _none(why)
    return _stiffest(list(usable.values()), sd)


def _most_painful(plan: Plan) -> tuple[str, str]:
    """The segment, empty for none, and why."""
    scores = {name: plan.pain[name] for name in plan.segments if name in plan.pain}
    if not scores:
        return (
            "",
            "The rule is the most painful segment, and no pain on pressing was recorded. Ask and record it.",
        )
    most = max(scores.values())
    if most < LEAST_PAIN:
        return (
            "",
            f"No segment hurts more than {most} of 10 on pressing; below {LEAST_PAIN} nothing is treated.",
        )
    first = [name for name, score in scores.items() if score == most]
    if len(first) > 1:
        shared = ", ".join(first)
        return (
            "",
            f"{shared} hurt equally ({most} of 10). The rule cannot tell them apart: choose one by name.",
        )
    return first[0], f"{first[0]} hurts most on pressing ({most} of 10)."


def _if_read(segment: str, usable: Mapping[str, Stiffness], why: str) -> Target:
    if segment not in usable:
        return _none(f"{why} Its stiffness could not be read, so no dose can be told.")
    return _treat(segment, why)


def _stiffest(usable: list[Stiffness], sd: float) -> Target:
    if len(usable) < LEAST_READ:
        return _none("Fewer than three segments could be read; stiff means stiffer than the neighbours.")
    stiff = max(usable, key=lambda one: one.log)
    others = [one for one in usable if one is not stiff]
    excess = stiff.log - sum(one.log for one in others) / len(others)
    error = sd * math.sqrt(1 / len(stiff.logs) + sum(1 / len(one.logs) for one in others) / len(others) ** 2)
    limit = NormalDist().inv_cdf(1 - FALSE_TREAT / len(usable))
    seen = f"{stiff.segment} is {math.exp(excess):.2f} times as stiff as its neighbours ({excess / error:.1f} times the"
    seen += f" error of repositioning; limit {limit:.1f} times and {LEAST_CONTRAST:.2f})."
    if excess < limit * error or excess < math.log(LEAST_CONTRAST):
        return _none(f"No segment stands out: {seen}")
    return _treat(stiff.segment, f"{seen} Stiffer does not mean ill.")


def _treat(segment: str, reason: str) -> Target:
    return Target(segment=segment, decision=Decision(segment=segment, action=Action.TREAT, reason=reason))


def _none(reason: str) -> Target:
    return Target(segment="", decision=Decision(segment="", action=Action.DO_NOTHING, reason=reason))
