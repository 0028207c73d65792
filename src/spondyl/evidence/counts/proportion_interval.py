"""Confidence intervals for one proportion: exact, Wilson and Wald."""

import math
from dataclasses import dataclass

from scipy import special

from spondyl.evidence.counts.check_counts import check_counts
from spondyl.evidence.estimate import Interval
from spondyl.evidence.interval_level import check_level


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """``events`` of ``patients``: the share and its interval, both between 0 and 1."""

    events: int
    patients: int
    share: float
    interval: Interval
    method: str


def exact_proportion(events: int, patients: int, *, level_percent: float = 95.0) -> Proportion:
    """The Clopper-Pearson interval: covers at least ``level_percent`` whatever the true share is.

    Source: Clopper & Pearson, Biometrika 1934;26:404-413, as quantiles of the beta distribution.

    >>> two = exact_proportion(2, 136)
    >>> f"{100 * two.share:.1f} ({100 * two.interval.low:.1f}-{100 * two.interval.high:.1f})"
    '1.5 (0.2-5.2)'
    """
    _check(events, patients, level_percent)
    tail = (1.0 - level_percent / 100.0) / 2.0
    low = float(special.betaincinv(events, patients - events + 1, tail)) if events else 0.0
    high = float(special.betainccinv(events + 1, patients - events, tail)) if events < patients else 1.0
    return _proportion(events, patients, Interval(low=low, high=high, level_percent=level_percent), "exact")


def wilson_proportion(events: int, patients: int, *, level_percent: float = 95.0) -> Proportion:
    """The score interval without continuity correction: close to its level on average, never outside 0 to 1.

    Source: Wilson, J Am Stat Assoc 1927;22:209-212.
    """
    _check(events, patients, level_percent)
    z, share = normal_quantile(level_percent), events / patients
    shrink = 1.0 + z * z / patients
    centre = (share + z * z / (2.0 * patients)) / shrink
    half = z * math.sqrt(share * (1.0 - share) / patients + (z / (2.0 * patients)) ** 2) / shrink
    low = 0.0 if events == 0 else max(0.0, centre - half)
    high = 1.0 if events == patients else min(1.0, centre + half)
    return _proportion(events, patients, Interval(low=low, high=high, level_percent=level_percent), "Wilson")


def wald_proportion(events: int, patients: int, *, level_percent: float = 95.0) -> Proportion:
    """Share plus and minus z standard errors, as many papers print it; too short near 0 and 1, cut at both.

    >>> relief = wald_proportion(23, 42)
    >>> f"{100 * relief.share:.1f} ({100 * relief.interval.low:.1f}-{100 * relief.interval.high:.1f})"
    '54.8 (39.7-69.8)'
    """
    _check(events, patients, level_percent)
    share = events / patients
    half = normal_quantile(level_percent) * math.sqrt(share * (1.0 - share) / patients)
    low, high = max(0.0, share - half), min(1.0, share + half)
    return _proportion(events, patients, Interval(low=low, high=high, level_percent=level_percent), "Wald")


def normal_quantile(level_percent: float) -> float:
    """How many standard errors a two-sided interval of this level reaches out: 1.96 for 95."""
    return float(-special.ndtri((1.0 - level_percent / 100.0) / 2.0))


def _proportion(events: int, patients: int, interval: Interval, method: str) -> Proportion:
    return Proportion(
        events=events, patients=patients, share=events / patients, interval=interval, method=method
    )


def _check(events: int, patients: int, level_percent: float) -> None:
    check_counts(events, patients, who="The group")
    check_level(level_percent)
