"""One group with counts: the proportion xi/ni on four scales."""

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


def zero_corrected(xi: Column, ni: Column) -> tuple[Column, Column, NDArray[np.bool_]]:
    """Events and others (n − x), with 1/2 added to both where one is zero; and where that was done."""
    mi = ni - xi
    zero = (xi == 0) | (mi == 0)
    half = np.where(zero, 0.5, 0.0)
    return xi + half, mi + half, zero


def logit_proportion(xi: Column, mi: Column) -> tuple[Column, Column]:
    """The logarithm of the odds x/m and its variance 1/x + 1/m (``mi`` are the non-events)."""
    return np.log(xi / mi), 1 / xi + 1 / mi


def raw_proportion(xi: Column, mi: Column) -> tuple[Column, Column]:
    """The proportion p and its variance p(1−p)/n."""
    ni = xi + mi
    return xi / ni, (xi / ni) * (mi / ni) / ni


def arcsine_proportion(xi: Column, mi: Column) -> tuple[Column, Column]:
    """The arcsine of √p and its variance 1/(4n)."""
    ni = xi + mi
    return np.arcsin(np.sqrt(xi / ni)), 1 / (4 * ni)


def double_arcsine_proportion(xi: Column, mi: Column) -> tuple[Column, Column]:
    """Freeman and Tukey's mean of two arcsines and its variance 1/(4n + 2). Ann Math Stat 1950;21:607–611."""
    ni = xi + mi
    yi = (np.arcsin(np.sqrt(xi / (ni + 1))) + np.arcsin(np.sqrt((xi + 1) / (ni + 1)))) / 2
    return yi, 1 / (4 * ni + 2)
