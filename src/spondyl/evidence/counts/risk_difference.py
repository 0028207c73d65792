"""The difference between two groups in the share with the event, with Wald's or Newcombe's interval."""

import math
from dataclasses import dataclass

from spondyl.evidence.counts.check_counts import check_counts
from spondyl.evidence.counts.proportion_interval import normal_quantile, wilson_proportion
from spondyl.evidence.estimate import Interval
from spondyl.evidence.interval_level import check_level


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskDifference:
    """Share in the treated group less share in the control group, both between 0 and 1."""

    difference: float
    interval: Interval
    method: str


def wald_risk_difference(
    treated: tuple[int, int], control: tuple[int, int], *, level_percent: float = 95.0
) -> RiskDifference:
    """Difference of two shares, each given as (events, patients), plus and minus z standard errors.

    >>> respine = wald_risk_difference((43, 58), (39, 56))
    >>> f"{100 * respine.difference:.1f} ({100 * respine.interval.low:.1f} to {100 * respine.interval.high:.1f})"
    '4.5 (-12.0 to 21.0)'
    """
    _check(treated, control, level_percent)
    shares = [events / patients for events, patients in (treated, control)]
    variances = [
        share * (1.0 - share) / patients
        for share, (_, patients) in zip(shares, (treated, control), strict=True)
    ]
    half = normal_quantile(level_percent) * math.sqrt(sum(variances))
    return _difference(shares, (half, half), level_percent, "Wald")


def newcombe_risk_difference(
    treated: tuple[int, int], control: tuple[int, int], *, level_percent: float = 95.0
) -> RiskDifference:
    """Difference of two shares with the interval built from two Wilson intervals: sound at 0 and 100 percent.

    Source: Newcombe, Stat Med 1998;17:873-890, method 10.
    """
    _check(treated, control, level_percent)
    one, two = (wilson_proportion(*group, level_percent=level_percent) for group in (treated, control))
    below = math.hypot(one.share - one.interval.low, two.interval.high - two.share)
    above = math.hypot(one.interval.high - one.share, two.share - two.interval.low)
    return _difference([one.share, two.share], (below, above), level_percent, "Newcombe")


def _difference(
    shares: list[float], halves: tuple[float, float], level_percent: float, method: str
) -> RiskDifference:
    difference = shares[0] - shares[1]
    low, high = max(-1.0, difference - halves[0]), min(1.0, difference + halves[1])
    interval = Interval(low=low, high=high, level_percent=level_percent)
    return RiskDifference(difference=difference, interval=interval, method=method)


def _check(treated: tuple[int, int], control: tuple[int, int], level_percent: float) -> None:
    check_counts(*treated, who="The treated group")
    check_counts(*control, who="The control group")
    check_level(level_percent)
