"""When to stop: judged after every course, with one error rate over all looks.

Setting the tip down costs a fraction of a pulse, so what is undecided is read again before another course is given.

Every reading of the target counts: a straight line through their logarithms against the pulses given says by how much a
pulse changes the reading. Its error follows from repositioning alone, so without any change each look is a fair test,
whatever shape a change would have; a change that comes at once and stays is seen as well, only a little later.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from spondyl.treatment.adjustment.decision import StopBecause
from spondyl.treatment.adjustment.probing import Stiffness
from spondyl.true_minus import true_minus

ALPHA = 0.05
"""Two-sided chance of calling a change that is none, over all looks (Bonferroni: whatever their correlation)."""

READINGS = 2
"""Times the target is read after a course: again only where the first reading leaves it undecided. Chosen."""

SUSPECT_ALPHA, DRIFT_ALPHA = 0.05, 0.001
"""An untreated segment that changed beyond the first is read again, and has drifted beyond the second. Chosen."""

WORTH_A_PULSE = 0.03
"""Share by which a pulse must be expected to change the reading for going on to make sense. Chosen."""

HOPE = 2.0
"""So many errors above what was seen still count as expected: the dose saved against the change missed. Chosen."""

PAIN_RISE = 2
"""A rise by so many points of 10 stops the session, and so does the worst pain there is, which cannot rise. Chosen."""

WORST_PAIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The target before, and after each course so far, of so many ``pulses``; ``courses``: how many there may be;
    ``sd`` of one contact."""

    before: Stiffness
    after: tuple[Stiffness, ...]
    pulses: int
    sd: float
    courses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why to stop, or None to go on; ``text`` says what was seen."""

    stop: StopBecause | None
    text: str

    @property
    def is_undecided(self) -> bool:
        """Neither a change nor its absence has been seen, so another reading may still tell."""
        return self.stop in (None, StopBecause.BUDGET)


def judge(look: Look) -> Verdict:
    """Change first, then futility and the number of courses."""
    if not look.after[-1].logs:
        text = "The target could not be read again, so nothing can be compared."
        return Verdict(stop=StopBecause.DRIFT, text=text)
    (change, error), given = _change_a_pulse(look), look.pulses * len(look.after)
    limit = NormalDist().inv_cdf(1 - ALPHA / (2 * look.courses * READINGS))
    seen = (
        f"The reading changed by {_percent(change * given)} over {given} pulses "
        f"({abs(change) / error:.1f} times its error; limit {limit:.1f})."
    )
    if abs(change) > limit * error:
        return Verdict(stop=StopBecause.CHANGED, text=f"{seen} Beyond repositioning; not an outcome.")
    if abs(change) + HOPE * error < WORTH_A_PULSE:
        text = f"{seen} A change of {100 * WORTH_A_PULSE:.0f} % a pulse has become unlikely."
        return Verdict(stop=StopBecause.FUTILITY, text=text)
    if len(look.after) >= look.courses:
        return Verdict(stop=StopBecause.BUDGET, text=f"{seen} All {look.courses} courses were given.")
    return Verdict(stop=None, text=f"{seen} Undecided.")


def suspects_drift(before: Stiffness, after: Stiffness, sd: float) -> bool:
    """Whether an untreated segment must be read again before its drift can be judged."""
    return bool(before.logs and after.logs) and _differ(before, after, sd, SUSPECT_ALPHA)


def judge_drift(before: Stiffness, after: Stiffness, sd: float) -> Verdict | None:
    """Whether an untreated segment changed too, which makes a change of the target meaningless; looked at once."""
    if not before.logs or not after.logs:
        text = f"Untreated {before.segment} could not be read again, so the change cannot be confirmed."
        return Verdict(stop=StopBecause.DRIFT, text=text)
    if not _differ(before, after, sd, DRIFT_ALPHA):
        return None
    change = _percent(after.log - before.log)
    text = f"Untreated {before.segment} changed by {change}: the readings have drifted."
    return Verdict(stop=StopBecause.DRIFT, text=text)


def _differ(before: Stiffness, after: Stiffness, sd: float, alpha: float) -> bool:
    error = sd * math.sqrt(1 / len(before.logs) + 1 / len(after.logs))
    return abs(after.log - before.log) > NormalDist().inv_cdf(1 - alpha / 2) * error


def judge_pain(before: int, now: int, *, wants_stop: bool) -> Verdict:
    """The patient's word goes before every number."""
    if wants_stop:
        return Verdict(stop=StopBecause.PAIN, text="The patient asked to stop.")
    if now >= WORST_PAIN:
        return Verdict(stop=StopBecause.PAIN, text=f"Pain is {now} of 10, {before} before: it cannot rise.")
    if now >= before + PAIN_RISE:
        return Verdict(stop=StopBecause.PAIN, text=f"Pain rose from {before} to {now} of 10.")
    return Verdict(stop=None, text=f"Pain is {now} of 10, {before} before.")


def _change_a_pulse(look: Look) -> tuple[float, float]:
    """Slope of the weighted line through (pulses given, mean logarithm), and its standard deviation."""
    rows = [(look.pulses * at, one.log, len(one.logs)) for at, one in enumerate((look.before, *look.after))]
    whole = sum(weight for _, _, weight in rows)
    middle = sum(weight * given for given, _, weight in rows) / whole
    spread = sum(weight * (given - middle) ** 2 for given, _, weight in rows)
    slope = sum(weight * (given - middle) * log for given, log, weight in rows) / spread
    return slope, look.sd / math.sqrt(spread)


def _percent(log_change: float) -> str:
    return true_minus(f"{100 * math.expm1(log_change):+.1f} %")
