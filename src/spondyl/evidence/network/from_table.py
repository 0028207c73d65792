"""A table of arms or of comparisons to the trials of a network."""

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.measure import Measure
from spondyl.evidence.network.study_block import StudyBlock, block_from_arms, block_from_contrasts
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable

FloatArray = NDArray[np.float64]


def trials_from(table: StudyTable) -> tuple[tuple[StudyBlock, ...], Measure]:
    """Trials, and the measure their contrasts are in.

    Arms: a row an arm with ``treatment`` and ``m1i sd1i n1i`` (means: MD), ``xi ni`` (events: OR) or ``yi vi``.
    Comparisons: a row a comparison with ``treat1 treat2 yi vi``. Rows of one trial share its name.
    """
    if "treatment" in table.texts:
        values, variances, measure = _arms(table)
        return _grouped_arms(table, values, variances), measure
    if {"treat1", "treat2"} <= table.texts.keys():
        return _grouped_contrasts(table), Measure.GEN
    raise EvidenceRefused(
        EvidenceRefusal.COLUMN_MISSING,
        what="The table does not say which treatments were compared.",
        why="A network needs 'treatment' (a row an arm) or 'treat1' and 'treat2' (a row a comparison).",
        do="Add the columns, and a column 'study' with the same name for all rows of a trial.",
    )


def _arms(table: StudyTable) -> tuple[FloatArray, FloatArray, Measure]:
    columns = table.columns
    if table.has("m1i", "sd1i", "n1i"):
        _refuse_impossible_means(table)
        with np.errstate(divide="ignore", invalid="ignore"):
            return columns["m1i"], columns["sd1i"] ** 2 / columns["n1i"], Measure.MD
    if table.has("xi", "ni"):
        return *_log_odds(table), Measure.OR
    if table.has("yi") and (table.has("vi") or table.has("sei")):
        return columns["yi"], _variance(table), Measure.GEN
    raise EvidenceRefused(
        EvidenceRefusal.COLUMN_MISSING,
        what="The arms have no results.",
        why="An arm needs m1i, sd1i and n1i (means), xi and ni (events), or yi with vi or sei.",
        do="Add these columns.",
    )


def _refuse_impossible_means(table: StudyTable) -> None:
    for name, least in (("sd1i", 0.0), ("n1i", 1.0)):
        wrong = table.columns[name] < least
        if wrong.any():
            row = int(np.argmax(wrong))
            raise EvidenceRefused(
                EvidenceRefusal.VALUE_INVALID,
                what=f"{table.labels[row]}: an arm has {name} {table.columns[name][row]:g}.",
                why="A standard deviation is not below zero, and an arm has at least one patient.",
                do="Check the row against the paper.",
            )


def trials_with_an_empty_cell(table: StudyTable) -> tuple[str, ...]:
    """Trials of ``xi ni`` in which an arm has no event, or nothing else: 1/2 is added to all their cells."""
    if not table.has("xi", "ni"):
        return ()
    cells = zip(table.labels, table.columns["xi"], table.columns["ni"], strict=True)
    return tuple(dict.fromkeys(label for label, x, n in cells if x in (0.0, n)))


def _log_odds(table: StudyTable) -> tuple[FloatArray, FloatArray]:
    """Log odds of each arm and its variance; 1/2 is added to all cells of a trial in which one is empty."""
    xi, ni = table.columns["xi"], table.columns["ni"]
    wrong = (xi < 0.0) | (xi > ni)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"{table.labels[row]}: an arm has {xi[row]:g} events in {ni[row]:g} patients.",
            why="Events lie between 0 and the number of patients.",
            do="Check the two counts against the paper.",
        )
    empty = trials_with_an_empty_cell(table)
    half = np.array([0.5 if label in empty else 0.0 for label in table.labels])
    events, others = xi + half, ni - xi + half
    return np.log(events / others), 1.0 / events + 1.0 / others


def _variance(table: StudyTable) -> FloatArray:
    """Variances; a standard error below zero gives one below zero, which is refused later."""
    sei = table.columns.get("sei", np.zeros(0))
    return table.columns["vi"] if table.has("vi") else sei * np.abs(sei)


def _rows(table: StudyTable) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, label in enumerate(table.labels):
        found.setdefault(label, []).append(row)
    return found


def _grouped_arms(table: StudyTable, values: FloatArray, variances: FloatArray) -> tuple[StudyBlock, ...]:
    names = table.texts["treatment"]
    return tuple(
        block_from_arms(label, [names[row] for row in rows], values[rows], variances[rows])
        for label, rows in _rows(table).items()
    )


def _grouped_contrasts(table: StudyTable) -> tuple[StudyBlock, ...]:
    if not (table.has("yi") and (table.has("vi") or table.has("sei"))):
        raise EvidenceRefused(
            EvidenceRefusal.COLUMN_MISSING,
            what="The comparisons have no effects.",
            why="A comparison needs yi (treat1 less treat2) with vi or sei.",
            do="Add these columns.",
        )
    first, second = table.texts["treat1"], table.texts["treat2"]
    effects, spread = table.columns["yi"], _variance(table)
    return tuple(
        block_from_contrasts(
            label, [(first[row], second[row], float(effects[row]), float(spread[row])) for row in rows]
        )
        for label, rows in _rows(table).items()
    )
