"""How much impulse does stopping in time save? Paired spines: the session's rules beside a protocol of a fixed count.

    python benchmarks/dosing.py --count 4000

Half the spines yield by a share for every treating pulse, drawn between 3 and 8 %, half do not: made up, for no trial
shows that stiffness answers. The fixed protocol gives all 12 pulses, then tests once at 5 % on readings of three
contacts. Both meet the same tissue, the same repositioning (4 %) and the same error of a 20 N probe (1.25 %, from
``segment_finding.py --probes 100``), which the test does not know of. Counted are treating pulses, and those with every
calibrating and probing pulse; the fixed protocol's are as small, and it is not charged for calibrating.
"""

import argparse
import math
import time
from dataclasses import dataclass
from random import Random

from spondyl.instrument import PulseShape
from spondyl.treatment.adjustment import (
    READINGS,
    Look,
    Plan,
    Stiffness,
    StopBecause,
    judge,
    judge_drift,
    suspects_drift,
)
from spondyl.treatment.adjustment.dose import PROBE_N, calibrate_n
from spondyl.treatment.adjustment.session import PROBE_US
from spondyl.treatment.adjustment.stopping import Verdict

SD, READING_SD, CAP_N, DOSE_US = 0.04, 0.0125, 80.0, 5_000
PLAN = Plan(session=1, segments=("L1", "L3"))
EQUAL = 0.01
"""Detections that differ by less are held to be equal. Chosen."""
ALL = PLAN.pulses * PLAN.courses
TREAT_NS = PulseShape(peak_n=40.0, duration_us=DOSE_US).impulse_ns
CALIBRATE_NS = PulseShape(peak_n=calibrate_n(CAP_N), duration_us=DOSE_US).impulse_ns
PROBE_NS = PulseShape(peak_n=PROBE_N, duration_us=PROBE_US).impulse_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Whether a change was called, and the impulse spent to treat and in all."""

    called: bool
    treat_ns: float
    total_ns: float


def read(random: Random, log: float, contacts: int, segment: str = "L3") -> Stiffness:
    """A reading of some contacts."""
    sd = math.hypot(SD, READING_SD)
    return Stiffness(segment=segment, logs=tuple(random.gauss(log, sd) for _ in range(contacts)))


class InTime:
    """The session's rules on one spine; what is spent is summed as it is given."""

    def __init__(self, random: Random, share: float) -> None:
        self.random, self.rate = random, math.log1p(-share)
        self.before, self.control = (read(random, 0.0, PLAN.probes, name) for name in ("L3", "L1"))
        self.after = list[Stiffness]()
        self.treat_ns, self.total_ns = 0.0, 2 * PLAN.probes * PROBE_NS

    def more(self, reading: Stiffness, log: float) -> Stiffness:
        """The reading with some more contacts."""
        self.total_ns += PLAN.checks * PROBE_NS
        new = read(self.random, log, PLAN.checks, reading.segment)
        return Stiffness(segment=reading.segment, logs=(*reading.logs, *new.logs))

    def course(self) -> Verdict:
        """A course, the target read again, twice where the first leaves it undecided."""
        self.treat_ns += PLAN.pulses * TREAT_NS
        self.total_ns += CALIBRATE_NS + PLAN.pulses * TREAT_NS
        given, reading = PLAN.pulses * (len(self.after) + 1), Stiffness(segment="L3", logs=())
        for _ in range(READINGS):
            reading = self.more(reading, given * self.rate)
            after = (*self.after, reading)
            look = Look(before=self.before, after=after, pulses=PLAN.pulses, sd=SD, courses=PLAN.courses)
            verdict = judge(look)
            if not verdict.is_undecided:
                break
        self.after.append(reading)
        return verdict

    def drift(self) -> Verdict | None:
        """The control, read thrice as long where it seems to have changed."""
        control = self.more(Stiffness(segment="L1", logs=()), 0.0)
        if suspects_drift(self.control, control, SD):
            for _ in range(READINGS):
                control = self.more(control, 0.0)
        return judge_drift(self.control, control, SD)


def in_time(random: Random, share: float) -> Ended:
    """The session's rules."""
    spine = InTime(random, share)
    while (verdict := spine.course()).stop is None:
        pass
    if verdict.stop is StopBecause.CHANGED:
        verdict = spine.drift() or verdict
    return Ended(called=verdict.stop is StopBecause.CHANGED, treat_ns=spine.treat_ns, total_ns=spine.total_ns)


def fixed(random: Random, share: float) -> Ended:
    """All pulses, then one test."""
    before, after = read(random, 0.0, 3), read(random, ALL * math.log1p(-share), 3)
    called = abs(after.log - before.log) > 1.959964 * SD * math.sqrt(2 / 3)
    return Ended(called=called, treat_ns=ALL * TREAT_NS, total_ns=ALL * TREAT_NS + 2 * 3 * PROBE_NS)


def main() -> None:
    """Print impulse, detection and false calls of both; then what happens to spines that yield less than 3 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    half, random, started = parser.parse_args().count // 2, Random(3), time.perf_counter()
    shares = [random.uniform(0.03, 0.08) for _ in range(half)]
    pairs = {
        "yielding": [(in_time(random, one), fixed(random, one)) for one in shares],
        "unyielding": [(in_time(random, 0.0), fixed(random, 0.0)) for _ in range(half)],
    }
    for name, rows in pairs.items():
        ours, theirs = ([row[i].called for row in rows] for i in (0, 1))
        print(f"{half} {name}: change called in {sum(ours) / half:.1%}, fixed count {sum(theirs) / half:.1%}")
    every = [row for rows in pairs.values() for row in rows]
    treat = sum(one.treat_ns for one, _ in every) / sum(two.treat_ns for _, two in every)
    total = sum(one.total_ns for one, _ in every) / sum(two.total_ns for _, two in every)
    print(f"treating impulse {treat:.1%} of the fixed count; with all other pulses {total:.1%} (limit 50 %)")
    for share in (0.01, 0.02, 0.03, 0.04, 0.06):
        rows = [(in_time(random, share), fixed(random, share)) for _ in range(half)]
        seen, most = (sum(row[i].called for row in rows) / half for i in (0, 1))
        print(f"yielding {share:.0%} a pulse: called in {seen:.1%}, fixed count {most:.1%}")
    print(f"{time.perf_counter() - started:.0f} s")
    alpha = sum(one.called for one, _ in pairs["unyielding"]) / half
    detected = sum(one.called for one, _ in pairs["yielding"]) / half
    most = sum(two.called for _, two in pairs["yielding"]) / half
    if total > 0.5 or alpha > 0.05 or detected < most - EQUAL:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
