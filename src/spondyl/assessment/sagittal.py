"""Sagittal alignment of a lateral film: pelvis, lordosis, kyphosis, balance, neck.

Angles are positive as clinicians name them: lordosis positive, kyphosis positive, slopes positive when the
anterior end is lower, balance positive when the upper point lies in front.
"""

from dataclasses import dataclass, replace

import numpy as np

from spondyl.anatomy import ImageSide, Landmarks, Level, View
from spondyl.anatomy.levels import in_runs
from spondyl.assessment.lateral import FACING, Plate, drawn, lateral, missing_corners
from spondyl.assessment.measurement import Measurement, Unit, Unmeasured
from spondyl.assessment.quantity import FilmContext, Quantity
from spondyl.assessment.sagittal_angles import (
    INF,
    SUP,
    Compute,
    Draw,
    between,
    global_tilt,
    lordosis,
    low_lumbar_lordosis,
    lumbar_lordosis,
    offset,
    pelvic_incidence,
    pelvic_tilt,
    pelvis_and_spine_lines,
    pelvis_lines,
    plates,
    plumb_lines,
    sacral_slope,
    t1_pelvic_angle,
    tilt_lines,
    tpa_lines,
)
from spondyl.assessment.sentence import stated

BOTH = (SUP, INF)
LEAST_LORDOSIS_DEG = 10.0
"""Shares of a lordosis that may be smaller than this are not given."""

