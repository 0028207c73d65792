"""When to stop: judged after every course, with one error rate over all looks."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from spondyl.treatment.adjustment.decision import StopBecause
from spondyl.treatment.adjustment.probing import Stiffness

ALPHA = 0.05
"""Two-sided chance of calling a change that is none, over all looks (Bonferroni: whatever their correlation)."""

DRIFT_ALPHA = 0.01
WORTH_HAVING = 0.10
"""Share by which the reading must be expected to change for going on to make sense. Chosen."""

PAIN_RISE = 2
"""A rise by so many points of 10 stops the session. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The target and an untreated control before and after; ``looks``: how many there may be; ``sd`` of one contact."""

    before: Stiffness
    after: Stiffness
    control_before: Stiffness | None
    control_after: Stiffness | None
    sd: float
    look: int
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why to stop, or None to go on; ``text`` says what was seen."""

    stop: StopBecause | None
    text: str


def judge(look: Look) -> Verdict:
    """Drift first, for it makes the rest meaningless; then change, futility and the number of courses."""
    drift = _drift(look)
    if drift is not None:
        return drift
    if not look.after.logs:
        return Verdict(
            stop=StopBecause.DRIFT, text="The target could not be read again, so nothing can be compared."
        )
    change, error = look.after.log - look.before.log, _error(look.before, look.after, look.sd)
    limit = NormalDist().inv_cdf(1 - ALPHA / (2 * look.looks))
    seen = f"The reading changed by {_percent(change)} ({abs(change) / error:.1f} times its error; limit {limit:.1f})."
    if abs(change) > limit * error:
        return Verdict(stop=StopBecause.CHANGED, text=f"{seen} Beyond repositioning; not an outcome.")
    if abs(change) + error < WORTH_HAVING and look.look > 1:
        return Verdict(
            stop=StopBecause.FUTILITY, text=f"{seen} A change of {WORTH_HAVING:.0%} has become unlikely."
        )
    if look.look >= look.looks:
        return Verdict(stop=StopBecause.BUDGET, text=f"{seen} All {look.looks} courses were given.")
    return Verdict(stop=None, text=f"{seen} Undecided.")


def judge_pain(before: int, now: int, *, wants_stop: bool) -> Verdict:
    """The patient's word goes before every number."""
    if wants_stop:
        return Verdict(stop=StopBecause.PAIN, text="The patient asked to stop.")
    if now >= before + PAIN_RISE:
        return Verdict(stop=StopBecause.PAIN, text=f"Pain rose from {before} to {now} of 10.")
    return Verdict(stop=None, text=f"Pain is {now} of 10, {before} before.")


def _drift(look: Look) -> Verdict | None:
    before, after = look.control_before, look.control_after
    if before is None or after is None or not before.logs or not after.logs:
        return None
    change, error = after.log - before.log, _error(before, after, look.sd)
    limit = NormalDist().inv_cdf(1 - DRIFT_ALPHA / (2 * look.looks))
    if abs(change) <= limit * error:
        return None
    text = f"Untreated {before.segment} changed by {_percent(change)}: the readings have drifted."
    return Verdict(stop=StopBecause.DRIFT, text=text)


def _error(before: Stiffness, after: Stiffness, sd: float) -> float:
    return sd * math.sqrt(1 / len(before.logs) + 1 / len(after.logs))


def _percent(log_change: float) -> str:
    return f"{100 * math.expm1(log_change):+.1f} %"
