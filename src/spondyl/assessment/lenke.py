"""What one film can say towards the Lenke classification, which itself needs bending films."""

from typing import NamedTuple

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.grading import Band, grade_of, probabilities
from spondyl.assessment.measurement import Classification, Measurement

SOURCE = (
    "Lenke et al. 2001, as described in the AO Surgery Reference (Lenke classification); original not read"
)
SAGITTAL = (Band(grade="-", upper=10), Band(grade="N", upper=40, closed=True), Band(grade="+"))
CURVES = {"cobb_pt": "proximal thoracic", "cobb_mt": "main thoracic", "cobb_tl_l": "thoracolumbar/lumbar"}
LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4)


def lenke(measurements: tuple[Measurement, ...], landmarks: Landmarks) -> tuple[Classification, ...]:
    """The whole (never from one film), the lumbar modifier and the sagittal modifier."""
    return (_whole(measurements), _lumbar(landmarks), _sagittal(measurements))


def _whole(measurements: tuple[Measurement, ...]) -> Classification:
    curves = [f"{CURVES[item.kind]} {abs(item.value):.0f}°" for item in measurements if item.kind in CURVES]
    seen = f" Curves on this film: {', '.join(curves)}." if curves else ""
    reason = (
        "cannot be classified because side-bending films are missing: they decide which curves are "
        "structural (25° or more when bending)." + seen
    )
    return Classification(
        kind="lenke", label="Lenke type", grade=None, reason=reason, probabilities=(), source=SOURCE
    )


def _sagittal(measurements: tuple[Measurement, ...]) -> Classification:
    kyphosis = next((item for item in measurements if item.kind == "kyphosis_t5_t12"), None)
    grade = None if kyphosis is None else grade_of(kyphosis.value, SAGITTAL)
    missing = "cannot be classified because T5-T12 kyphosis is not measured (needs a lateral film)"
    return Classification(
        kind="lenke_sagittal_modifier",
        label="Lenke sagittal modifier",
        grade=grade,
        reason=missing if kyphosis is None else "T5-T12 kyphosis below 10°: -; 10 to 40°: N; above 40°: +",
        probabilities=() if kyphosis is None else probabilities(kyphosis, SAGITTAL),
        source=SOURCE,
    )


class _Apex(NamedTuple):
    """The lumbar vertebra farthest from the CSVL, and that line's place across it."""

    level: Level
    line_x: float
    body_x: tuple[float, float]
    pedicles_x: tuple[float, float]


def _lumbar(landmarks: Landmarks) -> Classification:
    apex = _apex(landmarks)
    if isinstance(apex, str):
        return _lumbar_result(None, f"cannot be classified because {apex}")
    if not apex.body_x[0] <= apex.line_x <= apex.body_x[1]:
        return _lumbar_result("C", f"the CSVL passes beside the body of {apex.level.value}")
    if not np.isfinite(apex.pedicles_x).all():
        return _lumbar_result(None, "cannot be classified because pedicles are not marked: A or B, but not C")
    between = min(apex.pedicles_x) <= apex.line_x <= max(apex.pedicles_x)
    where = "between the pedicle centres" if between else "between a pedicle centre and the edge"
    return _lumbar_result("A" if between else "B", f"the CSVL passes {where} of {apex.level.value}")


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


def _apex(landmarks: Landmarks) -> _Apex | str:
    """The apex, or why there is none."""
    sacrum = landmarks.corners_of(Level.S1)
    if not landmarks.view.is_coronal:
        return "the centre sacral vertical line (CSVL) needs an AP film"
    if sacrum is None or not np.isfinite(sacrum[:2]).all():
        return "S1 is not marked, so the centre sacral vertical line (CSVL) cannot be drawn"
    bodies = {level: landmarks.corners_of(level) for level in LUMBAR}
    given = {level: body for level, body in bodies.items() if body is not None and np.isfinite(body).all()}
    if len(given) < len(LUMBAR):
        return "L1 to L4 are not all marked, so the lumbar apex is unknown"
    line_x = float(sacrum[:2, 0].mean())
    level = max(given, key=lambda name: abs(float(given[name][:, 0].mean()) - line_x))
    return _Apex(level, line_x, _edges(given[level]), _pedicles(landmarks, level))


def _edges(corners: FloatArray) -> tuple[float, float]:
    """Picture-left and picture-right edge of a body at mid-height."""
    return float(corners[[0, 2], 0].mean()), float(corners[[1, 3], 0].mean())


def _pedicles(landmarks: Landmarks, level: Level) -> tuple[float, float]:
    left, right = landmarks.pedicles_px[landmarks.levels.index(level)]
    return float(left[0]), float(right[0])
