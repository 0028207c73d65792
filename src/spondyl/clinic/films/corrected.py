"""Points moved by a person in the viewer, checked like a landmark file and kept apart from what the detector said."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmark_draft import (
    Draft,
    DraftVertebra,
    LandmarkTextError,
    checked_landmarks,
    parse_number,
)
from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import in_runs
from spondyl.assessment.propagate import landmarks_digest
from spondyl.clinic.films.facts import FilmFacts
from spondyl.provenance import Provenance

Corner = tuple[float, float] | None
UNKNOWN = (math.nan, math.nan)
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
    hands = [
        not _is_same(base.corners_px[row], corners_px[level.value]) for row, level in enumerate(base.levels)
    ]
    heads, head_moves = _heads(base.femoral_heads_px, heads_px)
    if not any((*hands, *head_moves)):
        return base
    vertebrae = tuple(
        _vertebra(base, row, corners_px[base.levels[row].value] if is_moved else None)
        for row, is_moved in enumerate(hands)
    )
    draft = Draft(view=base.view, image_left=base.image_left, vertebrae=vertebrae, femoral_heads_px=heads)
    levels = in_runs(level for level, is_moved in zip(base.levels, hands, strict=True) if is_moved)
    named = ", ".join(part for part in (levels, "femoral heads" if any(head_moves) else "") if part)
    made = Provenance(
        method=f"{named} {BY_HAND}; before: {base.provenance.method}",
        inputs=(*base.provenance.inputs, landmarks_digest(base)),
    )
    return replace(checked_landmarks(draft, "", method=BY_HAND), provenance=made)


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


def _is_same(old: FloatArray, sent: Sequence[Corner]) -> bool:
    """Whether the corners (4, 2) are those that were sent; an unknown one is None there."""
    kept = [None if math.isnan(x) or math.isnan(y) else (x, y) for x, y in old.tolist()]
    return kept == [None if corner is None else tuple(corner) for corner in sent]


def _vertebra(base: Landmarks, row: int, sent: Sequence[Corner] | None) -> DraftVertebra:
    """One vertebra of the base, or as a person moved it."""
    corners, confidence, sd = base.corners_px[row], float(base.confidence[row]), base.corner_sd_px[row]
    if sent is not None:
        corners = np.array([UNKNOWN if corner is None else corner for corner in sent], dtype=np.float64)
        confidence, sd = 1.0, np.full(4, np.nan)
    return DraftVertebra(
        where=f"landmarks[{row}]",
        level=base.levels[row],
        corners_px=corners,
        confidence=confidence,
        corner_sd_px=sd,
        pedicles_px=base.pedicles_px[row],
    )


def _heads(base_px: FloatArray, sent: Sequence[Corner]) -> tuple[FloatArray, list[bool]]:
    """The heads (k, 3) with the centres that were sent, and which of them moved; an unknown centre changes nothing."""
    moved = [at is not None and list(at) != old[:2] for old, at in zip(base_px.tolist(), sent, strict=True)]
    heads = base_px.copy()
    for row, at in enumerate(sent):
        if at is not None:
            heads[row, :2] = [parse_number(value, f"femoral_heads_px[{row}]") for value in at]
    return heads, moved
