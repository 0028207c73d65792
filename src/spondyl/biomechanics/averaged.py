"""One answer from several guesses that the samples do not tell apart.

Each guess weighs by its likelihood, all being equally likely before (Bayesian model averaging; Hoeting et al. 1999,
recalled). The variance is that of the fits and that between them: where the samples cannot tell, the interval is wide;
where they can, the other guesses weigh nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics.estimate import Z_95, Estimated
from spondyl.biomechanics.probe import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A fit under one guess: ``logs`` (p,) with their ``covariance`` (p, p), whitened ``residual`` (n,), ``surprise``
    (−2 log likelihood, but for a constant), the probabilities of so large and so coloured a residual."""

    logs: FloatArray
    covariance: FloatArray
    residual: FloatArray
    surprise: float
    p_values: tuple[float, float]
    converged: bool = True


def log_interval(log: float, sd: float, unit: float) -> Estimated:
    """A quantity from its logarithm and the standard deviation of that, in ``unit`` (delta method)."""
    value, reach = unit * math.exp(log), min(Z_95 * sd, 50.0)
    return Estimated(value=value, sd=value * sd, low=value * math.exp(-reach), high=value * math.exp(reach))


def surprise_of(residual: FloatArray, factor: FloatArray) -> float:
    """−2 log likelihood of a residual (n,) that was whitened by the Cholesky ``factor`` (n, n), but for a constant."""
    return float(residual @ residual + 2 * np.sum(np.log(np.diag(factor))))


def likely(found: Sequence[Found]) -> Found:
    """The fit of the likeliest guess; the first of equals."""
    return min(found, key=lambda one: one.surprise)


def averaged(found: Sequence[Found], rows: Sequence[int], unit: float) -> Estimated:
    """1/Σ(1/x) of the named parameters (one is itself): mean of its logarithm over the guesses (delta method)."""
    least = likely(found).surprise
    weights = np.array([math.exp((least - one.surprise) / 2) for one in found])
    weights /= weights.sum()
    told = np.array([_in_series(one, list(rows)) for one in found])
    mean = float(weights @ told[:, 0])
    variance = float(weights @ (told[:, 1] + (told[:, 0] - mean) ** 2))
    return log_interval(mean, math.sqrt(variance), unit)


def _in_series(one: Found, rows: list[int]) -> tuple[float, float]:
    """Logarithm and its variance."""
    parts = np.exp(-one.logs[rows])
    share = parts / parts.sum()
    return -math.log(float(parts.sum())), float(share @ one.covariance[np.ix_(rows, rows)] @ share)
