"""Claim: known tissue comes back within its own interval, and a wrong model is refused.

Source: the parameters the synthetic probe was made from. Limit: sensor noise of the pilot (0.1 N, 0.5 m/s²).
"""

import numpy as np
import pytest

from spondyl.biomechanics import (
    Abstention,
    AbstentionReason,
    Probe,
    Segment,
    SegmentEstimate,
    half_sine_n,
    identify,
)
from spondyl.biomechanics.levenberg import modelled
from spondyl.biomechanics.whiten import whiteness_p

STEP_S, SAMPLES = 2e-4, 300
TRUE = {"kc": 40e3, "cc": 25.0, "p": 1.5, "m": 0.5, "c": 73.0, "k": 30e3}


def probe_of(acceleration: np.ndarray, force: np.ndarray, noise_seed: int | None = None) -> Probe:
    rng = np.random.default_rng(noise_seed)
    noisy = noise_seed is not None
    return Probe(
        segment=Segment.L3,
        step_s=STEP_S,
        force_n=force + noisy * rng.normal(0, 0.1, len(force)),
        acceleration_m_s2=acceleration + noisy * rng.normal(0, 0.5, len(force)),
        preload_n=20.0,
        tip_mass_kg=0.1,
    )


def made(peak_n: float = 50.0, noise_seed: int | None = 1) -> Probe:
    force = half_sine_n(np.arange(SAMPLES) * STEP_S, peak_n=peak_n, width_s=4e-3)
    logs = np.log(np.array(list(TRUE.values())))[:, None]
    return probe_of(modelled(probe_of(0 * force, force), logs)[:, 0], force, noise_seed)


def test_known_tissue_comes_back() -> None:
    found = identify(made())
    assert isinstance(found, SegmentEstimate)
    assert found.modes == 1
    assert found.stiffness_n_mm.value == pytest.approx(30.0, rel=0.02)
    assert found.mass_kg.value == pytest.approx(0.5, rel=0.02)
    assert found.damping_ns_m.value == pytest.approx(73.0, rel=0.02)
    assert found.contact_stiffness_n_mm.value == pytest.approx(40.0, rel=0.02)
    assert found.contact_exponent.value == pytest.approx(1.5, rel=0.05)


def test_a_record_of_something_else_is_refused() -> None:
    good = made()
    bounced = good.acceleration_m_s2.copy()
    bounced[150:] += 20 * np.sin(np.arange(len(bounced) - 150) / 3)  # the patient moved
    found = identify(probe_of(bounced, good.force_n), max_modes=1)
    assert isinstance(found, Abstention)
    assert found.reason is AbstentionReason.MODEL_DOES_NOT_FIT
    assert "probe again" in found.text


def test_no_pulse_is_refused() -> None:
    found = identify(probe_of(np.zeros(SAMPLES), np.zeros(SAMPLES), 3))
    assert isinstance(found, Abstention)
    assert found.reason is AbstentionReason.NO_PULSE


def test_sound_residuals_are_hardly_refused() -> None:
    """Ljung–Box at 1 % refuses 0.5 % to 2.5 % of 2,000 white records from which six smooth parameters were fitted."""
    rng, time = np.random.default_rng(3), np.linspace(-1.0, 1.0, 600)
    smooth, _ = np.linalg.qr(np.stack([time**power for power in range(6)], axis=1))
    left = (values - smooth @ (smooth.T @ values) for values in rng.normal(size=(2_000, 600)))
    assert 0.005 < np.mean([whiteness_p(residual) < 0.01 for residual in left]) < 0.025


def test_a_probe_without_preload_cannot_exist() -> None:
    with pytest.raises(ValueError, match="preload"):
        Probe(
            segment=Segment.L3,
            step_s=STEP_S,
            force_n=np.zeros(60),
            acceleration_m_s2=np.zeros(60),
            preload_n=0.0,
            tip_mass_kg=0.1,
        )
