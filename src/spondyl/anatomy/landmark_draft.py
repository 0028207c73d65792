"""What a landmark file says before it is trusted, and the checks that turn it into Landmarks."""

import hashlib
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spondyl.anatomy.landmarks import FloatArray, ImageSide, Landmarks, View, make_landmarks
from spondyl.anatomy.levels import Level
from spondyl.provenance import Provenance

FORMAT_PAGE = "docs/reference/landmark-files.md"
MAX_COORDINATE_PX = 1e6
CORNERS = ("TL", "TR", "BL", "BR")


class LandmarkTextError(ValueError):
    """A landmark file is wrong: ``where`` in it, ``what`` is wrong, ``why`` that matters, and what to ``do``."""

    def __init__(self, *, where: str, what: str, why: str, do: str) -> None:
        super().__init__(f"{where}: {what} {why} {do}")
        self.where = where
        self.what = what
        self.why = why
        self.do = do

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.where, self.what, self.why, self.do)


def _rebuild(where: str, what: str, why: str, do: str) -> LandmarkTextError:
    return LandmarkTextError(where=where, what=what, why=why, do=do)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVertebra:
    """One vertebra as read: shapes (4, 2), scalar, (4,), (2, 2); NaN where the file says nothing."""

    where: str
    level: Level
    corners_px: FloatArray
    confidence: float
    corner_sd_px: FloatArray
    pedicles_px: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A whole file as read. ``femoral_heads_px`` is (k, 3): centre x, centre y, radius."""

    view: View
    image_left: ImageSide
    vertebrae: tuple[DraftVertebra, ...]
    femoral_heads_px: FloatArray


def checked_landmarks(draft: Draft, text: str, *, method: str, is_kept: bool = False) -> Landmarks:
    """Check a draft and build Landmarks, levels in anatomical order; raises LandmarkTextError.

    Of ``is_kept`` points, which a chart took in before, maybe under an earlier version, it is not asked again whether
    names or ends changed places: what lies in a chart stays readable.
    """
    vertebrae = sorted(draft.vertebrae, key=lambda vertebra: vertebra.level)
    _check_heads(draft.femoral_heads_px)
    _check_levels(vertebrae)
    for vertebra in vertebrae:
        _check_vertebra(vertebra)
    _check_head_to_foot(vertebrae)
    if not is_kept:
        _check_ends(vertebrae)
        _check_names_in_order(vertebrae)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return make_landmarks(
        view=draft.view,
        image_left=draft.image_left,
        levels=tuple(vertebra.level for vertebra in vertebrae),
        corners_px=np.stack([vertebra.corners_px for vertebra in vertebrae]),
        confidence=np.array([vertebra.confidence for vertebra in vertebrae]),
        corner_sd_px=np.stack([vertebra.corner_sd_px for vertebra in vertebrae]),
        pedicles_px=np.stack([vertebra.pedicles_px for vertebra in vertebrae]),
        femoral_heads_px=draft.femoral_heads_px,
        provenance=Provenance(method=method, inputs=(digest,)),
    )


def parse_view(value: object, where: str) -> View:
    """AP, PA, LATERAL or UNKNOWN in any case; the view is never guessed, so nothing stands for a missing one."""
    try:
        return View(str(value).strip().upper())
    except ValueError:
        raise LandmarkTextError(
            where=where,
            what=f"the view is {'missing' if value is None else repr(value)}.",
            why="What is measured depends on the projection, and it is never guessed.",
            do="Give the view as AP, PA or LATERAL.",
        ) from None


def parse_side(value: object, where: str) -> ImageSide:
    """What lies on the left edge of the picture; nothing given means unknown."""
    try:
        return ImageSide.UNKNOWN if value is None else ImageSide(str(value).strip().lower())
    except ValueError:
        allowed = ", ".join(side.value for side in ImageSide)
        raise LandmarkTextError(
            where=where,
            what=f"image_left is {value!r}.",
            why="It must say what lies on the left edge of the picture.",
            do=f"Use one of {allowed}.",
        ) from None


def parse_level(value: object, where: str) -> Level:
    """A level name, C2 to S1, in any case."""
    try:
        return Level(str(value).strip().upper())
    except ValueError:
        raise LandmarkTextError(
            where=where,
            what=f"there is no vertebra named {value!r}.",
            why="Levels are C2 to C7, T1 to T12, L1 to L5 and S1.",
            do="Correct the name. A sixth lumbar vertebra has none: leave it out, and nothing is measured across it.",
        ) from None


def parse_number(value: object, where: str) -> float:
    """A finite number; raises LandmarkTextError for text, NaN, infinities and what no film can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_COORDINATE_PX:
        raise LandmarkTextError(
            where=where,
            what=f"{str(value)[:40]!r} is no coordinate.",
            why="A coordinate is a finite number of pixels, at most a million.",
            do="Correct it, or leave the point out when it is unknown.",
        )
    return float(value)


