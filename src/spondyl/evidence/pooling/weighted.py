"""Inverse-variance weights and what is summed with them, for many data sets at once.

Arrays are (b, k): b data sets in rows, k studies in columns. A study that a data set lacks has the variance infinity,
so its weight is zero, and the effect zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Effects ``yi`` and variances ``vi``, both (b, k), and how many studies each data set has, ``count`` (b,)."""

    yi: Array
    vi: Array
    count: Array

    def rows(self, chosen: NDArray[np.bool_]) -> "Studies":
        """The chosen data sets."""
        return Studies(yi=self.yi[chosen], vi=self.vi[chosen], count=self.count[chosen])

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which study is in which data set, (b, k)."""
        return np.isfinite(self.vi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Weights (b, k), their sum (b,), the weighted mean (b,) and the residuals (b, k), zero where a study lacks."""

    weights: Array
    total: Array
    mean: Array
    residuals: Array

    @property
    def q(self) -> Array:
        """The weighted sum of squared residuals, (b,)."""
        return row_sum(self.weights, self.residuals, self.residuals)

    @property
    def spread(self) -> Array:
        """Σw − Σw²/Σw, (b,), without the cancellation that one very heavy study would cause."""
        heaviest = self.weights.max(axis=1)
        others = self.weights.copy()
        others[np.arange(len(others)), self.weights.argmax(axis=1)] = 0.0
        rest = others.sum(axis=1)
        pairs = np.maximum(rest**2 - row_sum(others, others), 0.0)
        return (2 * heaviest * rest + pairs) / self.total


def weighted(studies: Studies, tau2: Array) -> Weighted:
    """Weights 1/(v + tau²) and what follows from them."""
    weights = 1.0 / (studies.vi + tau2[:, None])
    total = weights.sum(axis=1)
    mean = row_sum(weights, studies.yi) / total
    return Weighted(weights=weights, total=total, mean=mean, residuals=residuals(studies, mean[:, None]))


def residuals(studies: Studies, centre: Array) -> Array:
    """Effects minus their centre, zero where a study lacks."""
    return np.where(studies.present, studies.yi - centre, 0.0)


def row_sum(first: Array, *others: Array) -> Array:
    """The sum over studies of a product of at least two factors, (b,)."""
    *between, last = others
    for factor in between:
        first = first * factor
    return np.vecdot(first, last)
