"""Tails of chi-square and Student's t, from scipy.special: scipy.stats takes seconds of processor time to load."""

from scipy.special import chdtrc, stdtrit


def chi_square_above(value: float, freedom: int) -> float:
    """Probability that chi-square of so many degrees of freedom exceeds ``value``."""
    return float(chdtrc(freedom, value))


def student_95(freedom: int) -> float:
    """Half width of the central 95 % of Student's t; at least one degree of freedom."""
    return float(stdtrit(freedom, 0.975))
