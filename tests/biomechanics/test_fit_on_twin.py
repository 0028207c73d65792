"""Claim: with the twin as the model, stiffness of a spine unlike the tables is read within 10 %; nonsense is refused.

Source: dense solution of the twin's own matrices, the engine of `press`, central differences. Limit: plants of the
twin's structure; `benchmarks/hidden_plant.py` moves them by MuJoCo instead.
"""

from dataclasses import replace

import numpy as np
import pytest

from spondyl.biomechanics import (
    Abstention,
    AbstentionReason,
    BodyState,
    Probe,
    Segment,
    SkinContact,
    TwinEstimate,
    build_spine_model,
    half_sine_n,
    identify_on_twin,
    modes_of,
    press,
    push_at,
)
from spondyl.biomechanics.driving_point import COUNT, SPINE_PARAMETERS, Factors, compliance, parts_of
from spondyl.biomechanics.fit_on_twin import TwinPrior
from spondyl.biomechanics.tip_on_twin import CONTACT, PARAMETERS, Grid, Site, predict, static_stiffness_n_mm

STEP_S, SAMPLES, SEGMENT = 2e-4, 300, Segment.L3
NORM = build_spine_model()
SITE = Site(
    parts=parts_of(NORM),
    segment=SEGMENT,
    arm_m=(NORM.contact_point_mm(SEGMENT) - NORM.geometry.centres_mm[SEGMENT.index]) * 1e-3,
)


def probe_on(state: BodyState, seed: int | None = 1, preload_n: float = 20.0) -> Probe:
    """What sensors see on such a body, from the other engine at a quarter of the step."""
    model, fine = build_spine_model(state=state), STEP_S / 4
    force = half_sine_n(np.arange(4 * SAMPLES) * fine, peak_n=50.0, width_s=5e-3)
    seen = press(
        model,
        push_at(model, SEGMENT, force, fine),
        SkinContact().at_preload(preload_n),
        modes=modes_of(model),
    ).tip_acceleration_m_s2[::4]
    rng, noisy = np.random.default_rng(seed), seed is not None
    return Probe(
        segment=SEGMENT,
        step_s=STEP_S,
        force_n=force[::4] + noisy * rng.normal(0, 0.1, SAMPLES),
        acceleration_m_s2=seen + noisy * rng.normal(0, 0.5, SAMPLES),
        preload_n=preload_n,
        tip_mass_kg=0.1,
    )


def stiffer(factor: float) -> BodyState:
    return BodyState(joint_factor=np.full(COUNT, factor), support_factor=np.full(COUNT, factor))


@pytest.mark.parametrize("segment", [Segment.C1, Segment.T7, Segment.S1])
def test_compliance_is_that_of_the_whole_matrices(segment: Segment) -> None:
    site = replace(SITE, segment=segment)
    push, whole = site.wrench(np.zeros(4)), np.zeros(6 * COUNT)
    whole[6 * segment.index : 6 * segment.index + 6] = push
    s = np.array([0.0, 30.0 + 200.0j, 5.0 + 3000.0j])
    found, _, _ = compliance(SITE.parts, Factors.of(np.zeros(SPINE_PARAMETERS)), segment, push, s)
    for one, h in zip(s, found, strict=True):
        matrix = NORM.stiffness + one * NORM.damping + one**2 * NORM.mass
        assert h == pytest.approx(whole @ np.linalg.solve(matrix, whole), rel=1e-9)


def test_prediction_equals_the_other_engine() -> None:
    clean = probe_on(BodyState(), seed=None)
    parameters = TwinPrior(mass_mean=0.0).mean()
    found = predict(SITE, clean, parameters, Grid.of(clean)).acceleration_m_s2
    assert np.abs(clean.acceleration_m_s2).max() > 300
    assert np.sqrt(np.mean((found - clean.acceleration_m_s2) ** 2)) < 0.3


@pytest.mark.parametrize(
    "which", [21, COUNT + 21, 2 * COUNT, 51, 52, 54, 55, *range(CONTACT.start, PARAMETERS)]
)
def test_derivatives_are_those_of_differences(which: int) -> None:
    clean = probe_on(BodyState(), seed=None, preload_n=18.0)
    grid, at, step = Grid.of(clean), TwinPrior().mean(), np.zeros(PARAMETERS)
    at[:COUNT], at[55] = 0.1, 0.05
    step[which] = 1e-4
    up, down = (predict(SITE, clean, at + d, grid).acceleration_m_s2 for d in (step, -step))
    found = predict(SITE, clean, at, grid).by_parameter[:, which]
    assert found == pytest.approx((up - down) / 2e-4, abs=0.01 * np.abs(found).max() + 0.01)


def test_derivative_of_the_static_stiffness() -> None:
    at, step = TwinPrior().mean(), np.zeros(PARAMETERS)
    step[21] = 1e-5
    _, slope = static_stiffness_n_mm(SITE, at)
    up, down = (np.log(static_stiffness_n_mm(SITE, at + d)[0]) for d in (step, -step))
    assert slope[21] == pytest.approx((up - down) / 2e-5, rel=1e-5)


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_a_spine_unlike_the_tables_is_read(factor: float) -> None:
    truth = build_spine_model(state=stiffer(factor)).static_stiffness_n_mm(SEGMENT)
    found = identify_on_twin((probe_on(stiffer(factor)),), NORM)
    assert isinstance(found, TwinEstimate)
    assert found.expected_n_mm.value == pytest.approx(truth / factor, rel=1e-6)
    assert found.stiffness_n_mm.value == pytest.approx(truth, rel=0.1)
    assert found.stiffness_n_mm.low > found.expected_n_mm.value or factor < 1
    assert found.stiffness_n_mm.high < found.expected_n_mm.value or factor > 1


def test_more_probes_of_one_contact_narrow_the_interval() -> None:
    probes = tuple(probe_on(stiffer(1.3), seed, preload_n=18.0 + seed) for seed in (1, 2, 3))
    one, three = (identify_on_twin(some, NORM) for some in (probes[:1], probes))
    assert isinstance(one, TwinEstimate)
    assert isinstance(three, TwinEstimate)
    assert three.stiffness_n_mm.sd < 0.9 * one.stiffness_n_mm.sd


def test_a_patient_who_moves_is_refused() -> None:
    good = probe_on(BodyState())
    moved = good.acceleration_m_s2 + 10 * np.sin(np.arange(SAMPLES) / 3) * (np.arange(SAMPLES) > 150)
    found = identify_on_twin((replace(good, acceleration_m_s2=moved),), NORM)
    assert isinstance(found, Abstention)
    assert found.reason in (AbstentionReason.MODEL_DOES_NOT_FIT, AbstentionReason.NOT_CONVERGED)
    assert "probe again" in found.text


def test_probes_of_two_segments_are_not_one_reading() -> None:
    good = probe_on(BodyState())
    with pytest.raises(ValueError, match="one segment"):
        identify_on_twin((good, replace(good, segment=Segment.L4)), NORM)
