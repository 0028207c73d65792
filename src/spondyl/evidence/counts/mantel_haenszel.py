"""Mantel-Haenszel pooling of counts: one common odds ratio, risk ratio or risk difference, sound with rare events."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from spondyl.evidence.counts.two_by_two import TwoByTwo, informative_only
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonEffect:
    """One common effect from counts: logarithm for OR and RR; ``k`` studies that say something about it."""

    measure: Measure
    effect: float
    se: float
    k: int
    method: str


def mantel_haenszel(tables: TwoByTwo, measure: Measure) -> CommonEffect:
    """Pool by Mantel-Haenszel weights; no cell is corrected.

    Sources: Mantel & Haenszel, J Natl Cancer Inst 1959;22:719-748; variance of the OR by Robins, Breslow & Greenland,
    Biometrics 1986;42:311-323; of the RR by Greenland & Robins, Biometrics 1985;41:55-68; of the RD by Sato, Greenland
    & Robins, Biometrics 1989;45:1323-1324. As rma.mh of metafor.
    """
    if measure is Measure.OR:
        return _odds_ratio(informative_only(tables))
    if measure is Measure.RR:
        return _risk_ratio(tables)
    if measure is Measure.RD:
        return _risk_difference(tables)
    raise EvidenceRefused(
        EvidenceRefusal.OUT_OF_RANGE,
        what=f"Mantel-Haenszel pooling was asked for {measure.value}.",
        why="The method exists for OR, RR and RD only.",
        do="Choose one of these three measures, or another method.",
    )


def _odds_ratio(tables: TwoByTwo) -> CommonEffect:
    up, down = tables.ai * tables.di / tables.ni, tables.bi * tables.ci / tables.ni
    _refuse_infinite(up.sum(), down.sum(), "odds ratio")
    same = (tables.ai + tables.di) / tables.ni
    other = 1.0 - same
    variance = (
        (same * up).sum() / (2.0 * up.sum() ** 2)
        + (same * down + other * up).sum() / (2.0 * up.sum() * down.sum())
        + (other * down).sum() / (2.0 * down.sum() ** 2)
    )
    return _common(Measure.OR, math.log(up.sum() / down.sum()), variance, len(up))


def _risk_ratio(tables: TwoByTwo) -> CommonEffect:
    used = tables.where(tables.ai + tables.ci > 0.0) if (tables.ai + tables.ci > 0.0).any() else tables
    up, down = used.ai * used.n2i / used.ni, used.ci * used.n1i / used.ni
    _refuse_infinite(up.sum(), down.sum(), "risk ratio")
    events = used.ai + used.ci
    spread = (used.n1i * used.n2i * events / used.ni**2 - used.ai * used.ci / used.ni).sum()
    return _common(Measure.RR, math.log(up.sum() / down.sum()), spread / (up.sum() * down.sum()), len(up))


def _risk_difference(tables: TwoByTwo) -> CommonEffect:
    n1, n2, total = tables.n1i, tables.n2i, tables.ni
    weight = (n1 * n2 / total).sum()
    difference = ((tables.ai * n2 - tables.ci * n1) / total).sum() / weight
    lean = ((n1**2 * tables.ci - n2**2 * tables.ai + n1 * n2 * (n2 - n1) / 2.0) / total**2).sum()
    noise = ((tables.ai * tables.di + tables.ci * tables.bi) / (2.0 * total)).sum()
    variance = (difference * lean + noise) / weight**2
    if not variance > 0.0:
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what="The risk difference has no standard error.",
            why="In every arm of every study all patients fared alike.",
            do="Report the counts themselves with exact intervals.",
        )
    return _common(Measure.RD, float(difference), variance, len(total))


def _common(measure: Measure, effect: float, variance: float, k: int) -> CommonEffect:
    if not variance > 0.0:
        _refuse_infinite(0.0, 0.0, measure.value)
    return CommonEffect(measure=measure, effect=effect, se=math.sqrt(variance), k=k, method="Mantel-Haenszel")


def _refuse_infinite(up: float, down: float, name: str) -> None:
    if not (up > 0.0 and down > 0.0):
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what=f"The {name} is zero, infinite or undefined.",
            why="All the events, or all the non-events, are in the same arm of every study.",
            do="Report the counts of both arms, or pool the risk difference, which is finite.",
        )


def cochran_mantel_haenszel(tables: TwoByTwo) -> tuple[float, float]:
    """Chi-square (1 df, with continuity correction) and p-value of "no effect in any study".

    Source: Mantel & Haenszel 1959, equation 2.
    """
    used = informative_only(tables)
    events = used.ai + used.ci
    expected = used.n1i * events / used.ni
    variance = used.n1i * used.n2i * events * (used.ni - events) / (used.ni**2 * (used.ni - 1.0))
    distance = max(0.0, abs(float((used.ai - expected).sum())) - 0.5)
    statistic = distance**2 / float(variance.sum())
    return statistic, float(special.chdtrc(1, statistic))


def breslow_day_tarone(tables: TwoByTwo) -> tuple[float, int, float]:
    """Chi-square, degrees of freedom and p-value of "the odds ratio is the same in all studies".

    Sources: Breslow & Day, Statistical Methods in Cancer Research I, IARC 1980, p. 142; correction by Tarone,
    Biometrika 1985;72:91-95.
    """
    used = informative_only(tables)
    ratio = math.exp(_odds_ratio(used).effect)
    fitted = _fitted_events(used, ratio)
    events = used.ai + used.ci
    inverse = 1 / fitted + 1 / (used.n1i - fitted) + 1 / (events - fitted) + 1 / (used.n2i - events + fitted)
    variance = 1.0 / inverse
    off = used.ai - fitted
    statistic = float((off**2 / variance).sum() - off.sum() ** 2 / variance.sum())
    df = len(off) - 1
    return statistic, df, float(special.chdtrc(df, statistic)) if df else 1.0


def _fitted_events(tables: TwoByTwo, ratio: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Events with treatment that the margins and a common odds ratio expect: the admissible root of a quadratic."""
    events, n1, n2 = tables.ai + tables.ci, tables.n1i, tables.n2i
    if abs(ratio - 1.0) < 1e-12:
        return n1 * events / tables.ni
    linear = ratio * (n1 + events) + n2 - events
    root = np.sqrt(linear**2 - 4.0 * (ratio - 1.0) * ratio * n1 * events)
    return 2.0 * ratio * n1 * events / (linear + root)