PELVIS = "Definition as in BMC Surg 2019;19:7, table 1 (PMC6334400)"
MEANS = (
    "Multi-Ethnic Alignment Normative Study (MEANS), global sagittal alignment of 468 pain-free adults by age and "
    "gender (abstract)"
)
GAP_SOURCE = "GAP score, Yilgor et al. 2017; second-hand: the original paper was not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One sagittal value: what it needs, how it is computed and drawn, how it is defined.

    ``needs`` names the endplates used. ``mirror_safe`` values do not change with the side the patient faces.
    """

    kind: str
    label: str
    needs: tuple[tuple[Level, tuple[Plate, ...]], ...]
    compute: Compute
    draw: Draw
    definition: str
    source: str
    unit: Unit = Unit.DEG
    hips: bool = False
    mirror_safe: bool = False

    @property
    def levels(self) -> tuple[Level, ...]:
        """The vertebrae used, head to foot."""
        return tuple(sorted(level for level, _ in self.needs))


_S1 = (Level.S1, (SUP,))
_L1 = (Level.L1, (SUP,))
_L4 = (Level.L4, (SUP,))
_C7 = (Level.C7, BOTH)

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        kind="sacral_slope",
        label="Sacral slope (SS)",
        needs=(_S1,),
        compute=sacral_slope,
        draw=plates((Level.S1, SUP)),
        definition="Angle of the S1 superior endplate to the horizontal, positive when its anterior end is "
        "lower.",
        source=PELVIS,
    ),
    Parameter(
        kind="pelvic_tilt",
        label="Pelvic tilt (PT)",
        needs=(_S1,),
        hips=True,
        compute=pelvic_tilt,
        draw=pelvis_lines,
        definition="Angle to the vertical of the line from the mean femoral-head centre to the middle of "
        "the S1 endplate, positive when the sacrum lies behind the hips.",
        source=PELVIS,
    ),
    Parameter(
        kind="pelvic_incidence",
        label="Pelvic incidence (PI)",
        needs=(_S1,),
        hips=True,
        mirror_safe=True,
        compute=lambda side: np.abs(pelvic_incidence(side)),
        draw=pelvis_lines,
        definition="Angle between the perpendicular to the S1 endplate at its middle and the line to the "
        "mean femoral-head centre; equals PT + SS.",
        source=PELVIS,
    ),
    Parameter(
        kind="lumbar_lordosis_l1_s1",
        label="Lumbar lordosis (LL), L1 superior to S1 superior",
        needs=(_L1, _S1),
        compute=lumbar_lordosis,
        draw=plates((Level.L1, SUP), (Level.S1, SUP)),
        definition="Angle between the superior endplates of L1 and S1; lordosis is positive (some papers "
        "write it negative).",
        source=PELVIS,
    ),
    Parameter(
        kind="lordosis_l4_s1",
        label="Low lumbar lordosis, L4 superior to S1 superior",
        needs=(_L4, _S1),
        compute=low_lumbar_lordosis,
        draw=plates((Level.L4, SUP), (Level.S1, SUP)),
        definition="Angle between the superior endplates of L4 and S1; lordosis is positive.",
        source=GAP_SOURCE,
    ),
    Parameter(
        kind="thoracic_kyphosis_t4_t12",
        label="Thoracic kyphosis (TK), T4 superior to T12 inferior",
        needs=((Level.T4, (SUP,)), (Level.T12, (INF,))),
        compute=between((Level.T4, SUP), (Level.T12, INF)),
        draw=plates((Level.T4, SUP), (Level.T12, INF)),
        definition="Angle between the T4 superior and T12 inferior endplates; kyphosis is positive.",
        source=MEANS,
    ),
    Parameter(
        kind="kyphosis_t5_t12",
        label="Thoracic kyphosis, T5 superior to T12 inferior",
        needs=((Level.T5, (SUP,)), (Level.T12, (INF,))),
        compute=between((Level.T5, SUP), (Level.T12, INF)),
        draw=plates((Level.T5, SUP), (Level.T12, INF)),
        definition="Angle between the T5 superior and T12 inferior endplates; kyphosis is positive. The "
        "value of the Lenke sagittal modifier.",
        source="Lenke et al. 2001, as summarised by the AO Surgery Reference (Lenke classification)",
    ),
    Parameter(
        kind="sva",
        label="Sagittal vertical axis (SVA)",
        unit=Unit.MM,
        needs=(_C7, _S1),
        compute=offset(Level.C7, Level.S1),
        draw=plumb_lines(Level.C7, Level.S1),
        definition="Horizontal distance from the postero-superior corner of S1 to the plumb line of the C7 "
        "centre, positive when C7 lies in front. The film's vertical is taken as gravity's.",
        source="Wording checked against BMC Surg 2019;19:7, table 1 (PMC6334400)",
    ),
    Parameter(
        kind="t1_pelvic_angle",
        label="T1 pelvic angle (TPA)",
        needs=((Level.T1, BOTH), _S1),
        hips=True,
        compute=t1_pelvic_angle,
        draw=tpa_lines,
        definition="Angle at the mean femoral-head centre between the lines to the centre of T1 and to the "
        "middle of the S1 endplate, positive when T1 lies in front.",
        source="Protopsaltis et al. 2014; wording checked against BMC Surg 2019;19:7, table 1 (PMC6334400)",
    ),
    Parameter(
        kind="global_tilt",
        label="Global tilt (GT)",
        needs=(_C7, _S1),
        hips=True,
        compute=global_tilt,
        draw=tilt_lines,
        definition="Angle between the line from the middle of the S1 endplate to the centre of C7 and the "
        "line from the mean femoral-head centre to the middle of the S1 endplate; equals PT + C7 vertical "
        "tilt.",
        source="Obeid et al., Eur Spine J 2016;25:3644-3649 (abstract)",
    ),
    Parameter(
        kind="cervical_lordosis_c2_c7",
        label="Cervical lordosis (CL), C2 inferior to C7 inferior",
        needs=((Level.C2, (INF,)), (Level.C7, (INF,))),
        compute=lordosis((Level.C2, INF), (Level.C7, INF)),
        draw=plates((Level.C2, INF), (Level.C7, INF)),
        definition="Angle between the inferior endplates of C2 and C7; lordosis is positive.",
        source="Medicine 2021;100:e25987, figure 3 (PMC8154400)",
    ),
    Parameter(
        kind="csva",
        label="Cervical sagittal vertical axis (cSVA)",
        unit=Unit.MM,
        needs=((Level.C2, BOTH), (Level.C7, (SUP,))),
        compute=offset(Level.C2, Level.C7),
        draw=plumb_lines(Level.C2, Level.C7),
        definition="Horizontal distance from the postero-superior corner of C7 to the plumb line of the C2 "
        "centre (mean of its four corners), positive when C2 lies in front.",
        source="Tang et al., Neurosurgery 2012;71:662-669, as quoted by spinebase.org; original not read. "
        "Some papers measure to the centre of C7 instead",
    ),
    Parameter(
        kind="t1_slope",
        label="T1 slope",
        needs=((Level.T1, (SUP,)),),
        compute=lambda side: side.slope_deg(Level.T1, SUP),
        draw=plates((Level.T1, SUP)),
        definition="Angle of the T1 superior endplate to the horizontal, positive when its anterior end is "
        "lower.",
        source="Medicine 2021;100:e25987, figure 3 (PMC8154400)",
    ),
    Parameter(
        kind="pi_minus_ll",
        label="PI − LL mismatch",
        needs=(_L1, _S1),
        hips=True,
        compute=lambda side: pelvic_incidence(side) - lumbar_lordosis(side),
        draw=pelvis_and_spine_lines,
        definition="Pelvic incidence minus lumbar lordosis L1-S1; positive when lordosis falls short of "
        "incidence.",
        source="SRS-Schwab; Terran et al., Neurosurgery 2013;73:559-568, as quoted by neurosurgerywiki.com",
    ),
    Parameter(
        kind="relative_pelvic_version",
        label="Relative pelvic version (GAP)",
        needs=(_S1,),
        hips=True,
        compute=lambda side: sacral_slope(side) - (0.59 * pelvic_incidence(side) + 9),
        draw=pelvis_lines,
        definition="SS - (0.59 PI + 9).",
        source=GAP_SOURCE,
    ),
    Parameter(
        kind="relative_lumbar_lordosis",
        label="Relative lumbar lordosis (GAP)",
        needs=(_L1, _S1),
        hips=True,
        compute=lambda side: lumbar_lordosis(side) - (0.62 * pelvic_incidence(side) + 29),
        draw=pelvis_and_spine_lines,
        definition="LL - (0.62 PI + 29).",
        source=GAP_SOURCE,
    ),
    Parameter(
        kind="lordosis_distribution_index",
        label="Lordosis distribution index (GAP)",
        unit=Unit.PERCENT,
        needs=(_L1, _L4, _S1),
        compute=lambda side: 100 * low_lumbar_lordosis(side) / lumbar_lordosis(side),
        draw=plates((Level.L1, SUP), (Level.L4, SUP), (Level.S1, SUP)),
        definition="100 x (L4-S1 lordosis) / (L1-S1 lordosis); has no meaning when L1-S1 lordosis is near "
        "zero.",
        source=GAP_SOURCE,
    ),
    Parameter(
        kind="relative_spinopelvic_alignment",
        label="Relative spinopelvic alignment (GAP)",
        needs=(_C7, _S1),
        hips=True,
        compute=lambda side: global_tilt(side) - (0.48 * pelvic_incidence(side) - 15),
        draw=tilt_lines,
        definition="GT - (0.48 PI - 15).",
        source=GAP_SOURCE,
    ),
)


def sagittal_quantities(landmarks: Landmarks, context: FilmContext) -> tuple[Quantity | Unmeasured, ...]:
    """Every sagittal value the landmarks of a lateral film allow, and the reason for each that they do not.

    A coronal film gives none of them and no reasons: they are not expected of it.
    """
    if landmarks.view.is_coronal:
        return ()
    if landmarks.view is not View.LATERAL:
        return (
            Unmeasured(kind="sagittal_alignment", label="Sagittal alignment (all values)", reason=NO_VIEW),
        )
    return tuple(_quantity_or_reason(parameter, landmarks, context) for parameter in PARAMETERS)


def _quantity_or_reason(
    parameter: Parameter, landmarks: Landmarks, context: FilmContext
) -> Quantity | Unmeasured:
    reason = _why_not(parameter, landmarks, context)
    if reason is not None:
        return Unmeasured(kind=parameter.kind, label=parameter.label, reason=reason)
    return Quantity(
        kind=parameter.kind,
        label=parameter.label,
        unit=parameter.unit,
        levels=parameter.levels,
        compute=lambda points: parameter.compute(lateral(points)),
        draw=lambda given: parameter.draw(drawn(given)),
        definition=parameter.definition,
        source=parameter.source,
    )


def _why_not(parameter: Parameter, landmarks: Landmarks, context: FilmContext) -> str | None:
    """The first reason that forbids the value, or None."""
    lacking = [level for level, used in parameter.needs if missing_corners(landmarks, level, used)]
    reasons = (
        (bool(lacking), f"landmarks are missing: {in_runs(lacking)}"),
        (parameter.hips and not _hips_given(landmarks), "landmarks are missing: femoral heads"),
        (parameter.unit is Unit.MM and context.spacing_mm is None, NO_SPACING),
        (not parameter.mirror_safe and landmarks.image_left not in FACING, NO_FACING),
        (
            _flat(parameter, landmarks, context),
            f"L1-S1 lordosis is below {LEAST_LORDOSIS_DEG:g}°: the ratio has no meaning",
        ),
    )
    return next((text for applies, text in reasons if applies), None)


NO_SPACING = "no pixel spacing: millimetres are refused"
NO_VIEW = "the view is unknown: these values need a lateral film"
NO_FACING = "which way the patient faces is unknown: the sign of this value cannot be given"


def _hips_given(landmarks: Landmarks) -> bool:
    heads = landmarks.femoral_heads_px
    return len(heads) > 0 and bool(np.isfinite(heads[:, :2]).all())


FACING_DOUBTED = (
    "With the side that the patient is said to face, the hips would lie behind the sacrum, as they do in nobody: the "
    "side is probably the other one, or the film was mirrored. Values with a sign are not given. Say anew which way "
    "the patient faces."
)


def with_believable_facing(landmarks: Landmarks) -> Landmarks:
    """The landmarks; with an unknown facing where the one stated puts the hips behind the sacrum.

    Pelvic incidence is an angle of the bone and positive in everybody; a facing taken wrongly turns its sign, and that
    of every other sagittal value along with it.
    """
    s1 = Level.S1 in landmarks.levels and not missing_corners(landmarks, Level.S1, (SUP,))
    if landmarks.view is not View.LATERAL or not s1 or not _hips_given(landmarks):
        return landmarks
    if landmarks.image_left not in FACING or pelvic_incidence(drawn(landmarks))[0] >= 0.0:
        return landmarks
    return replace(landmarks, image_left=ImageSide.UNKNOWN)


def _flat(parameter: Parameter, landmarks: Landmarks, context: FilmContext) -> bool:
    """True when a ratio to the lumbar lordosis is asked for and there is hardly any."""
    if parameter.unit is not Unit.PERCENT or any(
        missing_corners(landmarks, *need) for need in parameter.needs
    ):
        return False
    scaled = replace(landmarks, corners_px=landmarks.corners_px * np.array(context.scale_xy))
    return bool(lumbar_lordosis(drawn(scaled))[0] < LEAST_LORDOSIS_DEG)


def ratio_without_meaning(measured: tuple[Measurement, ...]) -> tuple[Unmeasured, ...]:
    """The lordosis distribution index where the lordosis that it is a share of may be hardly any."""
    of = {item.kind: item for item in measured}
    whole, ratio = of.get("lumbar_lordosis_l1_s1"), of.get("lordosis_distribution_index")
    if ratio is None or whole is None or whole.interval_90[0] >= LEAST_LORDOSIS_DEG:
        return ()
    reason = (
        f"L1-S1 lordosis, {stated(whole)}, may be below {LEAST_LORDOSIS_DEG:g}°: the ratio has no meaning"
    )
    return (Unmeasured(kind=ratio.kind, label=ratio.label, reason=reason),)
