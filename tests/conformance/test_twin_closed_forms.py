"""Claim: the engine equals closed forms to 1e-6 and MuJoCo to 1 % on every level's peak.

Source: textbook formulas beside each test; MuJoCo 4 builds its own matrices and kinematics. Limit: small pushes (50 N).
"""

from dataclasses import replace

import numpy as np
import pytest

from spondyl.biomechanics import (
    Load,
    Segment,
    SpineModel,
    build_spine_model,
    half_sine_n,
    modes_of,
    push_at,
    respond,
)
from spondyl.biomechanics.mujoco_twin import mujoco_displacement_mm


def uncoupled(k: float, c: float) -> SpineModel:
    eye = np.eye(150)
    return replace(build_spine_model(), mass=0.5 * eye, damping=c * eye, stiffness=k * eye)


def test_one_mass_after_a_step_of_force() -> None:
    """x = F/k (1 − e^{−ζωt}(cos ω_d t + ζ/√(1 − ζ²) sin ω_d t)), ramped over one sample: compared half a step late."""
    k, zeta, force, step = 30e3, 0.3, 10.0, 1e-5
    omega = np.sqrt(k / 0.5)
    model = uncoupled(k, 2 * zeta * omega * 0.5)
    samples = np.r_[0.0, np.full(6000, force)]
    centre = model.geometry.centres_mm[Segment.L3.index]
    load = Load(
        segment=Segment.L3, point_mm=centre, towards=np.array([0, -1.0, 0]), force_n=samples, step_s=step
    )
    t = (np.arange(6001) - 0.5)[1:] * step
    wd = omega * np.sqrt(1 - zeta**2)
    closed = (
        force / k * (1 - np.exp(-zeta * omega * t) * (np.cos(wd * t) + zeta * omega / wd * np.sin(wd * t)))
    )
    found = -respond(model, load).displacement_mm[1:, Segment.L3.index, 1] * 1e-3
    assert np.abs(found - closed).max() < 1e-6 * closed.max() + force / k * (omega * step) ** 2


def fixed_free_chain(k: float) -> SpineModel:
    """25 masses of 0.5 kg along the back direction, the last tied to the ground; all else on springs of its own."""
    stiffness = 1e7 * np.eye(150)
    rows = np.arange(25) * 6 + 1
    chain = 2 * np.eye(25) - np.eye(25, k=1) - np.eye(25, k=-1)
    chain[0, 0] = 1.0
    stiffness[np.ix_(rows, rows)] = k * chain
    return replace(build_spine_model(), mass=0.5 * np.eye(150), damping=1e-9 * stiffness, stiffness=stiffness)


def test_eigenfrequencies_of_a_uniform_chain() -> None:
    """ω_j = 2 √(k/m) sin((2j − 1)π/(2(2n + 1))), n masses, one end fixed."""
    k = 1e5
    poles = modes_of(fixed_free_chain(k)).poles
    found = np.sort(np.abs(poles))[:25]
    closed = 2 * np.sqrt(k / 0.5) * np.sin((2 * np.arange(1, 26) - 1) * np.pi / 102)
    assert found == pytest.approx(closed, rel=1e-6)


def test_static_compliance_of_a_series_chain() -> None:
    """Pushed at its free end the chain gives by the sum of its springs: n/k."""
    model = fixed_free_chain(1e5)
    push = model.direction(Segment.C1, model.geometry.centres_mm[0], np.array([0, 1.0, 0]))
    assert push @ np.linalg.solve(model.stiffness, push) == pytest.approx(25 / 1e5, rel=1e-9)


@pytest.mark.parametrize("segment", [Segment.T7, Segment.L3])
def test_mujoco_agrees_on_the_peak_of_every_level(segment: Segment) -> None:
    model, step = build_spine_model(), 1e-4
    force = half_sine_n(np.arange(250) * step, peak_n=50.0, width_s=4e-3)
    load = push_at(model, segment, force, step)
    theirs = np.linalg.norm(mujoco_displacement_mm(model, load), axis=2).max(axis=0)
    ours = np.linalg.norm(respond(model, load).displacement_mm, axis=2).max(axis=0)
    assert np.abs(theirs / ours - 1).max() < 0.01
