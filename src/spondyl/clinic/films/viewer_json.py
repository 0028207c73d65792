"""What the viewer shows of an assessment, in the words of the report, so that screen and paper never disagree."""

from dataclasses import replace
from typing import Any

import numpy as np

from spondyl.anatomy import Level
from spondyl.assessment import Assessment, Measurement
from spondyl.assessment.assess import names_right_p, unsure_levels
from spondyl.assessment.change import RULE, compare
from spondyl.clinic.films.reading import Reading
from spondyl.clinic.films.renamed import placed_p
from spondyl.clinic.films.summary import short_line
from spondyl.clinic.report.comparison_content import change_row, shared_notes
from spondyl.clinic.report.drawing import drawn_measurements
from spondyl.clinic.report.wording import (
    FLAG_TEXT,
    interval_text,
    is_per_level,
    value_text,
)


def points_to_viewer(reading: Reading) -> dict[str, Any]:
    """Corners and femoral heads in film pixels, under the names of the original; null where a corner is unknown.

    ``renamed_by`` says how many levels all names are moved towards the feet; ``levels`` are all names, head to foot.
    ``unsure`` holds while nobody has said the names, ``unsure_renamed`` once a person gave or confirmed them, which
    ``names_confirmed`` says; ``names_doubted`` that the original leaves a doubt about them.
    """
    placed = reading.placed
    unsure, renamed = set(unsure_levels(placed)), set(_unsure_renamed(reading))
    return {
        "vertebrae": [
            {
                "level": level.value,
                "corners_px": _points(corners),
                "unsure": level in unsure,
                "unsure_renamed": level in renamed,
            }
            for level, corners in zip(placed.levels, placed.corners_px, strict=True)
        ],
        "renamed_by": reading.renamed_by,
        "names_confirmed": reading.names_confirmed is not None,
        "names_doubted": names_right_p(reading.original) < 1,
        "levels": [level.value for level in Level],
        "heads": [
            {"centre_px": head[:2], "radius_px": None if np.isnan(head[2]) else head[2]}
            for head in placed.femoral_heads_px.tolist()
        ],
    }


def assessment_to_viewer(
    now: Assessment, before: Assessment | None = None, *, sides: str | None = None
) -> dict[str, Any]:
    """The rows of the table, the warnings, and the lines to draw; beside an earlier film also what changed.

    ``sides`` says why signed values are not compared with the earlier film's (:func:`turned`).
    """
    changes = {} if before is None else _changes(before, now, same_side=sides is None)
    earlier = () if before is None else before.red_lines
    common = _common_flags(now.measurements)
    return {
        "rows": [{**_row(item, common), **changes.get(item.kind, {})} for item in now.measurements],
        "shared_flags": [FLAG_TEXT[flag] for flag in FLAG_TEXT if flag in common],
        "red_lines": [
            *now.red_lines,
            *([sides] if sides else []),
            *(f"Earlier film: {line}" for line in earlier),
        ],
        "drawn": [_drawn(item) for item in drawn_measurements(now)],
    }


def _unsure_renamed(reading: Reading) -> tuple[Level, ...]:
    """The vertebrae that stay unsure once a person has said the names, under the names of the original."""
    confidence = placed_p(reading.placed.confidence, named_right_p=names_right_p(reading.original))
    return unsure_levels(replace(reading.placed, confidence=confidence))


def _points(corners: Any) -> list[list[float] | None]:
    return [None if np.isnan(point).any() else point.tolist() for point in corners]


def _common_flags(measurements: tuple[Measurement, ...]) -> set[Any]:
    """Flags that every value carries: said once."""
    flags = [set(item.flags) for item in measurements]
    return set.intersection(*flags) if flags else set()


def _row(item: Measurement, common: set[Any]) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "label": item.label,
        "value": value_text(item),
        "interval": interval_text(item),
        "flags": [FLAG_TEXT[flag] for flag in item.flags if flag not in common],
        "main": not is_per_level(item.kind),
    }


def _drawn(item: Measurement) -> dict[str, Any]:
    name = short_line(item)
    return {
        "kind": item.kind,
        "value": item.value,
        "unit": item.unit.value,
        "points_px": item.points_px,
        "short": name,
        "text": f"{name} {value_text(item)}",
    }


def _changes(before: Assessment, now: Assessment, *, same_side: bool) -> dict[str, dict[str, Any]]:
    found = compare(before.measurements, now.measurements, same_side=same_side)
    shared = (*shared_notes(found), RULE)
    return {
        row.kind: {
            "before": row.before,
            "change": f"{row.difference}\nsmallest detectable {row.smallest}\n{row.verdict}",
            "notes": list(row.notes),
        }
        for row in (change_row(change, shared) for change in found)
    }
