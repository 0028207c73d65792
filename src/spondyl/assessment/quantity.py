"""What can be measured: a quantity is a pure function of (many drawings of) one film's points.

Uncertainty is propagated by drawing the points s times and computing every quantity on all drawings at once, so a
quantity never knows about intervals (see :mod:`spondyl.assessment.propagate`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spondyl.anatomy import Convexity, ImageSide, Level, View
from spondyl.anatomy.landmarks import FloatArray, Landmarks
from spondyl.assessment.measurement import Unit

_Result = TypeVar("_Result")

Segment = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmContext:
    """What a measurement needs to know besides the points.

    ``spacing_mm`` is (row, column) or None (then millimetres are refused by name); ``spacing_at_patient`` is False when
    the spacing is that of the detector, uncorrected for magnification, and None when nobody says. ``rows`` is the image
    height in pixels.
    """

    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None = None
    spacing_at_patient: bool | None = True
    age_years: float | None = None
    sex: str | None = None

    @property
    def is_child(self) -> bool:
        """Known to be younger than 18 years."""
        return self.age_years is not None and self.age_years < 18

    @property
    def scale_xy(self) -> tuple[float, float]:
        """What a point (x, y) in pixels is multiplied by: millimetres where the spacing is known, else itself."""
        row_mm, column_mm = self.spacing_mm or (1.0, 1.0)
        return column_mm, row_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """s drawings of the landmarks of one film, in isotropic units: millimetres where the spacing is known, else pixels.

    ``corners`` (s, n, 4, 2) TL, TR, BL, BR as seen in the picture; ``femoral_heads`` (s, k, 3); ``pedicles``
    (s, n, 2, 2). x right, y down. ``height`` is the image height in the same units.
    """

    view: View
    image_left: ImageSide
    levels: tuple[Level, ...]
    corners: FloatArray
    femoral_heads: FloatArray
    pedicles: FloatArray
    height: float
    in_mm: bool

    def of(self, level: Level) -> FloatArray:
        """Corners (s, 4, 2) of one level; KeyError-free use needs :func:`has` first."""
        return self.corners[:, self.levels.index(level)]

    def has(self, *levels: Level) -> bool:
        """True when every one of the levels is among the landmarks."""
        return all(level in self.levels for level in levels)


def once(compute: Callable[[Points], _Result]) -> Callable[[Points], _Result]:
    """``compute``, worked out once for the same drawings (the same object): what several quantities have in common.

    The last result is kept as long as the returned function is; nobody may change it.
    """
    kept: list[tuple[Points, _Result]] = []

    def shared(points: Points) -> _Result:
        last = kept[0] if kept else None
        if last is None or last[0] is not points:
            last = (points, compute(points))
            kept[:] = [last]
        return last[1]

    return shared


def column(compute: Callable[[Points], FloatArray], number: int) -> Callable[[Points], FloatArray]:
    """One column (s,) of what ``compute`` makes (s, n)."""
    return lambda points: compute(points)[:, number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measurable thing: how to compute it on (s, …) points → (s,) values, how to draw it, how it is defined.

    ``compute`` returns values in ``unit`` (MM only when the points are in mm). ``draw`` returns line segments in the
    film's own pixels for the nominal landmarks. ``levels`` names the vertebrae used on the nominal points.
    ``convex_to`` is that of :class:`spondyl.assessment.measurement.Measurement`.
    """

    kind: str
    label: str
    unit: Unit
    levels: tuple[Level, ...]
    compute: Callable[[Points], FloatArray]
    draw: Callable[[Landmarks], tuple[Segment, ...]]
    definition: str
    source: str
    convex_to: Convexity | None = None
