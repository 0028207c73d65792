"""How much information, or how many patients, a meta-analysis needs before its verdict is firm."""

import math

from scipy import special

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused


def required_information(smallest_effect: float, *, alpha: float = 0.05, power: float = 0.9) -> float:
    """Inverse variance needed to detect ``smallest_effect`` two-sided, one common effect: ((z_a/2 + z_b)/effect)².

    Source: Wetterslev, Thorlund, Brok & Gluud, J Clin Epidemiol 2008;61:64-75.
    """
    _check(alpha, power)
    if not (math.isfinite(smallest_effect) and abs(smallest_effect) > 0.0):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"The smallest effect that matters is {smallest_effect:g}.",
            why="To detect an effect of zero takes infinitely many patients.",
            do="Give the smallest effect that would change what is done, on the scale of pooling.",
        )
    return (_z_sum(alpha, power) / smallest_effect) ** 2


def required_patients_means(
    difference: float, sd: float, *, alpha: float = 0.05, power: float = 0.9, diversity: float = 0.0
) -> float:
    """Patients in both arms together for a difference of means: 4 (z_a/2 + z_b)² sd²/difference² / (1 - D²).

    >>> round(required_patients_means(10.0, 20.0))
    168
    """
    information = required_information(difference, alpha=alpha, power=power)
    return 4.0 * information * sd**2 / _homogeneous(diversity)


def required_patients_shares(
    treated: float, control: float, *, alpha: float = 0.05, power: float = 0.9, diversity: float = 0.0
) -> float:
    """Patients in both arms together for two shares with the event, variance at their mean.

    Source: Wetterslev et al. 2008 as above; D² by Wetterslev et al., BMC Med Res Methodol 2009;9:86.
    """
    if not (0.0 <= treated <= 1.0 and 0.0 <= control <= 1.0):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"The shares are {treated:g} and {control:g}.",
            why="A share lies between 0 and 1.",
            do="Give 0.3 for 30 percent.",
        )
    middle = (treated + control) / 2.0
    return required_patients_means(
        treated - control, math.sqrt(middle * (1.0 - middle)), alpha=alpha, power=power, diversity=diversity
    )


def _z_sum(alpha: float, power: float) -> float:
    return float(special.ndtri(power) - special.ndtri(alpha / 2.0))


def _homogeneous(diversity: float) -> float:
    if not 0.0 <= diversity < 1.0:
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"The diversity is {diversity:g}.",
            why="D² is a share of variance, from 0 up to but not including 1.",
            do="Give 0.25 for 25 percent.",
        )
    return 1.0 - diversity


def _check(alpha: float, power: float) -> None:
    if not (0.0 < alpha < 1.0 and alpha < power < 1.0):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"The error of the first kind is {alpha:g} and the power {power:g}.",
            why="Both are probabilities, and the power is the larger one.",
            do="Give 0.05 and 0.9 for the usual ones.",
        )
