"""Is the stiff segment found, and a uniform spine left alone? Stiffness-guided rule, five segments, three contacts.

    python benchmarks/segment_finding.py --count 2000 --probes 2000

First, how far off a reading is: ``probes`` pulses through firmware simulator and fit, tissue and skin drawn anew.
Then half the spines have one segment 20 % stiffer and half none; each contact meets the true stiffness times the
repositioning error (4 % of standard deviation) times an error drawn from those of the first part, abstentions too.
"""

import argparse
import math
import time
from random import Random

from spondyl.biomechanics import SegmentEstimate
from spondyl.clinic.adjust.gate import CLEAR
from spondyl.instrument import Contact, Delivery, Interlock, Limits, PulseShape
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.simulator import Bench, Firmware, Tissue, TissuePlant, Wire
from spondyl.treatment.adjustment import Device, Plan, Rule, Stiffness, choose_target, read_probe, scatter
from spondyl.treatment.adjustment.dose import PROBE_N
from spondyl.treatment.adjustment.session import PROBE_US

SEGMENTS = ("L1", "L2", "L3", "L4", "L5")
CONTRAST, REPOSITIONING_SD, CONTACTS = 1.20, 0.04, 3


def reading_errors(probes: int) -> list[float | None]:
    """Logarithm of read over true stiffness; None for an abstention."""
    random, found = Random(1), list[float | None]()
    for number in range(probes):
        tissue = Tissue(
            mass_kg=random.uniform(0.35, 0.7),
            stiffness_n_m=random.uniform(15_000.0, 50_000.0),
            damping_ratio=random.uniform(0.2, 0.4),
            skin_stiffness_n_m=random.uniform(40_000.0, 80_000.0),
        )
        estimate = read_probe("L3", _pulse(tissue, number).waveform, Device())
        is_read = isinstance(estimate, SegmentEstimate)
        found.append(
            math.log(estimate.stiffness_n_mm.value * 1e3 / tissue.stiffness_n_m) if is_read else None
        )
    return found


def _pulse(tissue: Tissue, number: int) -> Delivery:
    instrument = WireInstrument(
        InProcessLink(Wire(Firmware(Bench(TissuePlant({"L3": tissue}), seed=number))))
    )
    limits = Limits(maximum_n=80.0)
    interlock = Interlock(instrument, session=number + 1, gate=CLEAR, limits=limits, simulated=True)
    instrument.wait(20_000)
    interlock.open()
    interlock.arm(Contact(segment="L3"))
    instrument.wait(40_000)
    found = interlock.deliver("L3", PulseShape(peak_n=PROBE_N, duration_us=PROBE_US))
    if not isinstance(found, Delivery):
        raise SystemExit(f"Refused: {found}")
    return found


def chosen(random: Random, stiff: str, errors: list[float | None]) -> str:
    """The segment that the rule treats on one spine."""
    readings: list[Stiffness] = []
    for segment in SEGMENTS:
        true = math.log(30.0 * (CONTRAST if segment == stiff else 1.0))
        drawn = [(random.choice(errors), random.gauss(0.0, REPOSITIONING_SD)) for _ in range(CONTACTS)]
        logs = tuple(true + error + moved for error, moved in drawn if error is not None)
        readings.append(Stiffness(segment=segment, logs=logs))
    plan = Plan(session=1, segments=SEGMENTS, rule=Rule.STIFFNESS)
    return choose_target(plan, readings, scatter(readings, REPOSITIONING_SD).sd).segment


def main() -> None:
    """Print both shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--probes", type=int, default=2000)
    options, started = parser.parse_args(), time.perf_counter()
    errors, random = reading_errors(options.probes), Random(2)
    read = [one for one in errors if one is not None]
    rms = math.sqrt(sum(one**2 for one in read) / len(read))
    print(f"{options.probes} probes: {1 - len(read) / len(errors):.1%} abstained, error {rms:.2%} (RMS)")
    half = options.count // 2
    stiff = [random.choice(SEGMENTS) for _ in range(half)]
    found = sum(chosen(random, one, errors) == one for one in stiff)
    false = sum(chosen(random, "", errors) != "" for _ in range(half))
    print(
        f"{half} spines with one segment {CONTRAST - 1:.0%} stiffer: found in {found / half:.1%} (limit 95 %)"
    )
    print(f"{half} uniform spines: treated {false / half:.1%} (limit 5 %)")
    print(f"{time.perf_counter() - started:.0f} s")
    if found < 0.95 * half or false > 0.05 * half:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
