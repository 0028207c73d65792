"""Is the delivered peak the predicted one, and never above the cap? Firmware simulator, k from 10 to 60 N/mm.

    python benchmarks/delivered_peak.py --count 1000

Each contact: tissue and skin drawn anew, a calibrating pulse of 30 N, then the dose that fills a cap drawn between 55
and 120 N. The error is that of the peak above the preload; a breach is counted on what the tissue feels, without noise.
"""

import argparse
import time
from random import Random

import numpy as np

from spondyl.clinic.adjust.gate import CLEAR
from spondyl.instrument import Contact, Delivery, Interlock, Limits, PulseShape
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.simulator import Bench, Firmware, Tissue, TissuePlant, Wire
from spondyl.treatment.adjustment import Approach, Room, choose_dose, share_of
from spondyl.treatment.adjustment.dose import calibrate_n

DURATIONS_US = (2_000, 3_000, 4_000, 5_000)


class Felt(Bench):
    """A bench that keeps the greatest force felt."""

    most_n = 0.0

    def step(self, blocked_n: float | None, step_us: int) -> None:
        """One step, and the greatest force so far."""
        super().step(blocked_n, step_us)
        self.most_n = max(self.most_n, self.true_force_n)


def contact(random: Random, number: int) -> tuple[float, float, float]:
    """Relative error of the peak, greatest force felt, cap."""
    tissue = Tissue(
        mass_kg=random.uniform(0.3, 0.8),
        stiffness_n_m=random.uniform(10_000.0, 60_000.0),
        damping_ratio=random.uniform(0.2, 0.4),
        skin_stiffness_n_m=random.uniform(30_000.0, 90_000.0),
        skin_damping_ns_m=random.uniform(30.0, 90.0),
    )
    cap, duration_us = random.uniform(55.0, 120.0), random.choice(DURATIONS_US)
    bench = Felt(TissuePlant({"L3": tissue}), seed=number)
    instrument = WireInstrument(InProcessLink(Wire(Firmware(bench))))
    interlock = Interlock(
        instrument, session=number + 1, gate=CLEAR, limits=Limits(maximum_n=cap), simulated=True
    )
    instrument.wait(20_000)
    interlock.open()
    interlock.arm(Contact(segment="L3"))
    instrument.wait(120_000)
    first = delivered(interlock, calibrate_n(cap), duration_us)
    instrument.wait(120_000)
    room = Room(cap_n=cap, preload_n=max(one.force_n for one in instrument.samples()), rest_ns=5.0)
    push = Approach(
        segment="L3",
        site="",
        left_mm=0.0,
        cranial_mm=0.0,
        cranial_tilt_deg=0.0,
        duration_us=duration_us,
        mm_per_n=1e-3,
        twin_n_mm=30.0,
    )
    dose = choose_dose(2.0, push, 30.0, share_of(first.waveform, calibrate_n(cap), 0.05), room)
    second = delivered(interlock, dose.commanded_n, duration_us).waveform
    return (second.peak_n - second.preload_n) / dose.predicted_n - 1.0, bench.most_n, cap


def delivered(interlock: Interlock, commanded_n: float, duration_us: int) -> Delivery:
    """The pulse, which the kernel must allow."""
    found = interlock.deliver("L3", PulseShape(peak_n=commanded_n, duration_us=duration_us))
    if not isinstance(found, Delivery):
        raise SystemExit(f"Refused: {found}")
    return found


def main() -> None:
    """Print the errors' quantiles and the breaches."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    count, random, started = parser.parse_args().count, Random(1), time.perf_counter()
    rows = np.array([contact(random, number) for number in range(count)])
    errors = np.abs(rows[:, 0])
    p50, p99 = np.quantile(errors, [0.5, 0.99])
    breaches = int((rows[:, 1] > rows[:, 2]).sum())
    print(f"{count} contacts, {time.perf_counter() - started:.0f} s")
    print(
        f"error of the delivered peak: p50 {p50:.2%}, p99 {p99:.2%}, greatest {errors.max():.2%} (limit p99 3 %)"
    )
    print(f"cap breaches: {breaches}; nearest to its cap: {np.max(rows[:, 1] - rows[:, 2]):.2f} N")
    if p99 > 0.03 or breaches:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
