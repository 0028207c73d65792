"""The curves of a coronal film: their end vertebrae, their apex, their side and their region.

Tilts are angles to the film's horizontal, positive when the picture-right end is lower. Nothing here knows left
and right of the patient: convexity is that of the picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray

IntArray = NDArray[np.intp]

MIN_SPAN = 2
"""A curve runs over at least three vertebrae: its end vertebrae and one between them."""
MIN_CURVE_DEG = 5.0
"""Smaller curves beside the largest one are not told from the noise of the points."""
SHORTER_BY_DEG = 0.002
"""Of equal angles the shorter curve counts: each level more must add this much. It hides at most 0.03°."""

PT, MT, TL_L = "pt", "mt", "tl_l"
REGION_NAMES = {PT: "Proximal thoracic", MT: "Main thoracic", TL_L: "Thoracolumbar/lumbar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """The n completely marked vertebrae from T1 to L5 of s drawings, head to foot; ``corners`` is (s, n, 4, 2)."""

    levels: tuple[Level, ...]
    corners: FloatArray

    def superior_deg(self) -> FloatArray:
        """Tilt (s, n) of the superior endplates."""
        return tilt_deg(self.corners[..., 0, :], self.corners[..., 1, :])

    def inferior_deg(self) -> FloatArray:
        """Tilt (s, n) of the inferior endplates."""
        return tilt_deg(self.corners[..., 2, :], self.corners[..., 3, :])

    def line_x(self) -> FloatArray:
        """Horizontal place (s, 2n − 1) of vertebra centres (even) and disc centres (odd), head to foot."""
        x = self.corners[..., 0]
        along = np.empty((x.shape[0], 2 * x.shape[1] - 1))
        along[:, 0::2] = x.mean(axis=2)
        along[:, 1::2] = (x[:, :-1, 2:].sum(axis=2) + x[:, 1:, :2].sum(axis=2)) / 4.0
        return along

    def line_y(self) -> FloatArray:
        """Height (s, 2n − 1) in the picture of the same points."""
        return Spine(levels=self.levels, corners=self.corners[..., ::-1]).line_x()


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve of the nominal points.

    ``upper`` and ``lower`` number the end vertebrae among ``levels``; ``apex`` counts vertebrae and discs (even is
    a vertebra, 2·number; odd the disc below it). ``bend`` is +1 when convex to the left of the picture, else −1.
    """

    levels: tuple[Level, ...]
    upper: int
    lower: int
    apex: int
    bend: int
    angle_deg: float

    @property
    def spanned(self) -> tuple[Level, ...]:
        """The vertebrae from the upper to the lower end vertebra."""
        return self.levels[self.upper : self.lower + 1]

    @property
    def apex_name(self) -> str:
        """ "T8", or "T8-T9 disc"."""
        return apex_name(self.levels, self.apex)

    @property
    def apex_place(self) -> float:
        """The apex as the index of its level; a disc lies a half below the level above it."""
        return self.levels[self.apex // 2].index + 0.5 * (self.apex % 2)

    @property
    def region(self) -> str:
        """Region by apex: up to T5 proximal thoracic, to the T11-T12 disc main thoracic, below thoracolumbar/lumbar.

        Lenke names T3 to T5, T6 to the T11-T12 disc, and T12 to L4; apices between or beyond join their neighbour.
        """
        if self.apex_place <= Level.T5.index:
            return PT
        return MT if self.apex_place < Level.T12.index else TL_L

    @property
    def picture_side(self) -> str:
        """The side of the picture to which the curve is convex."""
        return "left" if self.bend > 0 else "right"


def complete_levels(landmarks: Landmarks) -> tuple[Level, ...]:
    """The levels with all four corners and endplates of some length."""
    corners = landmarks.corners_px
    has_endplates = (corners[:, 1::2] != corners[:, 0::2]).any(axis=2).all(axis=1)
    complete = np.isfinite(corners).all(axis=(1, 2)) & has_endplates
    return tuple(level for level, is_it in zip(landmarks.levels, complete.tolist(), strict=True) if is_it)


def tilt_deg(left: FloatArray, right: FloatArray) -> FloatArray:
    """Angle of the lines left to right (…, 2) with the horizontal, positive when the right end is lower.

    NaN where the two points coincide.
    """
    along = right - left
    angle_deg = np.degrees(np.arctan2(along[..., 1], along[..., 0]))
    return np.where((along == 0.0).all(axis=-1), np.nan, angle_deg)


def wrapped_deg(angle_deg: FloatArray) -> FloatArray:
    """The same angle between −180 and 180 degrees."""
    return angle_deg - 360.0 * np.rint(angle_deg / 360.0)


def cobb_table_deg(spine: Spine) -> FloatArray:
    """Signed angle (s, n, n) from the superior endplate of row u to the inferior endplate of column l.

    Positive is convex to the left of the picture. Only the part that :func:`curve_pairs` allows has a meaning.
    """
    return wrapped_deg(spine.superior_deg()[:, :, None] - spine.inferior_deg()[:, None, :])


def curve_pairs(n: int) -> NDArray[np.bool_]:
    """True (n, n) where a curve can run from row u down to column l."""
    number = np.arange(n)
    return np.asarray(number[None, :] - number[:, None] >= MIN_SPAN)


def _merit_deg(sizes_deg: FloatArray) -> FloatArray:
    """Sizes (…, n, n) less a little for every level spanned; −∞ where there can be no curve."""
    number = np.arange(sizes_deg.shape[-1])
    length = number[None, :] - number[:, None]
    return np.where(curve_pairs(len(number)), sizes_deg - SHORTER_BY_DEG * length, -np.inf)


def largest_ends(spine: Spine) -> tuple[IntArray, IntArray]:
    """Upper and lower end vertebra (s,) of the largest curve of each drawing."""
    return _largest_ends(np.abs(cobb_table_deg(spine)))


def _largest_ends(sizes_deg: FloatArray) -> tuple[IntArray, IntArray]:
    merit = _merit_deg(sizes_deg)
    return np.divmod(merit.reshape(len(merit), -1).argmax(axis=1), merit.shape[-1])


def largest_cobb_deg(spine: Spine) -> FloatArray:
    """The largest clinical Cobb angle (s,), its end vertebrae searched anew on each drawing."""
    sizes_deg = np.abs(cobb_table_deg(spine))
    upper, lower = _largest_ends(sizes_deg)
    return sizes_deg[np.arange(len(upper)), upper, lower]


def cobb_between_deg(spine: Spine, curve: Curve) -> FloatArray:
    """The Cobb angle (s,) between given end vertebrae; negative where a drawing bends the other way."""
    upper, lower = spine.corners[:, curve.upper], spine.corners[:, curve.lower]
    apart = tilt_deg(upper[:, 0], upper[:, 1]) - tilt_deg(lower[:, 2], lower[:, 3])
    return curve.bend * wrapped_deg(apart)


def find_curves(spine: Spine) -> tuple[Curve, ...]:
    """Every curve of one drawing (s = 1), head to foot.

    The largest angle between a superior and a lower inferior endplate is the major curve. Above and below it the
    largest angle of the opposite bend follows, and so on to the ends of the spine, down to MIN_CURVE_DEG.
    Neighbouring curves may share an end vertebra.
    """
    n = len(spine.levels)
    if n <= MIN_SPAN:
        return ()
    table = cobb_table_deg(spine)[0]
    upper, lower = (int(ends[0]) for ends in largest_ends(spine))
    bend = 1 if table[upper, lower] >= 0.0 else -1
    above = _neighbours(table, start=0, stop=upper, bend=-bend)
    below = _neighbours(table, start=lower, stop=n - 1, bend=-bend)
    ends = [*above, (upper, lower, bend), *below]
    return tuple(_curve(spine, *end) for end in ends)


def _neighbours(table: FloatArray, *, start: int, stop: int, bend: int) -> list[tuple[int, int, int]]:
    """Curves within start..stop, next to the major curve on one side, with bends that alternate away from it."""
    found: list[tuple[int, int, int]] = []
    downwards = start > 0
    while stop - start >= MIN_SPAN:
        merit = _merit_deg(bend * table[start : stop + 1, start : stop + 1])
        upper, lower = (start + int(k) for k in np.unravel_index(int(merit.argmax()), merit.shape))
        if bend * table[upper, lower] < MIN_CURVE_DEG:
            break
        found.append((upper, lower, bend))
        start, stop, bend = (lower, stop, -bend) if downwards else (start, upper, -bend)
    return found if downwards else found[::-1]


def _curve(spine: Spine, upper: int, lower: int, bend: int) -> Curve:
    nominal = Curve(levels=spine.levels, upper=upper, lower=lower, apex=0, bend=bend, angle_deg=0.0)
    return Curve(
        levels=spine.levels,
        upper=upper,
        lower=lower,
        apex=int(apices(spine, nominal)[0]),
        bend=bend,
        angle_deg=float(cobb_between_deg(spine, nominal)[0]),
    )


def apices(spine: Spine, curve: Curve) -> IntArray:
    """The apex (s,) of each drawing: the vertebra or disc between the ends farthest to the convex side.

    Where that is an end vertebra, the whole curve leans one way: then the one farthest from the line that joins
    the end vertebrae.
    """
    inside = slice(2 * curve.upper, 2 * curve.lower + 1)
    x, y = spine.line_x()[:, inside], spine.line_y()[:, inside]
    outward = -curve.bend * x
    from_plumb = outward.argmax(axis=1)
    height = y[:, -1:] - y[:, :1]
    share = (y - y[:, :1]) / np.where(height == 0.0, 1.0, height)
    chord = outward[:, :1] + share * (outward[:, -1:] - outward[:, :1])
    from_chord = (outward - chord)[:, 1:-1].argmax(axis=1) + 1
    at_an_end = (from_plumb == 0) | (from_plumb == x.shape[1] - 1)
    return np.asarray(inside.start + np.where(at_an_end, from_chord, from_plumb))


def apex_name(levels: tuple[Level, ...], apex: int) -> str:
    """Name of an apex number: "T8", or "T8-T9 disc"."""
    level = levels[apex // 2].value
    return level if apex % 2 == 0 else f"{level}-{levels[apex // 2 + 1].value} disc"
