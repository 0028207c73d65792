"""Landmarks in, everything that can honestly be said out."""

from dataclasses import replace

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.levels import in_runs
from spondyl.assessment.calibration import Calibration
from spondyl.assessment.classification import classify
from spondyl.assessment.coronal import coronal_quantities
from spondyl.assessment.coronal_levels import coronal_levels
from spondyl.assessment.findings import find
from spondyl.assessment.left_out import left_out, left_out_text
from spondyl.assessment.measurement import Assessment, Flag, Measurement, Unit, Unmeasured
from spondyl.assessment.propagate import draw_points, measure_all
from spondyl.assessment.quantity import FilmContext, Points, Quantity
from spondyl.assessment.sagittal import (
    FACING_DOUBTED,
    ratio_without_meaning,
    sagittal_quantities,
    with_believable_facing,
)
from spondyl.assessment.segmental import segmental_quantities
from spondyl.assessment.squeezed import squeezed_ratio

UNSURE_BELOW = 0.5
NAMES_DOUBTED_BELOW = 0.7
CONVENTIONS_APART_DEG = 5.0
CONVENTIONS = ("cobb_major", "cobb_aasce_1")
SIDED = (
    "cobb_major",
    "cobb_pt",
    "cobb_mt",
    "cobb_tl_l",
    "coronal_balance",
    "avt_",
    "t1_tilt",
    "pelvic_",
    "femoral_",
)
"""Kinds whose meaning for the patient needs left and right; tilts and wedges are stated in picture terms only."""


def assess(
    landmarks: Landmarks, context: FilmContext, *, calibration: Calibration | None = None
) -> Assessment:
    """Measure, classify and judge one film.

    Every quantity that the view and the landmarks allow is computed on the same 300 drawings of the points. Without a
    calibration the intervals are those of the drawings and are flagged so.
    """
    landmarks, points, values = _values(landmarks, context, calibration)
    return replace(
        values,
        classifications=(
            *coronal_levels(landmarks, context, points),
            *classify(values.measurements, landmarks, context, values.unmeasured),
        ),
        findings=find(values.measurements, landmarks, context),
    )


def assess_values(
    landmarks: Landmarks, context: FilmContext, *, calibration: Calibration | None = None
) -> Assessment:
    """The measurements and red lines of :func:`assess` without classifications and findings: quick enough to follow
    a landmark that is being dragged."""
    return _values(landmarks, context, calibration)[2]


def _values(
    given: Landmarks, context: FilmContext, calibration: Calibration | None
) -> tuple[Landmarks, Points, Assessment]:
    """The landmarks as they are believed, their drawings, and what is measured on these."""
    landmarks = with_believable_facing(given)
    points = draw_points(landmarks, context)
    wanted = (
        *coronal_quantities(landmarks, context),
        *sagittal_quantities(landmarks, context),
        *segmental_quantities(landmarks, context),
    )
    quantities = tuple(item for item in wanted if isinstance(item, Quantity))
    results = measure_all(quantities, landmarks, context, calibration=calibration, points=points)
    named = tuple(item for item in results if isinstance(item, Measurement))
    meaningless = ratio_without_meaning(named)
    measured = tuple(item for item in named if item.kind not in {one.kind for one in meaningless})
    unmeasured = (*(item for item in (*wanted, *results) if isinstance(item, Unmeasured)), *meaningless)
    flagged = _flagged(measured, landmarks, context)
    red_lines = (
        *_red_lines(flagged, unmeasured, landmarks),
        *((FACING_DOUBTED,) if landmarks is not given else ()),
        *_shape_line(landmarks, context),
        *_gap_lines(landmarks, context),
    )
    values = Assessment(
        measurements=flagged, unmeasured=unmeasured, classifications=(), findings=(), red_lines=red_lines
    )
    return landmarks, points, values


def unsure_levels(landmarks: Landmarks) -> tuple[Level, ...]:
    """Vertebrae that are more likely wrong, or wrongly named, than right; one of unknown confidence is unsure too.

    Once a person has said the names, their doubt is out of the confidences and that of the place is left.
    """
    sure: list[bool] = np.greater_equal(landmarks.confidence, UNSURE_BELOW).tolist()
    return tuple(level for level, is_sure in zip(landmarks.levels, sure, strict=True) if not is_sure)


def names_right_p(landmarks: Landmarks) -> float:
    """Probability that the levels bear their right names; when they do not, all are one off.

    What is known of the names as a whole (``landmarks.names``) goes first: a person who counted, or what the detector
    said before somebody moved some of its vertebrae. Else it is the median of the confidences, each of which asks for
    the right name too. On 230 films that the networks had not seen, in six groups, it said 0.54, 0.74, 0.77, 0.79, 0.80
    and 0.82, and the names were right on 56, 56, 84, 74, 84 and 89 % (training/RESULTS.md).
    """
    if landmarks.names is not None:
        return landmarks.names.right_p
    return float(np.median(landmarks.confidence)) if landmarks.levels else 1.0


