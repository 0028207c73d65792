"""Landmarks as JSON: the file a person or program writes, and the line that ``spondyl measure --json`` prints."""

import difflib
import json
import math
from typing import cast

import numpy as np

from spondyl.anatomy.landmark_draft import (
    FORMAT_PAGE,
    Draft,
    DraftVertebra,
    LandmarkTextError,
    checked_landmarks,
    parse_level,
    parse_number,
    parse_side,
    parse_view,
)
from spondyl.anatomy.landmarks import FloatArray, Landmarks
from spondyl.anatomy.levels import Level

Json = dict[str, object]

MAX_CHARACTERS = 1_000_000
FORMAT_NAME, FORMAT_VERSION = "spondyl-landmarks", 1
FILE_KEYS = ("format", "version", "view", "image_left", "made_by", "landmarks", "femoral_heads_px")
VERTEBRA_KEYS = ("level", "corners_px", "confidence", "corner_sd_px", "pedicles_px")
HEAD_KEYS = ("centre_px", "radius_px")


def landmarks_to_json(landmarks: Landmarks) -> Json:
    """Return the landmarks as a JSON-ready dict; ``landmarks_from_json(json.dumps(…))`` gives the same points back.

    Who made the points (``provenance``) is named under ``made_by`` and is not read back: a file read is a new origin.
    """
    return {
        "format": FORMAT_NAME,
        "version": FORMAT_VERSION,
        "view": landmarks.view.value,
        "image_left": landmarks.image_left.value,
        "made_by": landmarks.provenance.method,
        "landmarks": [_vertebra_to_json(landmarks, row) for row in range(len(landmarks.levels))],
        "femoral_heads_px": [
            {"centre_px": [head[0], head[1]], "radius_px": None if math.isnan(head[2]) else head[2]}
            for head in landmarks.femoral_heads_px.tolist()
        ],
    }


def _vertebra_to_json(landmarks: Landmarks, row: int) -> Json:
    entry: Json = {
        "level": landmarks.levels[row].value,
        "corners_px": _points_to_json(landmarks.corners_px[row]),
        "confidence": float(landmarks.confidence[row]),
    }
    sd_px, pedicles_px = landmarks.corner_sd_px[row], landmarks.pedicles_px[row]
    if not np.isnan(sd_px).all():
        entry["corner_sd_px"] = [None if math.isnan(sd) else sd for sd in sd_px.tolist()]
    if not np.isnan(pedicles_px).all():
        entry["pedicles_px"] = _points_to_json(pedicles_px)
    return entry


def _points_to_json(points: FloatArray) -> list[list[float] | None]:
    return [None if any(map(math.isnan, point)) else point for point in points.tolist()]


def landmarks_from_json(text: str, *, is_kept: bool = False) -> Landmarks:
    """Read landmarks from JSON text (docs/reference/landmark-files.md); raises LandmarkTextError.

    ``is_kept``: a chart took them in before, so some checks of new files are not made again (see the draft's).

    >>> corners = [[10, 10], [60, 10], [10, 40], [60, 40]]
    >>> text = json.dumps({"view": "AP", "landmarks": [{"level": "T1", "corners_px": corners}]})
    >>> landmarks_from_json(text).corners_px[0, 3].tolist()
    [60.0, 40.0]
    """
    document = _object(_load(text), "the file")
    _check_version(document)
    _check_spelling(document, "the file", FILE_KEYS)
    entries = _list(document.get("landmarks"), 'the file, "landmarks"')
    draft = Draft(
        view=parse_view(document.get("view"), 'the file, "view"'),
        image_left=parse_side(document.get("image_left"), 'the file, "image_left"'),
        vertebrae=tuple(_vertebra(entry, f"landmarks[{row}]") for row, entry in enumerate(entries)),
        femoral_heads_px=_heads(document.get("femoral_heads_px")),
    )
    return checked_landmarks(draft, text, method="landmarks from a JSON file", is_kept=is_kept)


def _load(text: str) -> object:
    if len(text) > MAX_CHARACTERS:
        raise _wrong(
            "the file", f"it has {len(text)} characters.", "Landmarks of one film need a few thousand."
        )
    try:
        return cast(object, json.loads(text, object_pairs_hook=_once_each))
    except LandmarkTextError:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        if error.msg == "Extra data":
            raise _wrong(
                where, "a second document begins.", "One file holds the landmarks of one film."
            ) from None
        raise _wrong(where, f"this is not JSON ({error.msg}).", "Only complete JSON can be read.") from None
    except (ValueError, RecursionError):
        raise _wrong("the file", "a number or nesting is too large.", "No film needs such a value.") from None


