"""Balance of a coronal film: lines from C7 and S1, apical translation, T1 tilt, pelvis, pedicles.

Distances and angles are signed in picture terms, positive towards the right of the picture or when the right end
is lower. The film's vertical is taken as gravity's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.end_vertebrae import REGION_NAMES, TL_L, Curve, complete_levels, tilt_deg
from spondyl.assessment.measurement import Unit, Unmeasured
from spondyl.assessment.quantity import FilmContext, Points, Quantity, Segment, column, once

NO_SPACING = "no pixel spacing: millimetres are refused"
RECALLED = "Definition in common use, unverified against a printed source"
FILM_TILT = "The film's vertical is taken as gravity's."

Compute = Callable[[Points], FloatArray]
Draw = Callable[[Landmarks], tuple[Segment, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Kind, label, unit and words of a value that may or may not be measurable."""

    kind: str
    label: str
    unit: Unit
    definition: str
    source: str = RECALLED


def balance_quantities(
    landmarks: Landmarks, context: FilmContext, curves: tuple[Curve, ...]
) -> Iterator[Quantity | Unmeasured]:
    """Every value of balance, or why there is none; ``curves`` are those of the nominal landmarks."""
    yield _coronal_balance(landmarks, context)
    yield from _translations(landmarks, context, curves)
    yield _t1_tilt(landmarks)
    yield from _pelvis(landmarks, context)
    yield from _pedicle_shifts(landmarks)


def has_corners(landmarks: Landmarks, level: Level, corners: slice = slice(0, 4)) -> bool:
    """True when those corners of a level are given."""
    given = landmarks.corners_of(level)
    return given is not None and bool(np.isfinite(given[corners]).all())


def centre(points: Points, level: Level) -> FloatArray:
    """Mean (s, 2) of the four corners."""
    return points.of(level).mean(axis=1)


def sacral_x(points: Points) -> FloatArray:
    """Place (s,) of the centre sacral vertical line: the middle of the S1 superior endplate."""
    return points.of(Level.S1)[:, :2, 0].mean(axis=1)


def _plumb_segment(x: float, top_y: float, bottom_y: float) -> Segment:
    return (x, top_y), (x, bottom_y)


def _coronal_balance(landmarks: Landmarks, context: FilmContext) -> Quantity | Unmeasured:
    named = _Named(
        kind="coronal_balance",
        label="Coronal balance, C7 plumb line to CSVL",
        unit=Unit.MM,
        definition="Horizontal distance from the vertical through the middle of the S1 endplate (CSVL) to the centre "
        f"of C7, positive when C7 lies to the right in the picture. {FILM_TILT}",
    )
    lacking = _lacking(landmarks, {Level.C7: slice(0, 4), Level.S1: slice(0, 2)})
    return _measured_or_not(
        named,
        _why_not(lacking, context, named.unit),
        (Level.C7, Level.S1),
        lambda points: centre(points, Level.C7)[:, 0] - sacral_x(points),
        _draw_balance,
    )


def _draw_balance(given: Landmarks) -> tuple[Segment, ...]:
    (x7, y7), (x1, y1) = _mean_px(given, Level.C7, slice(0, 4)), _mean_px(given, Level.S1, slice(0, 2))
    return _plumb_segment(x7, y7, y1), _plumb_segment(x1, y7, y1), ((x1, y1), (x7, y1))


def _mean_px(given: Landmarks, level: Level, corners: slice) -> tuple[float, float]:
    x, y = given.corners_px[given.levels.index(level), corners].mean(axis=0).tolist()
    return x, y


def _translations(
    landmarks: Landmarks, context: FilmContext, curves: tuple[Curve, ...]
) -> Iterator[Quantity | Unmeasured]:
    for region, name in REGION_NAMES.items():
        own = max((c for c in curves if c.region == region), key=lambda c: c.angle_deg, default=None)
        if own is not None:
            yield _translation(landmarks, context, own, f"{name} apical translation, apex {own.apex_name}")