def _check_levels(vertebrae: list[DraftVertebra]) -> None:
    if not vertebrae:
        raise LandmarkTextError(
            where="the file",
            what="it holds no vertebra.",
            why="Nothing can be measured without one.",
            do=f"Give at least one level with its corners, as in {FORMAT_PAGE}.",
        )
    for above, below in pairwise(vertebrae):
        if above.level is below.level:
            raise LandmarkTextError(
                where=below.where,
                what=f"{below.level.value} is given twice, first in {above.where}.",
                why="A vertebra has one place on a film.",
                do="Keep one of them, or correct the name of the other.",
            )


def _check_vertebra(vertebra: DraftVertebra) -> None:
    if not 0.0 <= vertebra.confidence <= 1.0:
        raise _wrong(
            vertebra, f"the confidence is {vertebra.confidence}.", "It is a probability.", "Use 0 to 1."
        )
    if (vertebra.corner_sd_px < 0.0).any():
        raise _wrong(
            vertebra, "a standard deviation is negative.", "It is a size in pixels.", "Use 0 or more."
        )
    if np.isnan(vertebra.corners_px).all() and np.isnan(vertebra.pedicles_px).all():
        raise _wrong(
            vertebra, "it has no point.", "A level without a point says nothing.", "Leave the level out."
        )
    _check_winding(vertebra)


def _check_winding(vertebra: DraftVertebra) -> None:
    """TL, TR, BL, BR seen in the picture turn the same way in every vertebra; other orders spoil angles silently."""
    top_left, top_right, bottom_left, bottom_right = vertebra.corners_px
    upper, lower = top_right - top_left, bottom_right - bottom_left
    if float(upper @ lower) < 0.0:
        raise _wrong(
            vertebra,
            "its endplates run in opposite directions.",
            "The corners seem to go round the vertebra.",
            "Give them in reading order: TL, TR, BL, BR.",
        )
    down = (bottom_left + bottom_right - top_left - top_right) / 2.0
    if float(upper[0] * down[1] - upper[1] * down[0]) < 0.0:
        raise _wrong(
            vertebra,
            "its superior endplate lies below its inferior one, or its left corners right of the right ones.",
            "The corners are named as seen in the picture, x to the right and y down.",
            "Swap them, or turn the y axis round.",
        )


def _check_ends(vertebrae: list[DraftVertebra]) -> None:
    for vertebra in vertebrae:
        top_left, top_right, bottom_left, bottom_right = vertebra.corners_px
        if top_left[0] > top_right[0] or bottom_left[0] > bottom_right[0]:
            raise _wrong(
                vertebra,
                "the left end of an endplate lies right of its right end.",
                "With the ends changed over every angle is half a turn off.",
                "Name the corners as seen in the picture: TL left of TR, BL left of BR.",
            )


def _check_names_in_order(vertebrae: list[DraftVertebra]) -> None:
    """Each body lies on the lower side of the one named above it, as at least one of the two counts up and down; that
    holds in every spine, however bent. The sacrum has no such side of its own."""
    bodies = [v for v in vertebrae if np.isfinite(v.corners_px).all() and v.level is not Level.S1]
    for above, below in pairwise(bodies):
        step = below.corners_px.mean(axis=0) - above.corners_px.mean(axis=0)
        if all(float(step @ _down(body)) <= 0.0 for body in (above, below)):
            raise _wrong(
                below,
                f"it lies above {above.level.value} in the picture, or in the same place.",
                "Where names are changed over, every value of these levels is wrong.",
                "Correct the name, or the corners, of one of them.",
            )


def _down(body: DraftVertebra) -> FloatArray:
    """From the superior to the inferior endplate (2,)."""
    return body.corners_px[2:].mean(axis=0) - body.corners_px[:2].mean(axis=0)


def _check_head_to_foot(vertebrae: list[DraftVertebra]) -> None:
    placed = [v.corners_px[:, 1] for v in vertebrae if not np.isnan(v.corners_px).all()]
    if len(placed) > 1 and not np.nanmean(placed[0]) < np.nanmean(placed[-1]):
        raise _wrong(
            vertebrae[0],
            f"it lies below {vertebrae[-1].level.value} in the picture.",
            "y grows downwards and the head is at the top.",
            "Turn the y axis round, or name the levels from the head.",
        )


def _check_heads(heads_px: FloatArray) -> None:
    if len(heads_px) > 2 or any(not math.isnan(radius) and radius <= 0.0 for radius in heads_px[:, 2]):
        raise LandmarkTextError(
            where="femoral heads",
            what=f"there are {len(heads_px)} with radii {heads_px[:, 2].tolist()}.",
            why="A person has at most two, each with a positive radius.",
            do="Keep one centre for each head; leave out an unknown radius.",
        )


def _wrong(vertebra: DraftVertebra, what: str, why: str, do: str) -> LandmarkTextError:
    return LandmarkTextError(where=f"{vertebra.where} ({vertebra.level.value})", what=what, why=why, do=do)
