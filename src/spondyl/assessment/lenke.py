"""What one film can say towards the Lenke classification, which itself needs bending films."""

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.coronal import clear_curves, curves_of
from spondyl.assessment.end_vertebrae import MIN_CURVE_DEG, TL_L, Curve, complete_levels
from spondyl.assessment.grading import Band, grade_of, probabilities
from spondyl.assessment.measurement import Classification, Measurement, first_of_region
from spondyl.assessment.missing import NOTHING_MISSING, Missing, not_measured
from spondyl.assessment.quantity import FilmContext

SOURCE = (
    "Lenke et al. 2001, as described in the AO Surgery Reference (Lenke classification); original not read"
)
SAGITTAL = (Band(grade="-", upper=10), Band(grade="N", upper=40, closed=True), Band(grade="+"))
CURVES = {"cobb_pt": "proximal thoracic", "cobb_mt": "main thoracic", "cobb_tl_l": "thoracolumbar/lumbar"}
LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4)
UNKNOWN = "A or B"
PASSES = {
    "A": "between the pedicle centres",
    "B": "between a pedicle centre and the edge",
    "C": "beside the body",
    UNKNOWN: "through the body",
}
"""What the grades say of the centre sacral vertical line."""


def lenke(
    measurements: tuple[Measurement, ...],
    landmarks: Landmarks,
    context: FilmContext,
    missing: Missing = NOTHING_MISSING,
) -> tuple[Classification, ...]:
    """The whole (never from one film), the lumbar modifier and the sagittal modifier."""
    return (_whole(measurements), _lumbar(landmarks, context), _sagittal(measurements, missing))


def _whole(measurements: tuple[Measurement, ...]) -> Classification:
    named = ((CURVES.get(first_of_region(item.kind)), item) for item in measurements)
    curves = [f"{name} {abs(item.value):.0f}°" for name, item in named if name]
    seen = f" Curves on this film: {', '.join(curves)}." if curves else ""
    reason = (
        "cannot be classified because side-bending films are missing: they decide which curves are "
        "structural (25° or more when bending; a kyphosis of 20° or more from T2 to T5 or from T10 to L2, not measured "
        "here, makes a curve structural too)." + seen
    )
    return Classification(
        kind="lenke", label="Lenke type", grade=None, reason=reason, probabilities=(), source=SOURCE
    )


def _sagittal(measurements: tuple[Measurement, ...], missing: Missing) -> Classification:
    kyphosis = next((item for item in measurements if item.kind == "kyphosis_t5_t12"), None)
    grade = None if kyphosis is None else grade_of(kyphosis.value, SAGITTAL)
    absent = not_measured("T5-T12 kyphosis", "kyphosis_t5_t12", missing, "needs a lateral film")
    return Classification(
        kind="lenke_sagittal_modifier",
        label="Lenke sagittal modifier",
        grade=grade,
        reason=f"cannot be classified because {absent}"
        if kyphosis is None
        else "T5-T12 kyphosis below 10°: -; 10 to 40°: N; above 40°: +",
        probabilities=() if kyphosis is None else probabilities(kyphosis, SAGITTAL),
        source=SOURCE,
    )


def _lumbar(landmarks: Landmarks, context: FilmContext) -> Classification:
    sacrum = landmarks.corners_of(Level.S1)
    if not landmarks.view.is_coronal:
        return _refused("the centre sacral vertical line (CSVL) needs an AP film")
    if sacrum is None or not np.isfinite(sacrum[:2]).all():
        return _refused("S1 is not marked, so the centre sacral vertical line (CSVL) cannot be drawn")
    line_x = float(sacrum[:2, 0].mean())
    curves = (curve for curve in clear_curves(curves_of(landmarks, context)) if curve.region == TL_L)
    curve = max(curves, key=lambda one: one.angle_deg, default=None)
    if curve is None:
        return _without_curve(landmarks, line_x)
    return _at_apex(landmarks, line_x, curve)


def _at_apex(landmarks: Landmarks, line_x: float, curve: Curve) -> Classification:
    """At the apical vertebra of the thoracolumbar or lumbar curve; at both vertebrae beside an apical disc."""
    upper = curve.apex // 2
    levels = curve.levels[upper : upper + 1 + curve.apex % 2]
    grades = {level: _passes(landmarks, level, line_x) for level in levels}
    where = "; ".join(f"the CSVL passes {PASSES[grade]} of {level.value}" for level, grade in grades.items())
    if len(set(grades.values())) > 1:
        return _refused(f"the apex is the {curve.apex_name}: {where}")
    grade = grades[levels[0]]
    if grade == UNKNOWN:
        return _refused(f"pedicles of the apex {curve.apex_name} are not marked: A or B, but not C")
    return _lumbar_result(grade, f"{where}, the apex of the thoracolumbar or lumbar curve")


def _without_curve(landmarks: Landmarks, line_x: float) -> Classification:
    """No apex: A where the line stays between the pedicles of the whole lumbar spine, else not to be said."""
    marked = all(level in complete_levels(landmarks) for level in LUMBAR)
    if marked and all(_passes(landmarks, level, line_x) == "A" for level in LUMBAR):
        return _lumbar_result(
            "A",
            "no thoracolumbar or lumbar curve, and the CSVL passes between the pedicle centres of L1 to L4",
        )
    return _refused(
        f"there is no thoracolumbar or lumbar curve of {MIN_CURVE_DEG:g}° or more whose apex could be looked at, and "
        "the CSVL is not known to pass between the pedicles of all of L1 to L4"
    )


def _passes(landmarks: Landmarks, level: Level, line_x: float) -> str:
    """Which grade the place of the CSVL across one vertebra has."""
    corners = landmarks.corners_of(level)
    assert corners is not None
    left, right = _edges(corners)
    if not left <= line_x <= right:
        return "C"
    pedicles = _pedicles(landmarks, level)
    if not np.isfinite(pedicles).all():
        return UNKNOWN
    return "A" if min(pedicles) <= line_x <= max(pedicles) else "B"


def _refused(why: str) -> Classification:
    return _lumbar_result(None, f"cannot be classified because {why}")


def _lumbar_result(grade: str | None, reason: str) -> Classification:
    note = ". Read off the marked points without a probability; pedicle centres stand for the pedicles"
    return Classification(
        kind="lenke_lumbar_modifier",
        label="Lenke lumbar modifier",
        grade=grade,
        reason=reason if grade is None else reason + note,
        probabilities=(),
        source=SOURCE,
    )


def _edges(corners: FloatArray) -> tuple[float, float]:
    """Picture-left and picture-right edge of a body at mid-height."""
    return float(corners[[0, 2], 0].mean()), float(corners[[1, 3], 0].mean())


def _pedicles(landmarks: Landmarks, level: Level) -> tuple[float, float]:
    left, right = landmarks.pedicles_px[landmarks.levels.index(level)]
    return float(left[0]), float(right[0])
