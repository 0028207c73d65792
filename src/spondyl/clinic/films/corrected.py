"""Points moved by a person in the viewer, checked like a landmark file and kept apart from what the detector said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmark_text import LandmarkTextError, landmarks_from_json, landmarks_to_json
from spondyl.assessment.propagate import landmarks_digest
from spondyl.clinic.films.facts import FilmFacts
from spondyl.provenance import Provenance

Corner = tuple[float, float] | None
BY_HAND = "moved by hand in the clinic's viewer"
OUTSIDE_MARGIN = 0.1
"""How far outside the picture a corner may lie, as a share of its size: cut-off vertebrae."""


def corrected(
    base: Landmarks,
    facts: FilmFacts,
    *,
    corners_px: Mapping[str, Sequence[Corner]],
    heads_px: Sequence[Corner],
) -> Landmarks:
    """The landmarks with a person's corners and femoral-head centres, film pixels.

    A vertebra that equals the base keeps its confidence and error. A moved one is a person's: confidence 1, error
    unknown. Raises LandmarkTextError when the points cannot be a spine, or lie outside the film.
    """
    _check_same_parts(base, corners_px, heads_px)
    check_inside(facts, [point for points in corners_px.values() for point in points])
    document: Any = landmarks_to_json(base)
    hands = [_move(entry, corners_px[entry["level"]]) for entry in document["landmarks"]]
    head_moves = [
        _move_head(head, at) for head, at in zip(document["femoral_heads_px"], heads_px, strict=True)
    ]
    if not any((*hands, *head_moves)):
        return base
    levels = [level.value for level, is_moved in zip(base.levels, hands, strict=True) if is_moved]
    named = ", ".join([*levels, *(["femoral heads"] if any(head_moves) else [])])
    made = Provenance(
        method=f"{named} {BY_HAND}; before: {base.provenance.method}",
        inputs=(*base.provenance.inputs, landmarks_digest(base)),
    )
    return replace(landmarks_from_json(json.dumps(document)), provenance=made)


def moved_levels(base: Landmarks, now: Landmarks) -> tuple[Level, ...]:
    """The vertebrae whose corners differ from the base."""
    same = [
        bool(np.array_equal(a, b, equal_nan=True))
        for a, b in zip(base.corners_px, now.corners_px, strict=True)
    ]
    return tuple(level for level, is_same in zip(base.levels, same, strict=True) if not is_same)


def is_corrected(base: Landmarks, now: Landmarks) -> bool:
    """True when a person moved anything."""
    heads = np.array_equal(base.femoral_heads_px, now.femoral_heads_px, equal_nan=True)
    return bool(moved_levels(base, now)) or not heads


def _check_same_parts(base: Landmarks, corners_px: Mapping[str, object], heads_px: Sequence[object]) -> None:
    wanted = {level.value for level in base.levels}
    if set(corners_px) != wanted or len(heads_px) != len(base.femoral_heads_px):
        raise LandmarkTextError(
            where="the points",
            what="they are not those of this film.",
            why=f"It has {len(wanted)} vertebrae and {len(base.femoral_heads_px)} femoral heads.",
            do="Load the page again.",
        )


def check_inside(facts: FilmFacts, points: Sequence[Corner]) -> None:
    """Raise LandmarkTextError for a corner (film pixels) far outside the film."""
    across, down = OUTSIDE_MARGIN * facts.columns, OUTSIDE_MARGIN * facts.rows
    for point in points:
        if point is None:
            continue
        x, y = point
        if not (-across <= x <= facts.columns + across and -down <= y <= facts.rows + down):
            raise LandmarkTextError(
                where="the points",
                what=f"a corner lies at {x:.0f}, {y:.0f}.",
                why=f"The film has {facts.columns} x {facts.rows} pixels.",
                do="Put it back onto the film, or undo.",
            )


def _move(entry: dict[str, Any], corners: Sequence[Corner]) -> bool:
    """Put a person's corners into one vertebra of a landmark document; says whether that changed it."""
    new = [None if corner is None else list(corner) for corner in corners]
    if new == entry["corners_px"]:
        return False
    entry["corners_px"] = new
    entry["confidence"] = 1.0
    entry.pop("corner_sd_px", None)
    return True


def _move_head(head: dict[str, Any], at: Corner) -> bool:
    if at is None or list(at) == head["centre_px"]:
        return False
    head["centre_px"] = list(at)
    return True