def _flagged(
    measured: tuple[Measurement, ...], landmarks: Landmarks, context: FilmContext
) -> tuple[Measurement, ...]:
    unsure = set(unsure_levels(landmarks))
    disagree = _conventions_apart_deg(measured) > CONVENTIONS_APART_DEG
    sideless = landmarks.view.is_coronal and not landmarks.image_left.is_lateral_half
    scaled, at_patient = context.spacing_mm is not None, context.spacing_at_patient

    def flagged(item: Measurement) -> Measurement:
        rules = (
            (Flag.LOW_CONFIDENCE, bool(unsure.intersection(item.levels))),
            (Flag.CONVENTIONS_DISAGREE, disagree and item.kind in CONVENTIONS),
            (Flag.SPACING_UNCORRECTED, scaled and at_patient is False and item.unit is Unit.MM),
            (Flag.CORRECTION_UNKNOWN, scaled and at_patient is None and item.unit is Unit.MM),
            (Flag.SIDE_UNKNOWN, sideless and item.kind.startswith(SIDED)),
        )
        more = tuple(flag for flag, applies in rules if applies)
        return replace(item, flags=(*item.flags, *more)) if more else item

    return tuple(flagged(item) for item in measured)


def _conventions_apart_deg(measured: tuple[Measurement, ...]) -> float:
    """How far the two Cobb conventions lie apart on this film; 0 where only one of them was measured."""
    values = [item.value for item in measured if item.kind in CONVENTIONS]
    return abs(values[0] - values[1]) if len(values) == 2 else 0.0


def _shape_line(landmarks: Landmarks, context: FilmContext) -> tuple[str, ...]:
    """Without a spacing nothing else tells that a picture was stored squeezed."""
    ratio = squeezed_ratio(landmarks) if context.spacing_mm is None else None
    if ratio is None:
        return ()
    usual = (
        "wide as tall (usual 1.4 to 2.4)" if landmarks.view.is_coronal else "deep as tall (usual 1.0 to 1.4)"
    )
    return (
        f"The vertebrae are {ratio:.1f} times as {usual}: the picture may be stored squeezed, "
        "and then every angle on it is wrong. Check how it was exported.",
    )


def _gap_lines(landmarks: Landmarks, context: FilmContext) -> tuple[str, ...]:
    """A sixth lumbar vertebra, or one that was passed over, makes a disc that is none and may shift every name."""
    return tuple(
        f"{text[0].upper()}{text[1:]}: no disc and no slip is measured there, and names beside it may be wrong."
        for text in map(left_out_text, left_out(landmarks, context))
    )


def _red_lines(
    measured: tuple[Measurement, ...], unmeasured: tuple[Unmeasured, ...], landmarks: Landmarks
) -> tuple[str, ...]:
    """What a reader must see before using any value, one sentence each."""
    unsure = in_runs(unsure_levels(landmarks))
    apart_deg = _conventions_apart_deg(measured)
    named_p = names_right_p(landmarks)
    flags = {flag for item in measured for flag in item.flags}
    major = next((item for item in unmeasured if item.kind == "cobb_major"), None)
    lines = (
        (major is not None, f"The largest Cobb angle cannot be measured: {major.reason if major else ''}."),
        (not measured, "Nothing could be measured on this film with these landmarks."),
        (
            bool(unsure),
            f"Unsure vertebrae (confidence below {UNSURE_BELOW:g}): {unsure}. Check their corners.",
        ),
        (
            named_p < NAMES_DOUBTED_BELOW,
            f"All level names may be one off: right with a probability of {named_p:.2f}. Count the levels on the film "
            "before you name one.",
        ),
        (
            Flag.CONVENTIONS_DISAGREE in flags,
            f"The clinical and the AASCE convention differ by {apart_deg:.1f}° on the largest curve. Check the end "
            "vertebrae.",
        ),
        (
            Flag.SPACING_UNCORRECTED in flags,
            "Millimetres are those at the detector, not corrected for magnification: too large for the patient.",
        ),
        (
            Flag.CORRECTION_UNKNOWN in flags,
            "The film does not say whether its millimetres are corrected for magnification: if not, they are too large "
            "for the patient.",
        ),
        (
            Flag.SIDE_UNKNOWN in flags,
            "Which side of the picture is the patient's left is unknown: left and right are those of the picture.",
        ),
    )
    return tuple(line for applies, line in lines if applies)
