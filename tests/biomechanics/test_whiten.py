"""Claim: what a fit with a prior leaves over is judged at the level that the test of whiteness says, no sharper.

Source: a linear problem with Gaussian noise and prior, solved exactly, in which the model is right by construction.
"""

import numpy as np
import pytest

from spondyl.biomechanics.whiten import freed, whiteness_p

SAMPLES, PARAMETERS, SPINES = 600, 40, 1000
TIME = np.arange(SAMPLES)[:, None] / SAMPLES
SLOPE = 20 * np.exp(-5 * TIME) * np.sin(np.pi * np.arange(1, PARAMETERS + 1) * TIME)
"""(600, 40) by parameters of unit prior variance: as smooth, and as strong beside noise of variance 1, as a spine's."""
NORMAL = SLOPE.T @ SLOPE + np.eye(PARAMETERS)


def left_over(seed: int, short_of_minimum: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Residual and distance from the prior's mean of the most probable parameters, or of some that stop short."""
    rng = np.random.default_rng(seed)
    seen = SLOPE @ rng.normal(size=PARAMETERS) + rng.normal(size=SAMPLES)
    best = np.linalg.solve(NORMAL, SLOPE.T @ seen) + short_of_minimum * rng.normal(size=PARAMETERS)
    return seen - SLOPE @ best, best


def refused_share(judged) -> float:
    return float(np.mean([whiteness_p(judged(*left_over(seed))) < 0.01 for seed in range(SPINES)]))


def test_a_sound_fit_is_refused_as_seldom_as_the_test_says() -> None:
    """Of 1,000 sound fits 10 are expected below 1 % (3 standard errors: 1 to 19); unfreed, it is several times that."""
    assert 0.001 <= refused_share(lambda residual, away: freed(residual, SLOPE, away)) <= 0.020
    assert refused_share(lambda residual, _: residual) > 0.05


def test_it_keeps_every_degree_of_freedom() -> None:
    """Its sum of squares is the cost of data and prior together, which is chi-square with as many as samples."""
    residual, away = left_over(1)
    free = freed(residual, SLOPE, away)
    assert free @ free == pytest.approx(residual @ residual + away @ away, rel=1e-9)


def test_a_fit_that_stopped_short_gives_the_same() -> None:
    there, short = left_over(2), left_over(2, 0.05)
    assert np.abs(there[0] - short[0]).max() > 0.5
    assert freed(short[0], SLOPE, short[1]) == pytest.approx(freed(there[0], SLOPE, there[1]), abs=1e-9)
