"""Is the quick reading right whatever way the force runs between the samples? Bias, coverage and refusals by shape.

    python benchmarks/pulse_shapes.py --count 400 --keep build/shapes.jsonl

The truth is the two-mass model integrated by scipy's DOP853, with the shape as a function of time and its corners as
ends of integration; nothing of the fit is used. Shapes: half-sines that begin on a sample and anywhere (six places);
one through an actuator of 1 kHz; a trapezium with corners anywhere; a raised cosine; a half-sine held straight between
the samples, as the simulator does. Tissue of 0.5 kg and 70 N·s/m on skin of 40 N/mm and 25 N·s/m; a tip of 10 g; noise
of 0.05 N and 0.5 m/s², at 10 kHz.
"""

import argparse
import itertools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.integrate import solve_ivp

from many_seeds import add_options, each
from spondyl.biomechanics import Probe, Segment, SegmentEstimate, SensorNoise, identify_linear

STEP_S, SAMPLES, TIP_KG, FIRST_S = 1e-4, 400, 0.01, 5e-4
NOISE = SensorNoise(force_sd_n=0.05, acceleration_sd_m_s2=0.5)
MASS_KG, DAMPING_NS_M, SKIN_N_M, SKIN_NS_M = 0.5, 70.0, 40e3, 25.0
ACTUATOR_HZ = 1000.0
STARTS = 6
"""Places between two samples at which a pulse may begin."""
SHAPES = (
    "half-sine",
    "half-sine anywhere",
    "half-sine, 1 kHz actuator",
    "trapezium anywhere",
    "raised cosine",
    "held straight",
)
PULSES = tuple((peak, width) for peak in (10.0, 20.0) for width in (2.5e-3, 4e-3))
STIFFNESS_N_M = (15e3, 30e3, 60e3)
MUST_BIAS, MUST_HOLD = 0.01, 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """The force that is asked for, its corners in time, and whether a second-order actuator smooths it."""

    force_n: Callable[[float], float]
    corners_s: tuple[float, ...]
    is_slow: bool = False


def drive_of(shape: str, peak_n: float, width_s: float, shift: float) -> Drive:
    """A pulse that begins at 0.5 ms, or by a share ``shift`` of a step later where the shape may begin anywhere."""
    start = FIRST_S + (shift * STEP_S if "anywhere" in shape else 0.0)
    end = start + width_s

    def half_sine(t: float) -> float:
        return peak_n * math.sin(math.pi * (t - start) / width_s) if start < t < end else 0.0

    def cosine(t: float) -> float:
        return peak_n / 2 * (1 - math.cos(2 * math.pi * (t - start) / width_s)) if start < t < end else 0.0

    if shape == "raised cosine":
        return Drive(force_n=cosine, corners_s=(start, end))
    if shape == "trapezium anywhere":
        knees = (start, start + 0.29 * width_s, start + 0.73 * width_s, end)
        return Drive(
            force_n=lambda t: float(np.interp(t, knees, (0.0, peak_n, peak_n, 0.0))), corners_s=knees
        )
    if shape == "held straight":
        samples = np.arange(SAMPLES) * STEP_S
        held = [half_sine(float(t)) for t in samples]
        inside = tuple(float(t) for t in samples if start - STEP_S / 2 < t < end + STEP_S / 2)
        return Drive(force_n=lambda t: float(np.interp(t, samples, held)), corners_s=inside)
    return Drive(force_n=half_sine, corners_s=(start, end), is_slow="actuator" in shape)


