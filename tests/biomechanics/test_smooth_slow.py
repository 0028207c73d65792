"""Claim: the slow reading, with its nonlinear skin, is right for a smooth force too.

Source: tip, skin and tissue integrated by scipy's DOP853 under an analytic half-sine, its corners ends of integration.
The law of the skin is the module's own. Limit: one tissue, one pulse.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spondyl.biomechanics import (
    Probe,
    Segment,
    SegmentEstimate,
    SensorNoise,
    SkinContact,
    half_sine_n,
    identify,
)

STEP_S, SAMPLES, TIP_KG, MASS_KG, DAMPING_NS_M, STIFFNESS_N_M = 1e-4, 500, 0.1, 0.5, 70.0, 30e3
PEAK_N, WIDTH_S, START_S = 80.0, 2.5e-3, 5e-4


def clean() -> tuple[np.ndarray, np.ndarray]:
    """(n,) force on the tip and its acceleration."""
    skin, samples = SkinContact(), np.arange(SAMPLES) * STEP_S

    def drive(t: np.ndarray | float) -> np.ndarray:
        return half_sine_n(np.asarray(t), peak_n=PEAK_N, width_s=WIDTH_S, start_s=START_S)

    def felt(y: np.ndarray) -> float:
        return skin.force_n(y[0] - y[1], y[2] - y[3]) - skin.preload_n

    def slope(t: float, y: np.ndarray) -> list[float]:
        pushed = felt(y)
        tissue = (pushed - DAMPING_NS_M * y[3] - STIFFNESS_N_M * y[1]) / MASS_KG
        return [y[2], y[3], (float(drive(t)) - pushed) / TIP_KG, tissue]

    state, moved = np.zeros(4), np.zeros(SAMPLES)
    edges = (0.0, START_S, START_S + WIDTH_S, float(samples[-1]))
    for begin, stop in pairwise(edges):
        found = solve_ivp(
            slope, (begin, stop), state, method="DOP853", rtol=1e-9, atol=1e-13, dense_output=True
        )
        state, inside = found.y[:, -1], (samples > begin - 1e-9) & (samples < stop + 1e-9)
        skins = np.array([felt(y) for y in found.sol(samples[inside]).T])
        moved[inside] = (drive(samples[inside]) - skins) / TIP_KG
    return drive(samples), moved


def test_a_half_sine_is_read_right() -> None:
    """Two records of opposite noise: its effect on their mean is of second order. Straight lines: 0.5 % off."""
    force_n, moved = clean()
    random, reads = np.random.default_rng(0), list[float]()
    noise_n, noise_m_s2 = random.normal(0.0, 0.05, SAMPLES), random.normal(0.0, 0.5, SAMPLES)
    for sign in (1, -1):
        found = identify(
            Probe(
                segment=Segment.L3,
                step_s=STEP_S,
                force_n=force_n + sign * noise_n,
                acceleration_m_s2=moved + sign * noise_m_s2,
                preload_n=20.0,
                tip_mass_kg=TIP_KG,
                noise=SensorNoise(force_sd_n=0.05, acceleration_sd_m_s2=0.5),
            ),
            max_modes=1,
        )
        assert isinstance(found, SegmentEstimate), found
        reads.append(found.stiffness_n_mm.value)
    assert np.mean(reads) == pytest.approx(30.0, rel=0.002)
