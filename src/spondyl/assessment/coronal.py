"""Angles of a coronal film: Cobb angles in both conventions, vertebral tilts, disc wedges.

Signed values are in picture terms: positive when the picture-right end is lower, or the disc higher on the right.
A clinical Cobb angle is the largest of many noisy angles, so it is biased upwards, most where the spine is nearly
straight; its interval, which searches the end vertebrae anew on every drawing, shows the spread of that search but
not the bias (a calibration may: :mod:`spondyl.assessment.calibration`).
"""

from collections.abc import Callable, Iterator

import numpy as np

from spondyl.anatomy import AP_LEVELS, Convexity, ImageSide, Landmarks, Level, View
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.aasce import aasce_angles_deg, read_aasce
from spondyl.assessment.coronal_balance import balance_quantities
from spondyl.assessment.end_vertebrae import (
    MIN_CURVE_DEG,
    REGION_NAMES,
    Curve,
    Spine,
    cobb_between_deg,
    complete_levels,
    find_curves,
    largest_cobb_deg,
    tilt_deg,
    wrapped_deg,
)
from spondyl.assessment.left_out import left_out
from spondyl.assessment.measurement import Unit, Unmeasured
from spondyl.assessment.quantity import FilmContext, Points, Quantity, Segment, column, once

COBB_SOURCE = "MSD Manual, figure 'The Cobb angle' (definition); regions: Lenke et al. 2001, apex levels"
AASCE_SOURCE = "Evaluator of the AASCE 2019 challenge, reproduced on all its 462 public films to 0.1°"
OWN_SOURCE = "Plain geometry of the marked corners; no published norm is attached"
AASCE_NAMES = ("largest angle", "second angle", "third angle")

Compute = Callable[[Points], FloatArray]


def coronal_quantities(landmarks: Landmarks, context: FilmContext) -> tuple[Quantity | Unmeasured, ...]:
    """Every coronal value the landmarks of an AP or PA film allow, and the reason for each that they do not.

    A lateral film gives none of them and no reasons: they are not expected of it.
    """
    if landmarks.view is View.LATERAL:
        return ()
    if not landmarks.view.is_coronal:
        reason = "the view is unknown: this value needs an AP or PA film"
        return (Unmeasured(kind="cobb_major", label="Largest Cobb angle", reason=reason),)
    curves = curves_of(landmarks, context)
    return (
        *_cobb(landmarks, curves),
        *_aasce(landmarks, context),
        *balance_quantities(landmarks, context, clear_curves(curves)),
        *_tilts(landmarks),
        *_disc_wedges(landmarks, context),
    )


def spine_levels(landmarks: Landmarks) -> tuple[Level, ...]:
    """The completely marked vertebrae from T1 to L5."""
    return tuple(level for level in complete_levels(landmarks) if level in AP_LEVELS)


def spine_of(points: Points, levels: tuple[Level, ...]) -> Spine:
    """Those vertebrae of s drawings."""
    return Spine(levels=levels, corners=points.corners[:, [points.levels.index(level) for level in levels]])


def nominal_spine(landmarks: Landmarks, context: FilmContext) -> Spine:
    """The completely marked vertebrae from T1 to L5, one drawing, in the units of the drawn points: pixels that are not
    square would bend every angle."""
    levels = spine_levels(landmarks)
    rows = [landmarks.levels.index(level) for level in levels]
    return Spine(levels=levels, corners=landmarks.corners_px[None, rows] * context.scale_xy)


def curves_of(landmarks: Landmarks, context: FilmContext) -> tuple[Curve, ...]:
    """The curves of the nominal landmarks, head to foot."""
    return find_curves(nominal_spine(landmarks, context))


def clear_curves(curves: tuple[Curve, ...]) -> tuple[Curve, ...]:
    """Those large enough to have a side and an apex; the largest curve of a straight spine is not."""
    return tuple(curve for curve in curves if curve.angle_deg >= MIN_CURVE_DEG)


def convex_side(curve: Curve, image_left: ImageSide) -> Convexity | None:
    """To which side of the patient a curve bulges; None where it is too small or the film does not say its side."""
    if not clear_curves((curve,)) or not image_left.is_lateral_half:
        return None
    left = (curve.picture_side == "left") == (image_left is ImageSide.PATIENT_LEFT)
    return Convexity.LEFT if left else Convexity.RIGHT