def integrated(
    shape: str, peak_n: float, width_s: float, shift: float, stiffness_n_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Force at the skin (n,) and acceleration of the tip (n,) at the samples, without noise."""
    return _integrated(shape, peak_n, width_s, shift if "anywhere" in shape else 0.0, stiffness_n_m)


@lru_cache(maxsize=4096)
def _integrated(
    shape: str, peak_n: float, width_s: float, shift: float, stiffness_n_m: float
) -> tuple[np.ndarray, np.ndarray]:
    drive = drive_of(shape, peak_n, width_s, shift)
    omega = 2 * math.pi * ACTUATOR_HZ

    def pushed(t: np.ndarray | float, y: np.ndarray) -> np.ndarray:
        return y[4] if drive.is_slow else np.vectorize(drive.force_n)(t)

    def slope(t: float, y: np.ndarray) -> list[float]:
        skin = SKIN_N_M * (y[0] - y[1]) + SKIN_NS_M * (y[2] - y[3])
        tissue = (skin - DAMPING_NS_M * y[3] - stiffness_n_m * y[1]) / MASS_KG
        asked = drive.force_n(t)
        force = y[4] if drive.is_slow else asked
        turned = omega**2 * (asked - y[4]) - 1.4 * omega * y[5]
        return [y[2], y[3], (force - skin) / TIP_KG, tissue, y[5], turned if drive.is_slow else 0.0]

    samples = np.arange(SAMPLES) * STEP_S
    edges = [0.0, *(t for t in drive.corners_s if 0.0 < t < samples[-1]), float(samples[-1])]
    state, skins, moved = np.zeros(6), np.zeros(SAMPLES), np.zeros(SAMPLES)
    for begin, stop in itertools.pairwise(edges):
        found = solve_ivp(
            slope, (begin, stop), state, method="DOP853", rtol=1e-9, atol=1e-13, dense_output=True
        )
        state, inside = found.y[:, -1], (samples > begin - 1e-9) & (samples < stop + 1e-9)
        y = found.sol(samples[inside])
        skins[inside] = SKIN_N_M * (y[0] - y[1]) + SKIN_NS_M * (y[2] - y[3])
        moved[inside] = (pushed(samples[inside], y) - skins[inside]) / TIP_KG
    return skins, moved


def probe_of(shape: str, peak_n: float, width_s: float, stiffness_n_m: float, seed: int) -> Probe:
    """What the sensors give."""
    place = SHAPES.index(shape), PULSES.index((peak_n, width_s)), STIFFNESS_N_M.index(stiffness_n_m)
    random = np.random.default_rng([seed, *place])
    skin_n, clean = integrated(shape, peak_n, width_s, (seed % STARTS + 0.5) / STARTS, stiffness_n_m)
    acceleration = clean + random.normal(0.0, NOISE.acceleration_sd_m_s2, SAMPLES)
    return Probe(
        segment=Segment.L3,
        step_s=STEP_S,
        force_n=skin_n + random.normal(0.0, NOISE.force_sd_n, SAMPLES) + TIP_KG * acceleration,
        acceleration_m_s2=acceleration,
        preload_n=20.0,
        tip_mass_kg=TIP_KG,
        noise=NOISE,
    )


Row = tuple[str, float, float, float, float | None, float, bool]
"""Shape, peak, width, true stiffness, logarithm of read over true (None: refused), its sd, whether the interval holds
the truth."""


def one(seed: int) -> list[Row]:
    """Every shape, pulse and stiffness."""
    rows: list[Row] = []
    for shape in SHAPES:
        for peak, width in PULSES:
            for k in STIFFNESS_N_M:
                probe = probe_of(shape, peak, width, k, seed)
                found = identify_linear(probe)
                if not isinstance(found, SegmentEstimate):
                    rows.append((shape, peak, width, k, None, 0.0, False))
                    continue
                read, truth = found.stiffness_n_mm, k * 1e-3
                error = math.log(read.value / truth)
                rows.append(
                    (shape, peak, width, k, error, read.sd / read.value, read.low <= truth <= read.high)
                )
    return rows


def tell(rows: list[Row]) -> bool:
    """A line for each shape and pulse, the three stiffnesses apart in the bias; whether a limit is broken."""
    print("shape; pulse; bias at 15, 30, 60 N/mm and its greatest error; RMS error; intervals hold; refused")
    broken = False
    for shape in dict.fromkeys(row[0] for row in rows):
        for peak, width in PULSES:
            mine = [row for row in rows if row[:3] == (shape, peak, width)]
            read = [row for row in mine if row[4] is not None]
            print(f"{shape}; {peak:g} N, {1e3 * width:g} ms; ", end="")
            if not read:
                print("all refused")
                continue
            parts = [np.array([row[4] for row in read if row[3] == k]) for k in STIFFNESS_N_M]
            means = [float(part.mean()) if len(part) else math.nan for part in parts]
            errors = [float(part.std()) / math.sqrt(max(len(part), 1)) for part in parts]
            held = float(np.mean([row[6] for row in read]))
            broken |= any(abs(m) > MUST_BIAS + 2.6 * e for m, e in zip(means, errors, strict=True))
            broken |= held < MUST_HOLD
            print(", ".join(f"{100 * mean:+.2f}" for mean in means), f"± {100 * max(errors):.2f} %; ", end="")
            print(
                f"{100 * math.sqrt(np.mean([row[4] ** 2 for row in read])):.1f} %; {100 * held:.1f} %; ",
                end="",
            )
            print(f"{100 * (1 - len(read) / len(mine)):.1f} %")
    return broken


def main() -> None:
    """Print the table; fail where a bias exceeds 1 % by more than chance, or too few intervals hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    add_options(parser)
    asked = parser.parse_args()
    rows: list[Row] = []
    for _, found in each(one, range(asked.count), asked):
        rows += [tuple(row) for row in found]
    sys.exit(1 if tell(rows) else 0)


if __name__ == "__main__":
    main()
