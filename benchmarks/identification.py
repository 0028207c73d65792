"""How well stiffness is read: on a plant of the fit's own form, and on the 25-level twin that the fit does not know.

``--matched`` and ``--hidden`` are the numbers of spines; 0 leaves a part out. The hidden plant has its own joints and
supports (15 % scatter), skin, ±3 mm and ±10° of the tip, a preload that breathing moves by ±3 N, and tone up to +17 %.
The truth there is the static stiffness of that spine at the spinous process, straight from behind.
"""

import argparse
import math
import sys

import numpy as np

from many_seeds import add_options, each
from spondyl.biomechanics import (
    ANTERIOR,
    BodyState,
    Load,
    Probe,
    Segment,
    SegmentEstimate,
    SkinContact,
    build_spine_model,
    half_sine_n,
    identify,
    modes_of,
    press,
)
from spondyl.biomechanics.levenberg import modelled, sensitivity
from spondyl.biomechanics.whiten import noise_factor, whitened

STEP_S, SAMPLES, FINE = 1e-4, 600, 4
MUST_EFFICIENCY, MUST_COVER = 1.15, (0.93, 0.97)


def probe(
    clean: np.ndarray,
    force: np.ndarray,
    rng: np.random.Generator,
    preload_n: float,
    segment: Segment = Segment.L3,
) -> Probe:
    return Probe(
        segment=segment,
        step_s=STEP_S,
        force_n=force + rng.normal(0, 0.1, len(force)),
        acceleration_m_s2=clean + rng.normal(0, 0.5, len(clean)),
        preload_n=preload_n,
        tip_mass_kg=0.1,
    )


def one_matched(seed: int) -> tuple[float, bool] | None:
    """Error of log k in units of the Cramér–Rao bound, and whether the interval holds the truth; None if refused."""
    rng = np.random.default_rng(seed)
    k, m = 30e3 * rng.uniform(0.5, 1.8), 0.5 * rng.uniform(0.6, 1.6)
    logs = np.log(
        [
            40e3 * rng.uniform(0.5, 2),
            25 * rng.uniform(0.5, 2),
            rng.uniform(1.2, 1.9),
            m,
            0.6 * math.sqrt(k * m),
            k,
        ]
    )
    force = half_sine_n(np.arange(SAMPLES) * STEP_S, peak_n=50.0, width_s=4e-3)
    silent = Probe(
        segment=Segment.L3,
        step_s=STEP_S,
        force_n=force,
        acceleration_m_s2=0 * force,
        preload_n=20.0,
        tip_mass_kg=0.1,
    )
    slope = whitened(noise_factor(silent, logs), sensitivity(silent, logs)[1])
    bound = math.sqrt(np.linalg.inv(slope.T @ slope)[5, 5])
    found = identify(probe(modelled(silent, logs[:, None])[:, 0], force, rng, 20.0), max_modes=1)
    if not isinstance(found, SegmentEstimate):
        return None
    reading = found.stiffness_n_mm
    return math.log(reading.value * 1e3 / k) / bound, bool(reading.low <= k * 1e-3 <= reading.high)


def one_hidden(seed: int) -> tuple[float, bool] | None:
    """Relative error of the stiffness and whether the interval holds the truth; None if refused."""
    rng = np.random.default_rng(seed)
    state = BodyState(
        tone=rng.uniform(0, 0.17),
        joint_factor=np.exp(rng.normal(0, 0.15, len(Segment))),
        support_factor=np.exp(rng.normal(0, 0.15, len(Segment))),
    )
    model, segment = build_spine_model(state=state), list(Segment)[rng.integers(7, 24)]
    preload = 20.0 + 3 * math.sin(rng.uniform(0, 2 * math.pi))
    skin = SkinContact(
        stiffness_n_mm=40 * rng.uniform(0.7, 1.5),
        damping_ns_m=25 * rng.uniform(0.7, 1.5),
        exponent=rng.uniform(1.3, 1.7),
    )
    fine = STEP_S / FINE
    aside = np.tan(np.radians(rng.uniform(-10, 10, 2)))
    load = Load(
        segment=segment,
        point_mm=model.contact_point_mm(segment) + np.array([rng.uniform(-3, 3), 0.0, rng.uniform(-3, 3)]),
        towards=np.array(ANTERIOR) + np.array([aside[0], 0.0, aside[1]]),
        force_n=half_sine_n(np.arange(SAMPLES * FINE) * fine, peak_n=50.0, width_s=4e-3),
        step_s=fine,
    )
    seen = press(model, load, skin.at_preload(preload), modes=modes_of(model)).tip_acceleration_m_s2[::FINE]
    found = identify(probe(seen, load.force_n[::FINE], rng, preload, segment))
    if not isinstance(found, SegmentEstimate):
        return None
    truth, reading = model.static_stiffness_n_mm(segment), found.stiffness_n_mm
    return float(reading.value / truth - 1), bool(reading.low <= truth <= reading.high)


def told_matched(rows: list[tuple[float, bool] | None]) -> bool:
    """Print the figures of the matched plant; whether one of its limits is broken."""
    kept = [row for row in rows if row is not None]
    ratio = math.sqrt(np.mean([z * z for z, _ in kept]))
    cover = float(np.mean([inside for _, inside in kept]))
    print(f"matched, {len(rows)} spines: RMSE {ratio:.2f} of the bound (must {MUST_EFFICIENCY}), ", end="")
    print(f"95 % intervals hold {100 * cover:.1f} % (must 93 to 97), refused {len(rows) - len(kept)}")
    return ratio > MUST_EFFICIENCY or not MUST_COVER[0] <= cover <= MUST_COVER[1]


def tell_hidden(rows: list[tuple[float, bool] | None]) -> None:
    """Print the figures of the hidden plant."""
    kept = [row for row in rows if row is not None]
    print(f"hidden, {len(rows)} spines: refused {len(rows) - len(kept)} (must at most 5 % of sound records)")
    if kept:
        errors = np.abs([error for error, _ in kept])
        print(f"  reported: median error {100 * np.median(errors):.1f} % (must 5), ", end="")
        print(f"95th percentile {100 * np.quantile(errors, 0.95):.1f} % (must 15), ", end="")
        print(f"over 20 % and not flagged {int((errors > 0.2).sum())}, ", end="")
        print(f"interval holds {sum(inside for _, inside in kept)}")


def main() -> None:
    """Print the figures; the exit code says whether those of the matched plant hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matched", type=int, default=20)
    parser.add_argument("--hidden", type=int, default=5)
    add_options(parser)
    asked = parser.parse_args()
    if asked.keep and asked.matched and asked.hidden:
        parser.error("--keep is for one part: set --matched or --hidden to 0")
    broken = False
    if asked.matched:
        broken = told_matched([row for _, row in each(one_matched, range(asked.matched), asked)])
    if asked.hidden:
        tell_hidden([row for _, row in each(one_hidden, range(asked.hidden), asked)])
    sys.exit("A limit of the matched plant is broken." if broken else 0)


if __name__ == "__main__":
    main()
