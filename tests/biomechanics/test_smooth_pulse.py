"""Claim: a pulse whose force bends between samples, which the model of :func:`identify_linear` takes as straight, gives
no stiffness rather than one that is 7 % too high; the same pulse, straight between samples, gives the true one.

Source: the two-mass model in state space, solved by scipy at a twentieth of the sampling step. Limit: one tissue.
"""

import numpy as np
import pytest
from scipy.signal import StateSpace, lsim

from spondyl.biomechanics import Abstention, Probe, Segment, SegmentEstimate, SensorNoise, identify_linear

TIP_KG, SKIN_N_M, SKIN_NS_M, MASS_KG, DAMPING_NS_M, STIFFNESS_N_M = 0.01, 40e3, 25.0, 0.5, 70.0, 30e3
STEP_S, COUNT, FINE, PEAK_N, WIDTH_S = 1e-4, 400, 20, 20.0, 2.5e-3


def probe(seed: int, *, is_straight: bool) -> Probe:
    time_s = np.arange(COUNT * FINE) * STEP_S / FINE
    drive_n = np.where(time_s <= WIDTH_S, PEAK_N * np.sin(np.pi * time_s / WIDTH_S), 0.0)
    if is_straight:
        drive_n = np.interp(time_s, time_s[::FINE], drive_n[::FINE])
    skin = np.array([SKIN_N_M, -SKIN_N_M, SKIN_NS_M, -SKIN_NS_M])
    tissue = np.array([0.0, STIFFNESS_N_M, 0.0, DAMPING_NS_M])
    moves = np.array([[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], -skin / TIP_KG, (skin - tissue) / MASS_KG])
    driven = np.array([[0.0], [0.0], [1 / TIP_KG], [0.0]])
    seen = StateSpace(moves, driven, np.stack([moves[2], skin]), np.array([[1 / TIP_KG], [0.0]]))
    _, found, _ = lsim(seen, drive_n, time_s)
    random = np.random.default_rng(seed)
    acceleration = found[::FINE, 0] + random.normal(0.0, 0.5, COUNT)
    force_n = found[::FINE, 1] + random.normal(0.0, 0.05, COUNT)
    return Probe(
        segment=Segment.L3,
        step_s=STEP_S,
        force_n=force_n + TIP_KG * acceleration,
        acceleration_m_s2=acceleration,
        preload_n=20.0,
        tip_mass_kg=TIP_KG,
        noise=SensorNoise(force_sd_n=0.05, acceleration_sd_m_s2=0.5),
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_force_that_bends_between_samples_is_refused(seed: int) -> None:
    straight = identify_linear(probe(seed, is_straight=True))
    assert isinstance(straight, SegmentEstimate)
    assert straight.stiffness_n_mm.value == pytest.approx(30.0, rel=0.03)
    assert isinstance(identify_linear(probe(seed, is_straight=False)), Abstention)
