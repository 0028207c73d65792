"""A table of studies to the effects of one measure; says what was left out and what was done to empty cells."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.effect_sizes import columns as wanted
from spondyl.evidence.effect_sizes import counts, means, proportions
from spondyl.evidence.effect_sizes.columns import Columns
from spondyl.evidence.effect_sizes.effects import EffectSizes
from spondyl.evidence.estimate import LeftOut
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable, doubled_rows

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Computed:
    """Effects of all complete studies, and the reasons against some of them."""

    yi: Column
    vi: Column
    against: tuple[tuple[Mask, str], ...] = ()
    corrected: Mask | None = None


def effect_sizes(table: StudyTable, measure: Measure, *, drop_both_zero: bool = False) -> EffectSizes:
    """The effect and variance of each study.

    A study with a missing value, an empty group or a variance of zero is left out with its reason. Where a cell of a
    2 × 2 table (or x or n − x of a proportion) is zero, 1/2 is added to all its cells; with ``drop_both_zero`` a table
    without events, or with nothing but events, in both groups is left out instead. Both as metafor's defaults
    ``add=1/2, to="only0"`` and its option ``drop00=TRUE``.

    >>> from spondyl.evidence.study_table import parse_study_table
    >>> effect_sizes(parse_study_table("study,ai,n1i,ci,n2i\\nAronson,4,123,11,139"), Measure.RR).yi.round(4)
    array([-0.8893])
    """
    found = wanted.columns_for(table, measure)
    missing = np.zeros(len(table.labels), dtype=np.bool_)
    left_out: list[LeftOut] = []
    for name, column in found.items():
        new = np.isnan(column) & ~missing
        left_out += _named(table.labels, new, f"{wanted.SAID.get(name, name)} is missing")
        missing |= new
    complete = {name: column[~missing] for name, column in found.items()}
    labels = tuple(label for label, gone in zip(table.labels, missing, strict=True) if not gone)
    wanted.check_values(complete, labels)
    with np.errstate(all="ignore"):
        computed = _compute(measure, complete, drop_both_zero=drop_both_zero)
    return _kept(measure, labels, computed, left_out)


def _named(labels: tuple[str, ...], mask: Mask, reason: str) -> list[LeftOut]:
    return [LeftOut(label=label, reason=reason) for label, hit in zip(labels, mask, strict=True) if hit]


def _kept(
    measure: Measure, labels: tuple[str, ...], computed: _Computed, left_out: list[LeftOut]
) -> EffectSizes:
    gone = np.zeros(len(labels), dtype=np.bool_)
    reasons = (
        *computed.against,
        (computed.vi == 0, "its variance is zero, so it would carry all the weight"),
        (
            ~(np.isfinite(computed.yi) & np.isfinite(computed.vi) & (computed.vi > 0)),
            "its effect or variance cannot be computed",
        ),
    )
    for mask, reason in reasons:
        left_out = left_out + _named(labels, mask & ~gone, reason)
        gone |= mask
    if gone.all():
        told = "; ".join(f"{item.label}: {item.reason}" for item in left_out[:5])
        raise EvidenceRefused(
            EvidenceRefusal.NO_USABLE_STUDY,
            what="No study in the table gives an effect.",
            why=f"{told}.",
            do="Correct or complete the numbers of at least one study.",
        )
    return EffectSizes(
        measure=measure,
        labels=tuple(label for label, hit in zip(labels, gone, strict=True) if not hit),
        yi=computed.yi[~gone],
        vi=computed.vi[~gone],
        left_out=tuple(left_out),
        notes=(
            *_zero_note(labels, computed.corrected, gone),
            *doubled_rows(label for label, hit in zip(labels, gone, strict=True) if not hit),
        ),
    )


def _zero_note(labels: tuple[str, ...], corrected: Mask | None, gone: Mask) -> tuple[str, ...]:
    names = (
        []
        if corrected is None
        else [name for name, hit in zip(labels, corrected & ~gone, strict=True) if hit]
    )
    return (
        (f"1/2 was added to every cell of the studies with a zero cell: {', '.join(names)}.",)
        if names
        else ()
    )


def _compute(measure: Measure, columns: Columns, *, drop_both_zero: bool) -> _Computed:
    if "yi" in columns:
        return _Computed(yi=columns["yi"], vi=columns["vi"])
    if measure in _MEANS:
        return _from_means(_MEANS[measure], columns)
    if measure in _COUNTS:
        return _from_counts(_COUNTS[measure], columns, drop_both_zero=drop_both_zero)
    return _from_proportion(measure, columns)


_MEANS: dict[Measure, Callable[..., tuple[Column, Column]]] = {
    Measure.MD: means.mean_difference,
    Measure.SMD: means.standardized_mean_difference,
}
_COUNTS: dict[Measure, Callable[[counts.Counts], tuple[Column, Column]]] = {
    Measure.RR: counts.log_risk_ratio,
    Measure.OR: counts.log_odds_ratio,
    Measure.RD: counts.risk_difference,
}
_PROPORTIONS: dict[Measure, Callable[[Column, Column], tuple[Column, Column]]] = {
    Measure.PLO: proportions.logit_proportion,
    Measure.PR: proportions.raw_proportion,
    Measure.PAS: proportions.arcsine_proportion,
    Measure.PFT: proportions.double_arcsine_proportion,
}


def _from_means(effect: Callable[..., tuple[Column, Column]], columns: Columns) -> _Computed:
    yi, vi = effect(
        *(columns[name] for name in ("m1i", "sd1i", "n1i")),
        **{name: columns[name] for name in ("m2i", "sd2i", "n2i")},
    )
    against = [((columns["n1i"] == 0) | (columns["n2i"] == 0), "a group has no patients")]
    if effect is means.standardized_mean_difference:
        against.append((columns["n1i"] + columns["n2i"] < 4, "a standardized difference needs 4 patients"))
        against.append(((columns["sd1i"] == 0) & (columns["sd2i"] == 0), "both standard deviations are zero"))
    return _Computed(yi=yi, vi=vi, against=tuple(against))


def _from_counts(
    effect: Callable[[counts.Counts], tuple[Column, Column]], columns: Columns, *, drop_both_zero: bool
) -> _Computed:
    table = counts.Counts(**columns)
    empty = (table.ai + table.bi == 0) | (table.ci + table.di == 0)
    against = [(empty, "a group has no patients")]
    if drop_both_zero:
        against.append((table.says_nothing, "no events, or nothing but events, in both groups"))
    yi, vi = effect(table.without_zeros())
    return _Computed(yi=yi, vi=vi, against=tuple(against), corrected=table.has_zero)


def _from_proportion(measure: Measure, columns: Columns) -> _Computed:
    xi, ni = columns["xi"], columns["ni"]
    against = ((ni == 0, "it has no patients"),)
    if measure in (Measure.PAS, Measure.PFT):
        yi, vi = _PROPORTIONS[measure](xi, ni - xi)
        return _Computed(yi=yi, vi=vi, against=against)
    xi, mi, zero = proportions.zero_corrected(xi, ni)
    yi, vi = _PROPORTIONS[measure](xi, mi)
    return _Computed(yi=yi, vi=vi, against=against, corrected=zero)
