"""Two groups with means: the mean difference and the standardized mean difference."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Column = NDArray[np.float64]


def mean_difference(
    m1i: Column, sd1i: Column, n1i: Column, *, m2i: Column, sd2i: Column, n2i: Column
) -> tuple[Column, Column]:
    """The difference of means m1 − m2 and its variance sd1²/n1 + sd2²/n2, in the unit of the outcome.

    >>> one = np.array([1.0])
    >>> mean_difference(8 * one, 4 * one, 16 * one, m2i=10 * one, sd2i=3 * one, n2i=9 * one)
    (array([-2.]), array([2.]))
    """
    return m1i - m2i, sd1i**2 / n1i + sd2i**2 / n2i


def standardized_mean_difference(
    m1i: Column, sd1i: Column, n1i: Column, *, m2i: Column, sd2i: Column, n2i: Column
) -> tuple[Column, Column]:
    """Hedges' g with the exact correction J, and its large-sample variance 1/n1 + 1/n2 + g²/(2(n1 + n2)).

    Hedges, J Educ Stat 1981;6:107–128 (eqs 4 and 6e for J); the variance is the one that metafor's
    ``escalc(measure="SMD", vtype="LS")`` documents.
    """
    df = n1i + n2i - 2
    pooled_sd = np.sqrt(((n1i - 1) * sd1i**2 + (n2i - 1) * sd2i**2) / df)
    g = small_sample_correction(df) * (m1i - m2i) / pooled_sd
    return g, 1 / n1i + 1 / n2i + g**2 / (2 * (n1i + n2i))


def small_sample_correction(df: Column) -> Column:
    """Hedges' J(m) = Γ(m/2) / (√(m/2) Γ((m−1)/2)) for m degrees of freedom, defined for m ≥ 2."""
    return np.exp(gammaln(df / 2) - np.log(df / 2) / 2 - gammaln((df - 1) / 2))
