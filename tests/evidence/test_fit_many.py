"""Claims: many data sets give what each gives alone; every estimator solves the equation that defines it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from spondyl.evidence import (
    EffectSizes,
    EvidenceRefused,
    Inference,
    Measure,
    Model,
    Tau2Method,
    fit_many,
    leave_one_out,
    pool,
)

Array = NDArray[np.float64]


def data(seed: int, rows: int = 40, studies: int = 6) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    vi = 10 ** random.uniform(-2, 0.5, (rows, studies))
    return random.normal(0.4, np.sqrt(vi + 0.2)), vi


def effects_of(yi: Array, vi: Array) -> EffectSizes:
    return EffectSizes(measure=Measure.GEN, labels=tuple(map(str, range(len(yi)))), yi=yi, vi=vi)


@pytest.mark.parametrize("method", Tau2Method)
@pytest.mark.parametrize("inference", Inference)
def test_many_are_what_each_is_alone(method: Tau2Method, inference: Inference) -> None:
    yi, vi = data(1)
    fits = fit_many(yi, vi, tau2_method=method, inference=inference)
    for row in range(len(yi)):
        alone = pool(effects_of(yi[row], vi[row]), tau2_method=method, inference=inference)
        assert alone.prediction is not None
        found = (fits.effect[row], fits.se[row], fits.tau2[row], fits.ci_low[row], fits.pi_high[row])
        expected = (
            alone.effect,
            alone.se,
            alone.heterogeneity.tau2,
            alone.interval.low,
            alone.prediction.high,
        )
        assert found == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("method", Tau2Method)
def test_an_infinite_variance_means_no_study(method: Tau2Method) -> None:
    yi, vi = data(2)
    without = fit_many(yi[:, 1:], vi[:, 1:], tau2_method=method)
    vi[:, 0] = np.inf
    found = fit_many(yi, vi, tau2_method=method)
    assert found.effect == pytest.approx(without.effect, rel=1e-11)
    assert found.tau2 == pytest.approx(without.tau2, rel=1e-9, abs=1e-12)
    assert found.count.tolist() == [5.0] * len(yi)


def test_leave_one_out_leaves_each_out_in_turn() -> None:
    yi, vi = (side[0] for side in data(3))
    fits = leave_one_out(effects_of(yi, vi))
    for left in range(len(yi)):
        alone = pool(effects_of(np.delete(yi, left), np.delete(vi, left)))
        assert fits.effect[left] == pytest.approx(alone.effect, rel=1e-11)
    with pytest.raises(EvidenceRefused, match="at least 2 studies"):
        leave_one_out(effects_of(yi[:1], vi[:1]))


def log_likelihood(yi: Array, vi: Array, tau2: float, *, restricted: bool) -> float:
    """Of the multivariate normal, written with matrices and by scipy: independent of the code under test."""
    design, cover = np.ones((len(yi), 1)), np.diag(vi + tau2)
    if restricted:
        # Patterson and Thompson: the likelihood of k - 1 contrasts that do not depend on the mean.
        contrasts = np.linalg.svd(design)[0][:, 1:]
        yi, cover, mean = contrasts.T @ yi, contrasts.T @ cover @ contrasts, np.zeros(len(yi) - 1)
    else:
        mean = np.full(len(yi), np.average(yi, weights=1 / (vi + tau2)))
    return float(stats.multivariate_normal(mean, cover).logpdf(yi))


@pytest.mark.parametrize(("method", "restricted"), [(Tau2Method.ML, False), (Tau2Method.REML, True)])
def test_likelihood_is_highest_at_the_estimate(method: Tau2Method, restricted: bool) -> None:
    yi, vi = data(4, rows=12)
    found = fit_many(yi, vi, tau2_method=method).tau2
    assert (found == 0).any()
    assert (found > 0).any()
    for row, tau2 in enumerate(found):
        top = log_likelihood(yi[row], vi[row], tau2, restricted=restricted)
        for other in np.concatenate([[0.0], np.geomspace(1e-5, 30, 60), tau2 * np.array([0.999, 1.001])]):
            assert log_likelihood(yi[row], vi[row], other, restricted=restricted) <= top + 1e-10


@pytest.mark.parametrize("method", [Tau2Method.PM, Tau2Method.EB])
def test_paule_mandel_brings_q_to_its_expectation(method: Tau2Method) -> None:
    yi, vi = data(5)
    for row, tau2 in enumerate(fit_many(yi, vi, tau2_method=method).tau2):
        weights = 1 / (vi[row] + tau2)
        q = np.sum(weights * (yi[row] - np.average(yi[row], weights=weights)) ** 2)
        assert q == pytest.approx(5) if tau2 > 0 else q <= 5


def test_equal_variances_have_closed_forms() -> None:
    """With equal v: REML, DL, HE and PM are s² − v (cut at 0), ML is s²(k−1)/k − v, with s² the sample variance."""
    yi = np.array([[0.1, 0.9, -0.4, 1.8], [0.1, 0.15, 0.12, 0.11]])
    vi = np.full_like(yi, 0.2)
    s2 = yi.var(axis=1, ddof=1)
    for method in (Tau2Method.REML, Tau2Method.DL, Tau2Method.HE, Tau2Method.PM):
        assert fit_many(yi, vi, tau2_method=method).tau2 == pytest.approx(np.maximum(s2 - 0.2, 0), rel=1e-12)
    maximum = fit_many(yi, vi, tau2_method=Tau2Method.ML).tau2
    assert maximum == pytest.approx(np.maximum(s2 * 0.75 - 0.2, 0), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.sampled_from(Tau2Method))
def test_the_unit_and_its_zero_do_not_matter(
    seed: int, shift: float, factor: float, method: Tau2Method
) -> None:
    yi, vi = data(seed, rows=3, studies=5)
    one = fit_many(yi, vi, tau2_method=method)
    two = fit_many(factor * (yi + shift), factor**2 * vi, tau2_method=method)
    assert two.effect == pytest.approx(factor * (one.effect + shift), rel=1e-8, abs=1e-8 * factor)
    assert two.tau2 == pytest.approx(factor**2 * one.tau2, rel=1e-7, abs=1e-7 * factor**2)
    assert two.i2_percent == pytest.approx(one.i2_percent, rel=1e-6, abs=1e-5)


def test_the_interval_of_tau2_holds_what_q_does_not_contradict() -> None:
    yi, vi = (side[1] for side in data(6, studies=9))
    interval = pool(effects_of(yi, vi), level_percent=90).heterogeneity.tau2_interval
    assert interval is not None
    for tau2, tail in ((interval.low, 0.05), (interval.high, 0.95)):
        weights = 1 / (vi + tau2)
        q = np.sum(weights * (yi - np.average(yi, weights=weights)) ** 2)
        assert tau2 == 0 or stats.chi2(8).sf(q) == pytest.approx(tail)


def test_a_common_effect_is_the_weighted_mean() -> None:
    yi, vi = data(7)
    fits = fit_many(yi, vi, model=Model.COMMON)
    assert fits.effect == pytest.approx(np.average(yi, weights=1 / vi, axis=1))
    assert fits.se == pytest.approx(1 / np.sqrt((1 / vi).sum(axis=1)))


@pytest.mark.parametrize(("yi", "vi"), [([[1.0]], [[np.inf]]), ([[1.0]], [[0.0]]), ([[1.0, 2.0]], [[1.0]])])
def test_senseless_arrays_are_refused(yi: list[list[float]], vi: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="needs a study"):
        fit_many(yi, vi)
