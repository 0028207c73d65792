"""The people better in single-arm studies with counts, pooled by the binomial-normal model; the effect of nothing."""

import math

from spondyl.evidence.answer.arms import one_group
from spondyl.evidence.answer.rows import Row
from spondyl.evidence.counts import CountsMethod, PooledCounts, pool_counts
from spondyl.evidence.library import (
    Design,
    Figure,
    Group,
    Library,
    Option,
    Quote,
    Result,
    Study,
    computed_origin,
)
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefused
from spondyl.evidence.study_table import parse_study_table

FEWEST = 2
"""Studies that make a pool."""


def pooled_single_arms(library: Library, option: Option) -> Row | None:
    """One row for all single-arm studies of an option; None when fewer than two have counts, or no model fits them.

    A study counts once, by the first result in its record that counts people better among those followed up. Reviews
    are left out, because their people are in other records too.
    """
    found = [one for study in library.studies_of(option.id) if (one := _first_counts(study, option))]
    if len(found) < FEWEST:
        return None
    groups = [group for _, _, group in found]
    lines = [f"{group.events},{group.n}" for group in groups]
    try:
        pooled = pool_counts(parse_study_table("\n".join(["xi,ni", *lines])), Measure.PLO, CountsMethod.GLMM)
    except EvidenceRefused:
        return None
    return _row(pooled, found)


def _first_counts(study: Study, option: Option) -> tuple[Study, Result, Group] | None:
    if study.design is not Design.SINGLE_ARM or not study.origin.may_be_shown:
        return None
    for result in study.results:
        if result.outcome.more_is_better and not result.counts_missing_as_failures:
            group = one_group(one for one in result.groups if one.option == option.id)
            if group and group.events is not None and group.n and group.origin.may_be_shown:
                return study, result, group
    return None


def _row(pooled: PooledCounts, found: list[tuple[Study, Result, Group]]) -> Row:
    groups = [group for _, _, group in found]
    counts = ", ".join(f"{group.events} of {group.n}" for group in groups)
    origin = computed_origin(
        *(group.origin for group in groups),
        method=f"binomial-normal model (GLMM, logit, maximum likelihood) of {counts}; tau² {pooled.tau2:.3g}",
        part="pooled with the other single-arm studies",
    )
    names = ", ".join(study.name for study, _, _ in found)
    share, low, high = (
        100.0 / (1.0 + math.exp(-end)) for end in (pooled.effect, pooled.interval.low, pooled.interval.high)
    )
    better, people = (sum(part) for part in zip(*((group.events, group.n) for group in groups), strict=True))
    return Row(
        label=Quote(text=f"Pooled: {len(found)} single-arm studies", origin=origin),
        detail=Quote(text=f"better by each study's own measure: {names}", origin=origin),
        timing=Quote(text="different times", origin=origin),
        figure=Figure(value=share, interval_95=(low, high), unit=" %", origin=origin),
        people=Figure(value=better, unit=f" of {people}", decimals=0, origin=origin),
        pooled=True,
    )