def _translation(
    landmarks: Landmarks, context: FilmContext, curve: Curve, label: str
) -> Quantity | Unmeasured:
    lumbar = curve.region == TL_L
    line = Level.S1 if lumbar else Level.C7
    plates = slice(0, 2) if lumbar else slice(0, 4)
    named = _Named(
        kind=f"avt_{curve.region}",
        label=label,
        unit=Unit.MM,
        definition=f"Horizontal distance of the apex ({curve.apex_name}) from "
        + ("the centre sacral vertical line" if lumbar else "the plumb line of the C7 centre")
        + f", positive to the right of the picture. {FILM_TILT}",
    )
    apex = curve.levels[curve.apex // 2 : (curve.apex + 1) // 2 + 1]

    def compute(points: Points) -> FloatArray:
        reference = sacral_x(points) if lumbar else centre(points, Level.C7)[:, 0]
        return _apex_centre(points.corners, points.levels, apex)[:, 0] - reference

    def draw(given: Landmarks) -> tuple[Segment, ...]:
        x, y = _apex_centre(given.corners_px[None], given.levels, apex)[0].tolist()
        line_x, line_y = _mean_px(given, line, plates)
        return _plumb_segment(line_x, line_y, y), ((line_x, y), (x, y))

    reason = _why_not(_lacking(landmarks, {line: plates}), context, named.unit)
    return _measured_or_not(named, reason, tuple(sorted({*apex, line})), compute, draw)


def _apex_centre(corners: FloatArray, levels: tuple[Level, ...], apex: tuple[Level, ...]) -> FloatArray:
    """Centre (s, 2) of a vertebra, or of the disc between two."""
    rows = [levels.index(level) for level in apex]
    if len(rows) == 1:
        return corners[:, rows[0]].mean(axis=1)
    return (corners[:, rows[0], 2:].sum(axis=1) + corners[:, rows[1], :2].sum(axis=1)) / 4.0


def _t1_tilt(landmarks: Landmarks) -> Quantity | Unmeasured:
    named = _Named(
        kind="t1_tilt",
        label="T1 tilt",
        unit=Unit.DEG,
        definition="Angle of the T1 superior endplate to the film's horizontal, positive when its picture-right end "
        "is lower.",
    )

    def draw(given: Landmarks) -> tuple[Segment, ...]:
        (ax, ay), (bx, by) = given.corners_px[given.levels.index(Level.T1), :2].tolist()
        return (((ax, ay), (bx, by)),)

    return _measured_or_not(
        named,
        _lacking(landmarks, {Level.T1: slice(0, 2)}),
        (Level.T1,),
        lambda points: tilt_deg(points.of(Level.T1)[:, 0], points.of(Level.T1)[:, 1]),
        draw,
    )


def _pelvis(landmarks: Landmarks, context: FilmContext) -> Iterator[Quantity | Unmeasured]:
    heads = landmarks.femoral_heads_px
    both = len(heads) == 2 and bool(np.isfinite(heads[:, :2]).all())
    lacking = None if both else "landmarks are missing: both femoral heads"
    obliquity = _Named(
        kind="pelvic_obliquity",
        label="Pelvic obliquity, femoral heads",
        unit=Unit.DEG,
        definition="Angle of the line joining the femoral-head centres to the film's horizontal, positive when the "
        "picture-right head is lower.",
    )
    length = _Named(
        kind="femoral_head_height_difference",
        label="Femoral-head height difference",
        unit=Unit.MM,
        definition="How much lower the picture-right femoral-head centre stands than the left one. It stands for a "
        "difference in leg length only when the patient stood straight on both legs.",
    )
    yield _measured_or_not(obliquity, lacking, (), lambda p: tilt_deg(*_left_and_right(p)), _draw_heads)
    yield _measured_or_not(
        length, _why_not(lacking, context, length.unit), (), _height_difference, _draw_heads
    )


def _left_and_right(points: Points) -> tuple[FloatArray, FloatArray]:
    """Femoral-head centres (s, 2), picture-left then picture-right."""
    heads = points.femoral_heads[..., :2]
    first_is_left = (heads[:, 0, 0] <= heads[:, 1, 0])[:, None]
    return np.where(first_is_left, heads[:, 0], heads[:, 1]), np.where(
        first_is_left, heads[:, 1], heads[:, 0]
    )


def _height_difference(points: Points) -> FloatArray:
    left, right = _left_and_right(points)
    return right[:, 1] - left[:, 1]


def _draw_heads(given: Landmarks) -> tuple[Segment, ...]:
    (ax, ay), (bx, by) = given.femoral_heads_px[:, :2].tolist()
    return (((ax, ay), (bx, by)),)


def pedicles_given(landmarks: Landmarks) -> tuple[Level, ...]:
    """The levels whose body and both pedicles are marked."""
    known = dict(zip(landmarks.levels, landmarks.pedicles_px, strict=True))
    return tuple(level for level in complete_levels(landmarks) if np.isfinite(known[level]).all())


def pedicle_places(corners: FloatArray, pedicles: FloatArray) -> FloatArray:
    """Place (…, 2) of both pedicles across the body: −1 its left edge, 0 its middle, 1 its right edge.

    ``corners`` (…, 4, 2) and ``pedicles`` (…, 2, 2), picture-left then picture-right.
    """
    left, right = corners[..., 0::2, :].mean(axis=-2), corners[..., 1::2, :].mean(axis=-2)
    half = (right - left) / 2.0
    from_middle = pedicles - ((left + right) / 2.0)[..., None, :]
    return (from_middle * half[..., None, :]).sum(axis=-1) / (half * half).sum(axis=-1)[..., None]


def _pedicle_shifts(landmarks: Landmarks) -> Iterator[Quantity]:
    levels = pedicles_given(landmarks)
    shifts = once(lambda points: _shifts(points, levels))
    for number, level in enumerate(levels):
        yield Quantity(
            kind=f"pedicle_shift_{level.value}",
            label=f"Pedicle shift of {level.value}",
            unit=Unit.RATIO,
            levels=(level,),
            compute=column(shifts, number),
            draw=_draw_pedicles(level),
            definition="Mean place of both pedicles across the vertebral body in half widths: 0 is symmetric, "
            "positive to the right of the picture. A sign of rotation, never converted to degrees.",
            source="Plain geometry of the marked points, after the idea of Nash and Moe 1969 (unverified)",
        )


def _shifts(points: Points, levels: tuple[Level, ...]) -> FloatArray:
    """Shifts (s, n) of those levels, in half widths."""
    rows = [points.levels.index(level) for level in levels]
    return pedicle_places(points.corners[:, rows], points.pedicles[:, rows]).mean(axis=-1)


def _draw_pedicles(level: Level) -> Draw:
    def draw(given: Landmarks) -> tuple[Segment, ...]:
        (ax, ay), (bx, by) = given.pedicles_px[given.levels.index(level)].tolist()
        return (((ax, ay), (bx, by)),)

    return draw


def _lacking(landmarks: Landmarks, needs: dict[Level, slice]) -> str | None:
    missing = [level.value for level, corners in needs.items() if not has_corners(landmarks, level, corners)]
    return f"landmarks are missing: {', '.join(missing)}" if missing else None


def _why_not(lacking: str | None, context: FilmContext, unit: Unit) -> str | None:
    if lacking is None and unit is Unit.MM and context.spacing_mm is None:
        return NO_SPACING
    return lacking


def _measured_or_not(
    named: _Named, reason: str | None, levels: tuple[Level, ...], compute: Compute, draw: Draw
) -> Quantity | Unmeasured:
    if reason is not None:
        return Unmeasured(kind=named.kind, label=named.label, reason=reason)
    return Quantity(
        kind=named.kind,
        label=named.label,
        unit=named.unit,
        levels=levels,
        compute=compute,
        draw=draw,
        definition=named.definition,
        source=named.source,
    )
