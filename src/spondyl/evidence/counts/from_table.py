"""A table of studies to its counts, whole; a study with a missing count is left out with that reason."""

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.counts.two_by_two import TwoByTwo
from spondyl.evidence.effect_sizes.columns import check_values, columns_for
from spondyl.evidence.estimate import LeftOut
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable

FloatArray = NDArray[np.float64]


def two_by_two(table: StudyTable) -> tuple[TwoByTwo, tuple[str, ...], tuple[LeftOut, ...]]:
    """The 2 x 2 tables, the names of their studies, and the studies left out."""
    found, labels, left_out = _complete(table, Measure.OR, ("ai", "bi", "ci", "di"))
    return TwoByTwo(**found), labels, left_out


def single_arms(table: StudyTable) -> tuple[FloatArray, FloatArray, tuple[str, ...], tuple[LeftOut, ...]]:
    """Events and patients of single arms (k,), the names of their studies, and the studies left out."""
    found, labels, left_out = _complete(table, Measure.PLO, ("xi", "ni"))
    return found["xi"], found["ni"], labels, left_out


def _complete(
    table: StudyTable, measure: Measure, names: tuple[str, ...]
) -> tuple[dict[str, FloatArray], tuple[str, ...], tuple[LeftOut, ...]]:
    found = columns_for(table, measure)
    if not found.keys() >= set(names):
        raise EvidenceRefused(
            EvidenceRefusal.COLUMN_MISSING,
            what="The table has ready effects (yi) but no counts.",
            why="This method works on the counts themselves.",
            do=f"Add the columns {', '.join(names)}, or pool the ready effects by inverse variance.",
        )
    columns = {name: found[name] for name in names}
    known = np.logical_and.reduce([np.isfinite(column) for column in columns.values()])
    labels = tuple(label for label, here in zip(table.labels, known, strict=True) if here)
    left_out = tuple(
        LeftOut(label=label, reason="a count is missing")
        for label, here in zip(table.labels, known, strict=True)
        if not here
    )
    complete = {name: column[known] for name, column in columns.items()}
    check_values(complete, labels)
    return complete, labels, left_out
