"""Which columns a measure needs, under metafor's names, and what their numbers may be."""

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable

Columns = dict[str, NDArray[np.float64]]

MEANS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
COUNTS = ("ai", "bi", "ci", "di")
NEEDS: dict[Measure, str] = {
    Measure.MD: "m1i, sd1i, n1i, m2i, sd2i, n2i",
    Measure.SMD: "m1i, sd1i, n1i, m2i, sd2i, n2i",
    Measure.RR: "ai, ci with bi, di or n1i, n2i",
    Measure.OR: "ai, ci with bi, di or n1i, n2i",
    Measure.RD: "ai, ci with bi, di or n1i, n2i",
    Measure.PLO: "xi with ni or mi",
    Measure.PR: "xi with ni or mi",
    Measure.PAS: "xi with ni or mi",
    Measure.PFT: "xi with ni or mi",
    Measure.GEN: "yi with vi (variance) or sei (standard error)",
}
"""What each measure needs, in words, for messages and the reference page."""

SAID = {"bi": "bi (or n1i - ai)", "di": "di (or n2i - ci)", "vi": "vi (or sei)", "ni": "ni (or xi + mi)"}
"""Columns that may have been computed from others, as messages name them."""


def columns_for(table: StudyTable, measure: Measure) -> Columns:
    """The columns a measure is computed from; ready effects yi with vi or sei serve where the raw numbers lack."""
    found = _raw(table.columns, measure) or _ready(table.columns)
    if found:
        _refuse_contradiction(table)
        return found
    has = ", ".join(table.columns) or "none of metafor's names"
    raise EvidenceRefused(
        EvidenceRefusal.COLUMN_MISSING,
        what=f"The table lacks columns for {measure.value}.",
        why=f"{measure.value} needs {NEEDS[measure]}; the table has {has}.",
        do="Rename or add the columns, or choose the measure that fits them.",
    )


TOTALS = (("ai", "bi", "n1i"), ("ci", "di", "n2i"), ("xi", "mi", "ni"))
"""Events, others and all of a group."""


def _refuse_contradiction(table: StudyTable) -> None:
    """Refuse a group whose events and others do not sum to its size; half a person is rounding."""
    for events, others, size in TOTALS:
        if not table.has(events, others, size):
            continue
        off = table.columns[events] + table.columns[others] - table.columns[size]
        row = next((row for row, value in enumerate(off) if abs(value) > 0.51), None)
        if row is not None:
            one, two, whole = (table.columns[name][row] for name in (events, others, size))
            raise EvidenceRefused(
                EvidenceRefusal.VALUE_INVALID,
                what=f"{table.labels[row]}: {events} {one:g} and {others} {two:g} do not sum to {size} {whole:g}.",
                why="It cannot be told which of the three is wrong.",
                do="Correct it by the paper, or leave one of the three cells empty.",
            )


def _raw(columns: Columns, measure: Measure) -> Columns | None:
    if measure in (Measure.MD, Measure.SMD):
        return {name: columns[name] for name in MEANS} if columns.keys() >= set(MEANS) else None
    if measure in (Measure.RR, Measure.OR, Measure.RD):
        return _counts(columns)
    return None if measure is Measure.GEN else _proportion(columns)


def _counts(columns: Columns) -> Columns | None:
    if not columns.keys() >= {"ai", "ci"}:
        return None
    bi = _filled(columns.get("bi"), columns["n1i"] - columns["ai"] if "n1i" in columns else None)
    di = _filled(columns.get("di"), columns["n2i"] - columns["ci"] if "n2i" in columns else None)
    return (
        None if bi is None or di is None else {"ai": columns["ai"], "bi": bi, "ci": columns["ci"], "di": di}
    )


def _proportion(columns: Columns) -> Columns | None:
    if "xi" not in columns:
        return None
    ni = _filled(columns.get("ni"), columns["xi"] + columns["mi"] if "mi" in columns else None)
    return None if ni is None else {"xi": columns["xi"], "ni": ni}


def _ready(columns: Columns) -> Columns | None:
    """The ready effects; a standard error below zero gives a variance below zero, which is refused later."""
    if "yi" not in columns:
        return None
    vi = _filled(columns.get("vi"), columns["sei"] * abs(columns["sei"]) if "sei" in columns else None)
    return None if vi is None else {"yi": columns["yi"], "vi": vi}


def _filled(
    given: NDArray[np.float64] | None, computed: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """A column, its missing cells filled by what other columns say of the same study, as metafor does."""
    if given is None or computed is None:
        return computed if given is None else given
    return np.where(np.isnan(given), computed, given)


def check_values(columns: Columns, labels: tuple[str, ...]) -> None:
    """Refuse numbers that cannot be: a negative count, more events than patients, a negative variance."""
    for name, column in columns.items():
        if name in ("m1i", "m2i", "yi"):
            continue
        for label, value in zip(labels, column, strict=True):
            if value < 0:
                _refuse(label, name, value)
    for label, xi, ni in zip(labels, columns.get("xi", ()), columns.get("ni", ()), strict=False):
        if xi > ni:
            _refuse(label, "n - x", ni - xi)


def _refuse(label: str, name: str, value: float) -> NoReturn:
    raise EvidenceRefused(
        EvidenceRefusal.VALUE_INVALID,
        what=f"{label}: {SAID.get(name, name)} is {value:g}.",
        why="Counts, group sizes, standard deviations and variances cannot be below zero.",
        do="Correct the number, or leave the cell empty so that the study is left out with that reason.",
    )