def side_text(curve: Curve, image_left: ImageSide) -> str:
    """To which side a clear curve is convex: the patient's where the film says it, else the picture's only."""
    side = convex_side(curve, image_left)
    if side is None:
        return f"convex to the picture's {curve.picture_side}, patient's side unknown"
    return f"convex to the patient's {side.value}"


def _cobb(landmarks: Landmarks, curves: tuple[Curve, ...]) -> Iterator[Quantity | Unmeasured]:
    if not curves:
        reason = "fewer than three vertebrae from T1 to L5 are completely marked"
        for kind, label in {"major": "Largest", **REGION_NAMES}.items():
            yield Unmeasured(kind=f"cobb_{kind}", label=f"{label} Cobb angle", reason=reason)
        return
    levels = curves[0].levels
    spine = once(lambda points: spine_of(points, levels))
    yield _major(landmarks, max(curves, key=lambda curve: curve.angle_deg), spine)
    for region, name in REGION_NAMES.items():
        own = sorted((c for c in clear_curves(curves) if c.region == region), key=lambda c: -c.angle_deg)
        if not own:
            reason = f"no curve of {MIN_CURVE_DEG:g}° or more has its apex in this region"
            yield Unmeasured(kind=f"cobb_{region}", label=f"{name} Cobb angle", reason=reason)
        for number, curve in enumerate(own, start=1):
            kind = f"cobb_{region}" if number == 1 else f"cobb_{region}_{number}"
            yield _regional(landmarks, curve, kind, spine)


def _major(landmarks: Landmarks, curve: Curve, spine: Callable[[Points], Spine]) -> Quantity:
    return Quantity(
        kind="cobb_major",
        label=f"Largest Cobb angle, {_described(curve, landmarks.image_left)}",
        unit=Unit.DEG,
        levels=curve.spanned,
        compute=lambda points: largest_cobb_deg(spine(points)),
        draw=_endplates(curve.spanned[0], curve.spanned[-1]),
        definition="Largest angle between the superior endplate of one vertebra and the inferior endplate of one "
        "at least two below it, T1 to L5: the end vertebrae are the most tilted. Being a largest value it tends to "
        "be too high on nearly straight spines; its interval includes the choice of the end vertebrae.",
        source=COBB_SOURCE,
        convex_to=convex_side(curve, landmarks.image_left),
    )


def _regional(landmarks: Landmarks, curve: Curve, kind: str, spine: Callable[[Points], Spine]) -> Quantity:
    return Quantity(
        kind=kind,
        label=f"{REGION_NAMES[curve.region]} Cobb angle, {_described(curve, landmarks.image_left)}",
        unit=Unit.DEG,
        levels=curve.spanned,
        compute=lambda points: cobb_between_deg(spine(points), curve),
        draw=_endplates(curve.spanned[0], curve.spanned[-1]),
        definition=f"Angle between the superior endplate of {curve.spanned[0].value} and the inferior endplate of "
        f"{curve.spanned[-1].value}, the most tilted vertebrae of the curve with its apex at {curve.apex_name}. Its "
        "interval holds for these end vertebrae.",
        source=COBB_SOURCE,
        convex_to=convex_side(curve, landmarks.image_left),
    )


def _described(curve: Curve, image_left: ImageSide) -> str:
    ends = f"{curve.spanned[0].value} to {curve.spanned[-1].value}"
    if curve.angle_deg < MIN_CURVE_DEG:
        return ends
    return f"{ends}, apex {curve.apex_name}, {side_text(curve, image_left)}"


def _endplates(upper: Level, lower: Level) -> Callable[[Landmarks], tuple[Segment, ...]]:
    return lambda given: (_plate(given, upper, 0), _plate(given, lower, 2))


def _plate(given: Landmarks, level: Level, first: int) -> Segment:
    (ax, ay), (bx, by) = given.corners_px[given.levels.index(level), first : first + 2].tolist()
    return (ax, ay), (bx, by)


def _aasce(landmarks: Landmarks, context: FilmContext) -> Iterator[Quantity | Unmeasured]:
    angles = once(lambda points: aasce_angles_deg(spine_of(points, AP_LEVELS).corners, points.height))
    for rank, name in enumerate(AASCE_NAMES):
        kind, label = f"cobb_aasce_{rank + 1}", f"AASCE convention, {name}"
        if spine_levels(landmarks) != AP_LEVELS:
            yield Unmeasured(kind=kind, label=label, reason="it needs all 17 vertebrae T1 to L5")
        else:
            yield _aasce_quantity(rank, kind, label, context, angles)


