"""SRS-Schwab classification of adult spinal deformity: curve type and three sagittal modifiers."""

import math

from spondyl.anatomy import Level
from spondyl.assessment.end_vertebrae import Curve
from spondyl.assessment.grading import (
    Band,
    Probabilities,
    Scale,
    as_shown,
    grade_of,
    probabilities,
    probability_above,
)
from spondyl.assessment.measurement import Classification, Measurement
from spondyl.assessment.missing import FOR_ADULTS, NOTHING_MISSING, Missing, not_measured
from spondyl.assessment.quantity import FilmContext
from spondyl.assessment.sentence import quantity

SOURCE = (
    "SRS-Schwab, Terran et al., Neurosurgery 2013;73:559-568, thresholds as quoted by neurosurgerywiki.com; "
    "the original was not read"
)


def _scale(mild: float, marked: float) -> Scale:
    """0 below ``mild``, ++ above ``marked``, + between, both borders included."""
    return Band(grade="0", upper=mild), Band(grade="+", upper=marked, closed=True), Band(grade="++")


MODIFIERS: dict[str, tuple[str, Scale]] = {
    "pi_minus_ll": ("PI-LL", _scale(10, 20)),
    "sva": ("SVA", _scale(40, 95)),
    "pelvic_tilt": ("PT", _scale(20, 30)),
}
"""Modifier scales by measurement kind: degrees, except SVA in millimetres (4 and 9.5 cm)."""
CURVE_DEG = 30.0
NEAR_DEG = 20.0
"""A curve from here on may be one of 30° within its interval; what was assumed of a smaller one changes nothing."""
REGIONS = ("cobb_pt", "cobb_mt", "cobb_tl_l")


def schwab(
    measurements: tuple[Measurement, ...],
    context: FilmContext,
    missing: Missing = NOTHING_MISSING,
    *,
    sees_whole_spine: bool = True,
    curves: tuple[Curve, ...] = (),
) -> tuple[Classification, ...]:
    """Every part of the classification that the views given allow, then the whole.

    ``sees_whole_spine``: T1 to L5 are all marked on the AP film. ``curves``: its curves, whose apices are looked at.
    """
    of = {item.kind: item for item in measurements}
    child = FOR_ADULTS if context.is_child else ""
    curve_type = _curve_type(of, child, sees_whole_spine=sees_whole_spine, assumed=_assumed(curves))
    parts = [curve_type] + [_modifier(kind, of, child, missing) for kind in MODIFIERS]
    return (*parts, _whole(parts))


def _modifier(kind: str, of: dict[str, Measurement], child: str, missing: Missing) -> Classification:
    name, scale = MODIFIERS[kind]
    given = of.get(kind)
    label = f"SRS-Schwab modifier {name}"
    if given is None or child:
        reason = child or not_measured(name, kind, missing, "needs a lateral film with its landmarks")
        return _none(f"srs_schwab_{kind}", label, reason)
    return Classification(
        kind=f"srs_schwab_{kind}",
        label=label,
        grade=grade_of(given.value, scale),
        reason=f"{name} {quantity(given.value, given.unit)}; adults only",
        probabilities=probabilities(given, scale),
        source=SOURCE,
    )


def _assumed(curves: tuple[Curve, ...]) -> str:
    """What was taken for granted of curves whose apex lies between the borders in use; empty where there is none."""
    apices = [curve.apex_name for curve in curves if curve.angle_deg >= NEAR_DEG and _is_between(curve)]
    if not apices:
        return ""
    return (
        f". Assumed: the apex at {' and '.join(apices)} counts as thoracic, as in the Lenke classification (to the "
        "T11-T12 disc). The border of SRS-Schwab itself was not read; where it lies at T9-T10, as it is remembered, "
        "the curve counts as thoracolumbar"
    )


def _is_between(curve: Curve) -> bool:
    """Its apex lies from the T9-T10 disc to the T11-T12 disc."""
    return Level.T9.index < curve.apex_place < Level.T12.index


def _curve_type(
    of: dict[str, Measurement], child: str, *, sees_whole_spine: bool, assumed: str
) -> Classification:
    label = "SRS-Schwab coronal curve type"
    if "cobb_major" not in of or child:
        reason = child or "the curves are not measured (needs an AP film of the whole spine)"
        return _none("srs_schwab_curve_type", label, reason)
    if not sees_whole_spine:
        reason = "not all of T1 to L5 are marked, and a curve that is not seen cannot be ruled out"
        return _none("srs_schwab_curve_type", label, reason)
    regions = [of[kind] for kind in REGIONS if kind in of]
    if not regions and as_shown(of["cobb_major"].value) >= CURVE_DEG:
        return _none("srs_schwab_curve_type", label, "no curve could be given to a region")
    chances = _curve_probabilities(of)
    return Classification(
        kind="srs_schwab_curve_type",
        label=label,
        grade=_curve_grade(of),
        reason="T thoracic, L thoracolumbar or lumbar, D both, N none of 30° or more; a region without a "
        f"measured curve counts as none{assumed}",
        probabilities=chances,
        source=SOURCE,
    )


def _curve_grade(of: dict[str, Measurement]) -> str:
    large = {kind for kind in REGIONS if kind in of and as_shown(abs(of[kind].value)) >= CURVE_DEG}
    thoracic, lumbar = bool(large.intersection(REGIONS[:2])), REGIONS[2] in large
    return {(True, True): "D", (True, False): "T", (False, True): "L", (False, False): "N"}[thoracic, lumbar]


def _curve_probabilities(of: dict[str, Measurement]) -> Probabilities:
    """T, L, D, N with the regions taken as independent."""
    above = {kind: probability_above(CURVE_DEG, of[kind]) if kind in of else 0.0 for kind in REGIONS}
    thoracic = 1 - (1 - above["cobb_pt"]) * (1 - above["cobb_mt"])
    lumbar = above["cobb_tl_l"]
    return (
        ("T", thoracic * (1 - lumbar)),
        ("L", lumbar * (1 - thoracic)),
        ("D", thoracic * lumbar),
        ("N", (1 - thoracic) * (1 - lumbar)),
    )


def _whole(parts: list[Classification]) -> Classification:
    lacking = [part for part in parts if part.grade is None]
    if lacking:
        reason = "; ".join(dict.fromkeys(_bare(part) for part in lacking))
        return _none("srs_schwab", "SRS-Schwab classification", reason)
    names = ("", "PI-LL ", "SVA ", "PT ")
    grade = "; ".join(f"{name}{part.grade}" for name, part in zip(names, parts, strict=True))
    likely = math.prod(dict(part.probabilities)[part.grade or ""] for part in parts)
    return Classification(
        kind="srs_schwab",
        label="SRS-Schwab classification",
        grade=grade,
        reason="The probability takes the four parts as independent; adults only",
        probabilities=((grade, likely), ("any other", 1.0 - likely)),
        source=SOURCE,
    )


def _none(kind: str, label: str, reason: str) -> Classification:
    return Classification(
        kind=kind,
        label=label,
        grade=None,
        reason=f"cannot be classified because {reason}",
        probabilities=(),
        source=SOURCE,
    )


def _bare(part: Classification) -> str:
    return part.reason.removeprefix("cannot be classified because ")
