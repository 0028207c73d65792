"""The twin's engine beside MuJoCo in one run: time a step of the same load, and how far their peaks lie apart.

Needs the extra ``mujoco``. ``--count`` is the number of timed runs of each (their medians are compared).
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from spondyl.biomechanics import Segment, build_spine_model, half_sine_n, modes_of, push_at, respond
from spondyl.biomechanics.mujoco_twin import mujoco_displacement_mm

MUST_RATIO, MUST_APART, SAMPLES, STEP_S = 5.0, 0.01, 600, 1e-4


def median_s(work: Callable[[], object], count: int) -> float:
    taken: list[float] = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print the figures; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5)
    count = parser.parse_args().count
    model = build_spine_model()
    load = push_at(
        model, Segment.L3, half_sine_n(np.arange(SAMPLES) * STEP_S, peak_n=50.0, width_s=4e-3), STEP_S
    )
    setup = median_s(lambda: modes_of(model), count)
    modes = modes_of(model)
    ours = median_s(lambda: respond(model, load, modes=modes), count)
    theirs = median_s(lambda: mujoco_displacement_mm(model, load), count)
    peaks = np.linalg.norm(mujoco_displacement_mm(model, load), axis=2).max(axis=0)
    apart = float(np.abs(peaks / respond(model, load, modes=modes).peak_mm() - 1).max())
    print(f"twin {1e6 * ours / SAMPLES:.0f} µs a step (plus {1e3 * setup:.0f} ms once a spine)")
    print(
        f"MuJoCo {1e6 * theirs / SAMPLES:.0f} µs a step: {theirs / ours:.1f} times as long (must {MUST_RATIO:g})"
    )
    print(f"with the set-up counted in one run: {theirs / (ours + setup):.1f} times as long")
    print(f"peaks of all levels agree within {100 * apart:.2f} % (must {100 * MUST_APART:g} %)")
    sys.exit((theirs / ours < MUST_RATIO or apart > MUST_APART) and "A limit is broken.")


if __name__ == "__main__":
    main()
