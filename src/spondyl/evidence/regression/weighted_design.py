"""Weighted least squares with a design matrix, and tau² given moderators, for one data set.

Everything is computed from the whitened design's orthogonal factor, so that moderators of any scale do no harm.
Definitions: Raudenbush in Cooper, Hedges & Valentine, Handbook of Research Synthesis, 2009, ch. 16; Viechtbauer, J Educ
Behav Stat 2005;30:261-293 and J Stat Softw 2010;36(3).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from spondyl.evidence.measure import Tau2Method
from spondyl.evidence.root import root_between

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedFit:
    """Coefficients (p,), covariance (p, p), the weighted residual sum ``q``, and traces for scores of tau²."""

    coefficients: FloatArray
    covariance: FloatArray
    q: float
    trace_p: float
    residual_pp: float
    log_det_w: float
    log_det_xwx: float


def weighted_fit(yi: FloatArray, vi: FloatArray, design: FloatArray, tau2: float) -> WeightedFit:
    """Fit ``yi`` (k,) on ``design`` (k, p) with weights 1/(vi + tau2).

    ``trace_p`` is tr(P) and ``residual_pp`` y'PPy for P = W - WX(X'WX)⁻¹X'W.
    """
    weights = 1.0 / (vi + tau2)
    root = np.sqrt(weights)
    orthogonal, triangle = np.linalg.qr(design * root[:, None])
    projected = orthogonal.T @ (root * yi)
    coefficients = linalg.solve_triangular(triangle, projected)
    residuals = root * yi - orthogonal @ projected
    inverse = linalg.solve_triangular(triangle, np.eye(len(triangle)))
    leverage = (orthogonal**2).sum(axis=1)
    return WeightedFit(
        coefficients=coefficients,
        covariance=inverse @ inverse.T,
        q=float(residuals @ residuals),
        trace_p=float((weights * (1.0 - leverage)).sum()),
        residual_pp=float((weights * residuals**2).sum()),
        log_det_w=float(np.log(weights).sum()),
        log_det_xwx=2.0 * float(np.log(np.abs(np.diag(triangle))).sum()),
    )


def moderated_tau2(yi: FloatArray, vi: FloatArray, design: FloatArray, method: Tau2Method) -> float:
    """tau² that the moderators leave, by any of the eight estimators, cut at zero. ``design`` (k, p), k > p."""
    return max(0.0, _ESTIMATORS[method](yi, vi, design))


def _der_simonian_laird(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    common = weighted_fit(yi, vi, design, 0.0)
    return (common.q - _df(design)) / common.trace_p


def _hedges(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    leverage = (np.linalg.qr(design)[0] ** 2).sum(axis=1)
    squares = weighted_fit(yi, np.ones_like(vi), design, 0.0).q
    return (squares - float((vi * (1.0 - leverage)).sum())) / _df(design)


def _hunter_schmidt(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    return (weighted_fit(yi, vi, design, 0.0).q - len(yi)) / float((1.0 / vi).sum())


def _sidik_jonkman(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    first = float(((yi - yi.mean()) ** 2).mean())
    return first * weighted_fit(yi, vi, design, first).q / _df(design) if first > 0.0 else 0.0


def _paule_mandel(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    df = _df(design)
    return _root(lambda tau2: weighted_fit(yi, vi, design, tau2).q - df, yi)


def _maximum_likelihood(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    def score(tau2: float) -> float:
        return weighted_fit(yi, vi, design, tau2).residual_pp - float((1.0 / (vi + tau2)).sum())

    def log_likelihood(tau2: float) -> float:
        fit = weighted_fit(yi, vi, design, tau2)
        return 0.5 * fit.log_det_w - 0.5 * fit.q

    return _best(score, log_likelihood, yi, vi)


def _restricted(yi: FloatArray, vi: FloatArray, design: FloatArray) -> float:
    def score(tau2: float) -> float:
        fit = weighted_fit(yi, vi, design, tau2)
        return fit.residual_pp - fit.trace_p

    def log_likelihood(tau2: float) -> float:
        fit = weighted_fit(yi, vi, design, tau2)
        return 0.5 * fit.log_det_w - 0.5 * fit.log_det_xwx - 0.5 * fit.q

    return _best(score, log_likelihood, yi, vi)


def _root(falling: Callable[[float], float], yi: FloatArray) -> float:
    """Where a falling function of tau² is zero; zero when it starts below."""
    if falling(0.0) <= 0.0:
        return 0.0
    high = float(yi.var()) + 1e-300
    while falling(high) > 0.0:
        high *= 4.0
    return root_between(falling, 0.0, high)


def _best(
    score: Callable[[float], float],
    log_likelihood: Callable[[float], float],
    yi: FloatArray,
    vi: FloatArray,
) -> float:
    """The stationary point of highest likelihood, zero included: every change of sign on a fine grid is looked at."""
    typical = float(np.median(vi))
    top = 100.0 * (float(yi.var()) + float(vi.max()))
    grid = np.concatenate(([0.0], np.geomspace(1e-6 * min(typical, top), top, 120)))
    scores = [score(tau2) for tau2 in grid]
    candidates = [0.0]
    for left, right, low, high in zip(grid, grid[1:], scores, scores[1:], strict=False):
        if low > 0.0 >= high:
            candidates.append(root_between(score, float(left), float(right)))
    return max(candidates, key=log_likelihood)


def _df(design: FloatArray) -> int:
    return design.shape[0] - design.shape[1]


_ESTIMATORS: dict[Tau2Method, Callable[[FloatArray, FloatArray, FloatArray], float]] = {
    Tau2Method.DL: _der_simonian_laird,
    Tau2Method.HE: _hedges,
    Tau2Method.HS: _hunter_schmidt,
    Tau2Method.SJ: _sidik_jonkman,
    Tau2Method.ML: _maximum_likelihood,
    Tau2Method.REML: _restricted,
    Tau2Method.EB: _paule_mandel,
    Tau2Method.PM: _paule_mandel,
}
