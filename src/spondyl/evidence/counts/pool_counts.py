"""Pool counts themselves, without turning each study into an effect first: Mantel-Haenszel, Peto, binomial-normal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from scipy import special

from spondyl.evidence.counts.from_table import single_arms, two_by_two
from spondyl.evidence.counts.glmm.odds_ratios import fit_odds_ratios
from spondyl.evidence.counts.glmm.proportions import POINTS, fit_proportions
from spondyl.evidence.counts.mantel_haenszel import mantel_haenszel
from spondyl.evidence.counts.peto import peto
from spondyl.evidence.counts.proportion_interval import normal_quantile
from spondyl.evidence.counts.two_by_two import TwoByTwo
from spondyl.evidence.estimate import Interval, LeftOut
from spondyl.evidence.interval_level import check_level
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable, doubled_rows


class CountsMethod(Enum):
    """How counts are pooled; the value is the command line's name."""

    MANTEL_HAENSZEL = "mh"
    PETO = "peto"
    GLMM = "glmm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledCounts:
    """A pooled effect from counts (logarithm for OR, RR, PLO); ``tau2`` is None for a common effect.

    ``statistic`` and ``p_value`` test "no effect"; None for proportions, which compare nothing.
    """

    measure: Measure
    method: CountsMethod
    effect: float
    se: float
    interval: Interval
    statistic: float | None
    p_value: float | None
    tau2: float | None
    k: int
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def pool_counts(
    table: StudyTable,
    measure: Measure,
    method: CountsMethod,
    *,
    points: int = POINTS,
    level_percent: float = 95.0,
) -> PooledCounts:
    """Pool OR, RR or RD by Mantel-Haenszel, OR by Peto, OR or PLO by the binomial-normal model (GLMM).

    >>> from spondyl.evidence import parse_study_table
    >>> table = parse_study_table("study,ai,n1i,ci,n2i\\nOne,4,10,2,10\\nTwo,3,10,1,10\\n")
    >>> round(pool_counts(table, Measure.OR, CountsMethod.PETO).effect, 3)
    1.091
    """
    if (method, measure) not in _POOLERS:
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what=f"{measure.value} cannot be pooled by the method {method.value}.",
            why="Mantel-Haenszel takes OR, RR and RD, Peto takes OR, the binomial-normal model takes OR and PLO.",
            do="Choose another method or measure, or pool by inverse variance.",
        )
    if measure is Measure.PLO:
        events, patients, labels, left_out = single_arms(table)
        fit = fit_proportions(events, patients, points=points)
        found, silent = Found(effect=fit.effect, se=fit.se, tau2=fit.tau2, k=fit.k), 0
    else:
        tables, labels, left_out = two_by_two(table)
        found = _POOLERS[method, measure](tables, points)
        silent = len(tables.ai) - found.k
    pooled = _pooled(measure, method, found, left_out, silent=silent, level_percent=level_percent)
    return replace(pooled, notes=(*pooled.notes, *doubled_rows(labels)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What every method gives."""

    effect: float
    se: float
    tau2: float | None
    k: int


def _by_mantel_haenszel(measure: Measure) -> Callable[[TwoByTwo, int], Found]:
    def pooled(tables: TwoByTwo, points: int) -> Found:
        del points
        found = mantel_haenszel(tables, measure)
        return Found(effect=found.effect, se=found.se, tau2=None, k=found.k)

    return pooled


def _by_peto(tables: TwoByTwo, points: int) -> Found:
    del points
    found = peto(tables)
    return Found(effect=found.effect, se=found.se, tau2=None, k=found.k)


def _by_model(tables: TwoByTwo, points: int) -> Found:
    fit = fit_odds_ratios(tables, points=points)
    return Found(effect=fit.effect, se=fit.se, tau2=fit.tau2, k=fit.k)


_POOLERS: dict[tuple[CountsMethod, Measure], Callable[[TwoByTwo, int], Found]] = {
    (CountsMethod.MANTEL_HAENSZEL, Measure.OR): _by_mantel_haenszel(Measure.OR),
    (CountsMethod.MANTEL_HAENSZEL, Measure.RR): _by_mantel_haenszel(Measure.RR),
    (CountsMethod.MANTEL_HAENSZEL, Measure.RD): _by_mantel_haenszel(Measure.RD),
    (CountsMethod.PETO, Measure.OR): _by_peto,
    (CountsMethod.GLMM, Measure.OR): _by_model,
    (CountsMethod.GLMM, Measure.PLO): _by_model,
}


def _pooled(
    measure: Measure,
    method: CountsMethod,
    found: Found,
    left_out: tuple[LeftOut, ...],
    *,
    silent: int,
    level_percent: float,
) -> PooledCounts:
    check_level(level_percent)
    reach = normal_quantile(level_percent) * found.se
    compares = measure is not Measure.PLO
    statistic = found.effect / found.se
    told = (
        f"{silent} with no events, or nothing but events, in both arms say nothing about the {measure.value}."
    )
    return PooledCounts(
        measure=measure,
        method=method,
        effect=found.effect,
        se=found.se,
        interval=Interval(low=found.effect - reach, high=found.effect + reach, level_percent=level_percent),
        statistic=statistic if compares else None,
        p_value=2.0 * float(special.ndtr(-abs(statistic))) if compares else None,
        tau2=found.tau2,
        k=found.k,
        left_out=left_out,
        notes=(told,) if silent else (),
    )
