"""Shares of people as figures: exact intervals, differences per hundred people, number needed to treat."""

import math

from spondyl.evidence.counts.proportion_interval import exact_proportion
from spondyl.evidence.counts.risk_difference import (
    RiskDifference,
    newcombe_risk_difference,
    wald_risk_difference,
)
from spondyl.evidence.library import Figure, Group, computed_origin

EXACT = "exact (Clopper-Pearson) 95 % interval from the counts"


def share_figure(group: Group) -> Figure | None:
    """What per cent of the group had the outcome: from its counts with an exact interval, else as published."""
    if not group.origin.may_be_shown:
        return None
    if group.events is not None and group.n:
        found = exact_proportion(group.events, group.n)
        return Figure(
            value=100.0 * found.share,
            interval_95=(100.0 * found.interval.low, 100.0 * found.interval.high),
            unit=" %",
            origin=computed_origin(group.origin, method=f"{group.events} of {group.n}: {EXACT}"),
        )
    if group.percent is None:
        return None
    return Figure(value=group.percent, unit=" %", decimals=_decimals(group.percent), origin=group.origin)


def count_figure(group: Group) -> Figure | None:
    """``23 of 43`` as a figure, or None where counts were not read."""
    if group.events is None or group.n is None or not group.origin.may_be_shown:
        return None
    return Figure(value=group.events, unit=f" of {group.n}", decimals=0, origin=group.origin)


def people_of_100(group: Group) -> Figure | None:
    """People out of a hundred, whole, for pictures: none or all only where it was none or all of the group."""
    share = share_figure(group)
    if share is None:
        return None
    method = f"{share.text}, rounded to whole people of 100"
    whole = math.floor(share.value + 0.5)
    some, not_all = int(share.value > 0.0), int(share.value < 100.0)
    people = min(max(whole, some), 100 - not_all)
    return Figure(value=people, decimals=0, origin=computed_origin(share.origin, method=method))


def difference_figure(active: Group, control: Group) -> Figure | None:
    """People more (positive) or fewer of a hundred than in the control group, with its 95 % interval.

    Wald's, as papers print it, where every group has at least :data:`ENOUGH` people with the outcome and without it;
    else Newcombe's. None without counts in both groups: a difference of two published percentages has no interval.
    """
    if active.events is None or active.n is None or control.events is None or control.n is None:
        return None
    if not (active.origin.may_be_shown and control.origin.may_be_shown):
        return None
    found = _difference((active.events, active.n), (control.events, control.n))
    return Figure(
        value=100.0 * found.difference,
        interval_95=(100.0 * found.interval.low, 100.0 * found.interval.high),
        signed=True,
        unit=" of 100 people",
        origin=computed_origin(
            active.origin,
            control.origin,
            method=f"difference of the two shares, {found.method} 95 % interval",
        ),
    )


ENOUGH = 5
"""People with and people without the outcome below which the normal approximation is not to be trusted (Cochran,
Biometrics 1954;10:417): with 10 of 10 against 7 of 10 Wald's interval leaves out zero, though chance gives p = 0.21."""


def _difference(active: tuple[int, int], control: tuple[int, int]) -> RiskDifference:
    fewest = min(count for events, n in (active, control) for count in (events, n - events))
    return (wald_risk_difference if fewest >= ENOUGH else newcombe_risk_difference)(active, control)


def number_needed(difference: Figure) -> Figure | None:
    """People to treat for one more to get better; None when the interval of the difference holds zero or less.

    The reciprocal of the difference; the interval's ends are the reciprocals of its ends (Altman, BMJ 1998;317:1309).
    """
    low, high = difference.interval_95 or (-1.0, 1.0)
    if low <= 0.0:
        return None
    ends = (100.0 / high, 100.0 / low)
    return Figure(
        value=math.ceil(100.0 / difference.value - 1e-9),
        interval_95=(math.floor(ends[0]), math.ceil(ends[1])),
        decimals=0,
        unit=" people",
        origin=computed_origin(difference.origin, method="100 divided by the difference of 100 people"),
    )


def _decimals(value: float) -> int:
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])
