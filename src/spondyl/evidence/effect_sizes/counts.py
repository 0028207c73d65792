"""Two groups with counts: risk ratio, odds ratio, risk difference."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Two-by-two tables (n,): events ``ai``, others ``bi`` in group 1; events ``ci``, others ``di`` in group 2."""

    ai: Column
    bi: Column
    ci: Column
    di: Column

    @property
    def has_zero(self) -> NDArray[np.bool_]:
        """Tables with at least one empty cell."""
        return (self.ai == 0) | (self.bi == 0) | (self.ci == 0) | (self.di == 0)

    @property
    def says_nothing(self) -> NDArray[np.bool_]:
        """Tables where nobody, or everybody, had the event in both groups."""
        return ((self.ai == 0) & (self.ci == 0)) | ((self.bi == 0) & (self.di == 0))

    def without_zeros(self) -> "Counts":
        """The same tables with 1/2 added to all four cells of those that have an empty one."""
        half = np.where(self.has_zero, 0.5, 0.0)
        return Counts(ai=self.ai + half, bi=self.bi + half, ci=self.ci + half, di=self.di + half)


def log_risk_ratio(counts: Counts) -> tuple[Column, Column]:
    """The logarithm of (a/n1)/(c/n2) and its variance 1/a − 1/n1 + 1/c − 1/n2."""
    n1i, n2i = counts.ai + counts.bi, counts.ci + counts.di
    yi = np.log(counts.ai / n1i) - np.log(counts.ci / n2i)
    return yi, 1 / counts.ai - 1 / n1i + 1 / counts.ci - 1 / n2i


def log_odds_ratio(counts: Counts) -> tuple[Column, Column]:
    """The logarithm of ad/(bc) and its variance 1/a + 1/b + 1/c + 1/d."""
    yi = np.log(counts.ai / counts.bi) - np.log(counts.ci / counts.di)
    return yi, 1 / counts.ai + 1 / counts.bi + 1 / counts.ci + 1 / counts.di


def risk_difference(counts: Counts) -> tuple[Column, Column]:
    """The difference a/n1 − c/n2 and its variance p1(1−p1)/n1 + p2(1−p2)/n2."""
    n1i, n2i = counts.ai + counts.bi, counts.ci + counts.di
    p1, p2 = counts.ai / n1i, counts.ci / n2i
    return p1 - p2, p1 * (1 - p1) / n1i + p2 * (1 - p2) / n2i
