"""One film as one JSON object: what ``spondyl measure --json`` prints, one line a film (docs/reference/json.md)."""

import json
import math
from importlib.resources import files
from typing import Any

import numpy as np

from spondyl import __version__
from spondyl.anatomy import Landmarks
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment import Assessment, Classification, Finding, Measurement, Unit
from spondyl.clinic.report.signature import confirmation_of, names_confirmed_in
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Provenance
from spondyl.radiograph import FilmRefused, Radiograph

FORMAT_VERSION = "1.1"
"""Raised in its first part when a key changes its meaning or goes, in its second when one is added."""

DIGITS = {Unit.DEG: 3, Unit.MM: 3, Unit.PERCENT: 3, Unit.RATIO: 5}


def film_result_to_json(result: FilmResult) -> dict[str, Any]:
    """The result as plain JSON values, keys in their documented order, in the film's own pixels.

    Nothing is NaN: what is unknown is null. Pure; the schema is ``film-result.schema.json`` beside this file.
    """
    film, marks = result.radiograph, result.landmarks
    view = marks.view if marks is not None else film.view if film is not None else None
    side = marks.image_left if marks is not None else film.image_left if film is not None else None
    return {
        "film": result.film,
        "status": result.status,
        "reason": None if result.refusal is None else str(result.refusal),
        "view": None if view is None else view.value,
        "landmarks": [] if marks is None else _vertebrae(marks),
        **_assessed(result.assessment),
        "refusal": _refusal(result.refusal),
        "femoral_heads_px": [] if marks is None else [_head(head) for head in marks.femoral_heads_px],
        "image_left": None if side is None else side.value,
        **_picture(film),
        "provenance": _provenance(result),
        "format_version": FORMAT_VERSION,
        "spondyl_version": __version__,
    }


def to_json_line(result: FilmResult) -> str:
    """One line of JSON Lines, UTF-8 characters as they are, without a line feed at its end."""
    return json.dumps(
        film_result_to_json(result), ensure_ascii=False, allow_nan=False, separators=(", ", ": ")
    )


def film_result_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one line."""
    text = (files("spondyl.clinic.report") / "film-result.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def _numbers(values: FloatArray, digits: int) -> list[float | None]:
    return [_number(float(value), digits) for value in values]


def _points(points: FloatArray) -> list[list[float | None] | None]:
    return [_numbers(point, 2) if np.all(np.isfinite(point)) else None for point in points]


def _head(head: FloatArray) -> dict[str, Any]:
    return {"centre_px": _numbers(head[:2], 2), "radius_px": _number(float(head[2]), 2)}


def _vertebrae(marks: Landmarks) -> list[dict[str, Any]]:
    return [
        {
            "level": level.value,
            "corners_px": _points(marks.corners_px[index]),
            "confidence": _number(float(marks.confidence[index]), 4),
            "corner_sd_px": _numbers(marks.corner_sd_px[index], 2),
            "pedicles_px": _points(marks.pedicles_px[index]),
        }
        for index, level in enumerate(marks.levels)
    ]


def _assessed(assessment: Assessment | None) -> dict[str, Any]:
    if assessment is None:
        return {"measurements": [], "findings": [], "unmeasured": [], "classifications": [], "red_lines": []}
    return {
        "measurements": [_measurement(m) for m in assessment.measurements],
        "findings": [_finding(f) for f in assessment.findings],
        "unmeasured": [{"kind": u.kind, "label": u.label, "reason": u.reason} for u in assessment.unmeasured],
        "classifications": [_classification(c) for c in assessment.classifications],
        "red_lines": list(assessment.red_lines),
    }


def _measurement(m: Measurement) -> dict[str, Any]:
    digits = DIGITS[m.unit]
    return {
        "kind": m.kind,
        "label": m.label,
        m.unit.json_key: _number(m.value, digits),
        "interval_90": [_number(bound, digits) for bound in m.interval_90],
        "sd": _number(m.sd, digits),
        "unit": m.unit.value,
        "levels": [level.value for level in m.levels],
        "points_px": [[[_number(x, 2), _number(y, 2)] for x, y in segment] for segment in m.points_px],
        "flags": [flag.value for flag in m.flags],
        "definition": m.definition,
        "source": m.source,
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "kind": f.kind,
        "sentence": f.sentence,
        "probability": None if f.probability is None else _number(f.probability, 4),
        "measurement_kind": f.measurement_kind,
        "prevalence": f.prevalence,
        "cannot_tell": f.cannot_tell,
        "source": f.source,
        "flags": [flag.value for flag in f.flags],
    }


def _classification(c: Classification) -> dict[str, Any]:
    return {
        "kind": c.kind,
        "label": c.label,
        "grade": c.grade,
        "reason": c.reason,
        "probabilities": {name: _number(p, 4) for name, p in c.probabilities},
        "source": c.source,
    }


def _refusal(refusal: FilmRefused | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    return {"code": refusal.refusal.value, "what": refusal.what, "why": refusal.why, "do": refusal.do}


def _picture(film: Radiograph | None) -> dict[str, Any]:
    spacing = None if film is None else film.spacing_mm
    return {
        "rows": None if film is None else film.pixels.shape[0],
        "columns": None if film is None else film.pixels.shape[1],
        "spacing_mm": None if spacing is None else [_number(value, 6) for value in spacing],
        "spacing_source": None if film is None else film.spacing_source.value,
        "sop_uid": None if film is None else film.sop_uid,
        "sha256": None if film is None else film.sha256,
        "notes": [] if film is None else list(film.notes),
    }


def _provenance(result: FilmResult) -> dict[str, Any]:
    confirmation, named = confirmation_of(result), names_confirmed_in(result)
    measured = result.assessment.measurements if result.assessment is not None else ()
    return {
        "film": None if result.radiograph is None else _made(result.radiograph.provenance),
        "landmarks": None if result.landmarks is None else _made(result.landmarks.provenance),
        "measurements": _made(measured[0].provenance) if measured else None,
        "confirmed_by": None if confirmation is None else confirmation.person,
        "confirmed_at": None if confirmation is None else confirmation.at.isoformat(),
        "names_confirmed_by": None if named is None else named.person,
        "names_confirmed_at": None if named is None else named.at.isoformat(),
    }


def _made(provenance: Provenance) -> dict[str, Any]:
    return {"method": provenance.method, "version": provenance.version, "inputs": list(provenance.inputs)}
