"""How much impulse does stopping in time save? Paired spines: the session's rules beside a protocol of a fixed count.

    python benchmarks/dosing.py --count 4000

Half the spines yield by a share for every treating pulse, drawn between 3 and 8 %, half do not: made up, for no trial
shows that stiffness answers. The fixed protocol gives all 12 pulses, then tests once at 5 % on such readings. Both meet
the same tissue and the same repositioning error (4 %, three contacts a reading).
"""

import argparse
import math
import time
from dataclasses import dataclass
from random import Random

from spondyl.instrument import PulseShape
from spondyl.treatment.adjustment import Look, Stiffness, StopBecause, judge

SD, CONTACTS, PULSES, COURSES = 0.04, 3, 3, 4
TREAT_NS = PulseShape(peak_n=40.0, duration_us=5_000).impulse_ns
CALIBRATE_NS = PulseShape(peak_n=30.0, duration_us=5_000).impulse_ns
PROBE_NS = PulseShape(peak_n=30.0, duration_us=4_000).impulse_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Whether a change was called, and the impulse spent to treat and in all."""

    called: bool
    treat_ns: float
    total_ns: float


def read(random: Random, log: float, segment: str = "L3") -> Stiffness:
    """A reading of three contacts."""
    return Stiffness(segment=segment, logs=tuple(random.gauss(log, SD) for _ in range(CONTACTS)))


def in_time(random: Random, share: float) -> Ended:
    """The session's rules."""
    before, control = read(random, 0.0), read(random, 0.0, "L1")
    treat_ns, total_ns = 0.0, 2 * CONTACTS * PROBE_NS
    for look in range(1, COURSES + 1):
        treat_ns += PULSES * TREAT_NS
        total_ns += CALIBRATE_NS + PULSES * TREAT_NS + 2 * CONTACTS * PROBE_NS
        seen = Look(
            before=before,
            after=read(random, look * PULSES * math.log1p(-share)),
            control_before=control,
            control_after=read(random, 0.0, "L1"),
            sd=SD,
            look=look,
            looks=COURSES,
        )
        verdict = judge(seen)
        if verdict.stop is not None:
            return Ended(called=verdict.stop is StopBecause.CHANGED, treat_ns=treat_ns, total_ns=total_ns)
    raise AssertionError("The last look always stops.")


def fixed(random: Random, share: float) -> Ended:
    """All pulses, then one test."""
    before, after = read(random, 0.0), read(random, COURSES * PULSES * math.log1p(-share))
    called = abs(after.log - before.log) > 1.959964 * SD * math.sqrt(2 / CONTACTS)
    treat_ns = COURSES * PULSES * TREAT_NS
    return Ended(called=called, treat_ns=treat_ns, total_ns=treat_ns + 2 * CONTACTS * PROBE_NS)


def main() -> None:
    """Print impulse, detection and false calls of both."""
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
    print(f"treating impulse {treat:.1%} of the fixed count (limit 50 %); with all probes {total:.1%}")
    print(f"{time.perf_counter() - started:.0f} s")
    alpha = sum(one.called for one, _ in pairs["unyielding"]) / half
    missed = sum(two.called - one.called for one, two in pairs["yielding"]) / half
    if treat > 0.5 or alpha > 0.05 or missed > 0.02:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
