"""Generalised least squares on a network, and tau² by three estimators."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

FloatArray = NDArray[np.float64]


class NetworkTau2(Enum):
    """The estimator of tau², one for all comparisons; the value is the command line's name."""

    DL = "DL"
    ML = "ML"
    REML = "REML"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlsFit:
    """Effects (p,) with covariance (p, p), the residual sum ``q``, tr(P·between) and two log-determinants."""

    effects: FloatArray
    covariance: FloatArray
    q: float
    trace: float
    log_det_v: float
    log_det_xwx: float


def gls(yi: FloatArray, variance: FloatArray, design: FloatArray, between: FloatArray) -> GlsFit:
    """Fit ``yi`` (n,) on ``design`` (n, p), its variance (n, n) given, by whitening with the Cholesky factor."""
    factor = np.linalg.cholesky(variance)
    white = linalg.solve_triangular(factor, np.column_stack((design, yi)), lower=True)
    orthogonal, triangle = np.linalg.qr(white[:, :-1])
    projected = orthogonal.T @ white[:, -1]
    residuals = white[:, -1] - orthogonal @ projected
    inverse = linalg.solve_triangular(triangle, np.eye(len(triangle)))
    spread = linalg.solve_triangular(
        factor, linalg.solve_triangular(factor, between, lower=True).T, lower=True
    )
    return GlsFit(
        effects=linalg.solve_triangular(triangle, projected),
        covariance=inverse @ inverse.T,
        q=float(residuals @ residuals),
        trace=float(np.trace(spread) - np.trace(orthogonal.T @ spread @ orthogonal)),
        log_det_v=2.0 * float(np.log(np.diag(factor)).sum()),
        log_det_xwx=2.0 * float(np.log(np.abs(np.diag(triangle))).sum()),
    )


def network_tau2(
    yi: FloatArray, covariance: FloatArray, design: FloatArray, between: FloatArray, method: NetworkTau2
) -> float:
    """tau² cut at zero; zero when the trials leave no degree of freedom.

    DL: Jackson, White & Riley, Stat Med 2012;31:3805-3820, as netmeta has it. ML and REML: as rma.mv(rho=1/2).
    """
    if len(yi) <= design.shape[1]:
        return 0.0
    if method is NetworkTau2.DL:
        common = gls(yi, covariance, design, between)
        return max(0.0, (common.q - (len(yi) - design.shape[1])) / common.trace)

    diagonal = _diagonalised(yi, covariance, design, between)
    typical = 1.0 / max(float(np.median(diagonal.spread)), 1e-300)
    return _least(lambda tau2: diagonal.negative_log_likelihood(tau2, method), typical, _top(yi, covariance))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Diagonal:
    """The network turned so that its variance is 1 + tau² spread, without covariances, whatever tau² is."""

    yi: FloatArray
    design: FloatArray
    spread: FloatArray

    def negative_log_likelihood(self, tau2: FloatArray, method: NetworkTau2) -> FloatArray:
        """Up to a constant, for many tau² (m,) at once."""
        weights = 1.0 / (1.0 + tau2[:, None] * self.spread)
        normal = np.einsum("mi,ij,ik->mjk", weights, self.design, self.design)
        right = np.einsum("mi,ij,i->mj", weights, self.design, self.yi)
        effects = np.linalg.solve(normal, right[..., None])[..., 0]
        residuals = self.yi - np.einsum("ij,mj->mi", self.design, effects)
        restricted = np.linalg.slogdet(normal)[1] if method is NetworkTau2.REML else 0.0
        return 0.5 * ((weights * residuals**2).sum(axis=1) - np.log(weights).sum(axis=1) + restricted)


def _diagonalised(
    yi: FloatArray, covariance: FloatArray, design: FloatArray, between: FloatArray
) -> _Diagonal:
    factor = np.linalg.cholesky(covariance)
    white = linalg.solve_triangular(factor, np.column_stack((design, yi)), lower=True)
    ratio = linalg.solve_triangular(
        factor, linalg.solve_triangular(factor, between, lower=True).T, lower=True
    )
    spread, axes = np.linalg.eigh((ratio + ratio.T) / 2.0)
    turned = axes.T @ white
    return _Diagonal(yi=turned[:, -1], design=turned[:, :-1], spread=np.maximum(spread, 0.0))


def _top(yi: FloatArray, covariance: FloatArray) -> float:
    return 100.0 * (float((yi**2).max()) + float(np.diag(covariance).max()))


def _least(function: Callable[[FloatArray], FloatArray], typical: float, top: float) -> float:
    """The lowest point of a function of tau² from 0 to ``top``: a grid, then Brent's method around its best point."""
    grid = np.concatenate(([0.0], np.geomspace(min(1e-5 * typical, 1e-3 * top), top, 120)))
    best = int(np.argmin(function(grid)))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])

    def at(tau2: float) -> float:
        return float(function(np.array([tau2]))[0])

    found = optimize.minimize_scalar(
        at, bounds=(low, high), method="bounded", options={"xatol": 1e-12 * high, "maxiter": 500}
    )
    ends = function(np.array([0.0, float(found.x)]))
    return float(found.x) if ends[1] < ends[0] else 0.0
