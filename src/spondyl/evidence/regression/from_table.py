"""A table of studies to effects and the moderators that stand in its other columns, row by row."""

import math
from collections.abc import Sequence
from dataclasses import replace

from spondyl.evidence.effect_sizes import EffectSizes, effect_sizes
from spondyl.evidence.estimate import LeftOut
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.regression.moderators import Moderators, moderators_from
from spondyl.evidence.study_table import EMPTY_CELLS, StudyTable


def moderated_effects(
    table: StudyTable, measure: Measure, names: Sequence[str]
) -> tuple[EffectSizes, Moderators]:
    """Effects of the studies in which all the columns ``names`` are filled, and the design made of these columns."""
    columns = {name: column_of(table, name) for name in dict.fromkeys(names)}
    unique = replace(table, labels=distinct(table.labels))
    effects = effect_sizes(unique, measure)
    row_of = {label: row for row, label in enumerate(unique.labels)}
    rows = [row_of[label] for label in effects.labels]
    empty = {
        row: name for name, cells in columns.items() for row in rows if cells[row].lower() in EMPTY_CELLS
    }
    kept = [place for place, row in enumerate(rows) if row not in empty]
    gone = [LeftOut(label=unique.labels[row], reason=f"{name} is missing") for row, name in empty.items()]
    chosen = replace(
        effects,
        labels=tuple(effects.labels[place] for place in kept),
        yi=effects.yi[kept],
        vi=effects.vi[kept],
        left_out=(*effects.left_out, *gone),
    )
    return chosen, moderators_from(
        {name: [cells[rows[place]] for place in kept] for name, cells in columns.items()}
    )


def column_of(table: StudyTable, name: str) -> tuple[str, ...]:
    """The cells of a column as text, or a refusal that lists the columns there are."""
    if name in table.texts:
        return table.texts[name]
    if name in table.columns:
        return tuple("" if math.isnan(value) else repr(float(value)) for value in table.columns[name])
    there = ", ".join([*table.texts, *table.columns]) or "none"
    raise EvidenceRefused(
        EvidenceRefusal.COLUMN_MISSING,
        what=f"The table has no column {name!r}.",
        why=f"It has {there}.",
        do="Give the name as it stands in the head line.",
    )


def distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """The names with a number behind those that come again: "Smith", "Smith (2)"."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        told.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(told)