def _once_each(pairs: list[tuple[str, object]]) -> Json:
    """An object whose keys are all different; of two alike, one would be dropped in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _wrong(
            "the file", f"the key {twice[:40]!r} is given twice in one object.", "One of them is wrong."
        )
    return found


def _check_version(document: Json) -> None:
    if document.get("format", FORMAT_NAME) != FORMAT_NAME:
        raise _wrong('the file, "format"', f"it is {document['format']!r}.", f"Only {FORMAT_NAME} is read.")
    if document.get("version", FORMAT_VERSION) != FORMAT_VERSION:
        raise _wrong(
            'the file, "version"', f"it is {document['version']!r}.", "Only version 1 is known here."
        )


def _vertebra(entry: object, where: str) -> DraftVertebra:
    fields = _object(entry, where)
    _check_spelling(fields, where, VERTEBRA_KEYS)
    level = parse_level(fields.get("level"), where)
    confidence = fields.get("confidence")
    return DraftVertebra(
        where=where,
        level=level,
        corners_px=_corners(fields.get("corners_px"), level, f"{where}.corners_px"),
        confidence=1.0 if confidence is None else parse_number(confidence, f"{where}.confidence"),
        corner_sd_px=_deviations(fields.get("corner_sd_px"), f"{where}.corner_sd_px"),
        pedicles_px=_points(fields.get("pedicles_px"), 2, f"{where}.pedicles_px"),
    )


def _check_spelling(fields: Json, where: str, known: tuple[str, ...]) -> None:
    """Other keys are allowed, but a misspelt one must not be dropped in silence."""
    for key in fields.keys() - set(known):
        meant = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
        if meant:
            raise _wrong(where, f"the key {key!r} is not known.", f"It looks like {meant[0]!r} misspelt.")


def _corners(value: object, level: Level, where: str) -> FloatArray:
    """Four corners; the sacrum may give only its superior endplate (TL, TR)."""
    if level is Level.S1 and isinstance(value, list) and len(cast(list[object], value)) == 2:
        value = [*cast(list[object], value), None, None]
    return _points(value, 4, where)


def _points(value: object, count: int, where: str) -> FloatArray:
    """Points (count, 2); null, or nothing at all, for unknown ones."""
    points = np.full((count, 2), np.nan)
    if value is None:
        return points
    for row, pair in enumerate(_exactly(value, count, where)):
        if pair is not None:
            x, y = _exactly(pair, 2, f"{where}[{row}]")
            points[row] = parse_number(x, f"{where}[{row}], x"), parse_number(y, f"{where}[{row}], y")
    return points


def _deviations(value: object, where: str) -> FloatArray:
    if value is None:
        return np.full(4, np.nan)
    found = [np.nan if sd is None else parse_number(sd, where) for sd in _exactly(value, 4, where)]
    return np.array(found)


def _heads(value: object) -> FloatArray:
    if value is None:
        return np.empty((0, 3))
    rows = [
        _head(entry, f"femoral_heads_px[{row}]") for row, entry in enumerate(_list(value, "femoral_heads_px"))
    ]
    return np.array(rows).reshape(-1, 3)


def _head(entry: object, where: str) -> tuple[float, float, float]:
    fields = _object(entry, where)
    _check_spelling(fields, where, HEAD_KEYS)
    x, y = _exactly(fields.get("centre_px"), 2, f"{where}.centre_px")
    radius = fields.get("radius_px")
    radius_px = math.nan if radius is None else parse_number(radius, f"{where}.radius_px")
    return parse_number(x, f"{where}, x"), parse_number(y, f"{where}, y"), radius_px


def _object(value: object, where: str) -> Json:
    if not isinstance(value, dict):
        raise _wrong(where, f"this is {_named(value)}.", "An object {…} is expected here.")
    return cast(Json, value)


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(where, f"this is {_named(value)}.", "A list […] is expected here.")
    return cast(list[object], value)


def _exactly(value: object, count: int, where: str) -> list[object]:
    items = _list(value, where)
    if len(items) != count:
        raise _wrong(where, f"it has {len(items)} entries.", f"Exactly {count} belong here.")
    return items


def _named(value: object) -> str:
    return "missing" if value is None else f"{str(value)[:40]!r}"


def _wrong(where: str, what: str, why: str) -> LandmarkTextError:
    return LandmarkTextError(where=where, what=what, why=why, do=f"See {FORMAT_PAGE}.")