def _aasce_quantity(rank: int, kind: str, label: str, context: FilmContext, angles: Compute) -> Quantity:
    return Quantity(
        kind=kind,
        label=label,
        unit=Unit.DEG,
        levels=AP_LEVELS,
        compute=column(angles, rank),
        draw=_first_span(context) if rank == 0 else _nothing,
        definition="Benchmark convention, not anatomical: angles between mid-vertebral lines; the first is the "
        "largest between any two vertebrae, the others lie above and below it and depend on where the film was "
        "cropped. Not the clinical Cobb angle.",
        source=AASCE_SOURCE,
    )


def _nothing(_given: Landmarks) -> tuple[Segment, ...]:
    return ()


def _first_span(context: FilmContext) -> Callable[[Landmarks], tuple[Segment, ...]]:
    """The two vertebrae of the first angle, which does not depend on the film's height."""

    def draw(given: Landmarks) -> tuple[Segment, ...]:
        spine = nominal_spine(given, context)
        span = [spine.levels[int(number)] for number in read_aasce(spine.corners, 1.0).spans[0, 0]]
        return tuple(_middle(given.corners_px[given.levels.index(level)]) for level in span)

    return draw


def _middle(corners: FloatArray) -> Segment:
    left, right = corners[0::2].mean(axis=0), corners[1::2].mean(axis=0)
    return (float(left[0]), float(left[1])), (float(right[0]), float(right[1]))


def _tilts(landmarks: Landmarks) -> Iterator[Quantity]:
    levels = complete_levels(landmarks)
    tilts = once(lambda points: _body_tilts(spine_of(points, levels).corners))
    for row, level in enumerate(levels):
        yield Quantity(
            kind=f"tilt_{level.value}",
            label=f"Tilt of {level.value}",
            unit=Unit.DEG,
            levels=(level,),
            compute=column(tilts, row),
            draw=_body_line(level),
            definition="Angle of the mid-vertebral line to the film's horizontal, positive when its picture-right "
            "end is lower.",
            source=OWN_SOURCE,
        )


def _body_tilts(corners: FloatArray) -> FloatArray:
    """Tilts (s, n) of mid-vertebral lines; ``corners`` (s, n, 4, 2)."""
    return tilt_deg(corners[..., 0, :] + corners[..., 2, :], corners[..., 1, :] + corners[..., 3, :])


def _body_line(level: Level) -> Callable[[Landmarks], tuple[Segment, ...]]:
    return lambda given: (_middle(given.corners_px[given.levels.index(level)]),)


def _disc_wedges(landmarks: Landmarks, context: FilmContext) -> Iterator[Quantity]:
    wide = left_out(landmarks, context)
    discs = tuple(pair for pair in _discs(landmarks) if pair not in wide)
    wedges = once(lambda points: _wedges(points, discs))
    for row, (upper, lower) in enumerate(discs):
        yield Quantity(
            kind=f"disc_wedge_{upper.value}_{lower.value}",
            label=f"Coronal wedge of the disc {upper.value}-{lower.value}",
            unit=Unit.DEG,
            levels=(upper, lower),
            compute=column(wedges, row),
            draw=_disc_lines(upper, lower),
            definition="Angle between the inferior endplate of the vertebra above and the superior endplate of the one "
            "below, positive when the disc is higher on the picture's right.",
            source=OWN_SOURCE,
        )


def _discs(landmarks: Landmarks) -> tuple[tuple[Level, Level], ...]:
    """Neighbouring levels whose endplates at their disc are both marked."""
    corners = landmarks.corners_px
    facing = np.isfinite(np.concatenate([corners[:-1, 2:], corners[1:, :2]], axis=1))
    whole: list[bool] = np.asarray(facing.all(axis=(1, 2))).tolist()
    pairs = zip(landmarks.levels, landmarks.levels[1:], whole, strict=False)
    return tuple((upper, lower) for upper, lower, is_it in pairs if is_it and lower.index == upper.index + 1)


def _wedges(points: Points, discs: tuple[tuple[Level, Level], ...]) -> FloatArray:
    """Wedges (s, discs) in degrees."""
    above = spine_of(points, tuple(upper for upper, _ in discs))
    below = spine_of(points, tuple(lower for _, lower in discs))
    return wrapped_deg(below.superior_deg() - above.inferior_deg())


def _disc_lines(upper: Level, lower: Level) -> Callable[[Landmarks], tuple[Segment, ...]]:
    return lambda given: (_plate(given, upper, 2), _plate(given, lower, 0))
