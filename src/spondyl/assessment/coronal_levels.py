"""Vertebrae that name a coronal curve: end, apex, neutral and stable, and the Nash-Moe grade at the apex.

They are names, not numbers, so each comes as a classification whose probabilities are how often the drawings of the
film choose each level.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from spondyl.anatomy import AP_LEVELS, Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.coronal import clear_curves, curves_of, side_text, spine_of
from spondyl.assessment.coronal_balance import has_corners, pedicle_places, pedicles_given, sacral_x
from spondyl.assessment.end_vertebrae import REGION_NAMES, Curve, apex_name, apices, largest_ends
from spondyl.assessment.measurement import Classification
from spondyl.assessment.quantity import FilmContext, Points

APEX_SOURCE = "Pediatric Spine Foundation glossary (apical vertebra, apical disc)"
END_SOURCE = "MSD Manual, figure 'The Cobb angle'; orthofracs.com, end vertebrae"
NEUTRAL_SOURCE = "orthofracs.com, neutral vertebrae; the tolerance is this software's"
STABLE_SOURCE = "Definition in common use, unverified against a printed source"
NASH_MOE_SOURCE = "Nash and Moe 1969; grade borders in common use, unverified against the paper"
SHOWN_FROM = 0.01
SYMMETRIC = 0.05
"""Mean pedicle place within a twentieth of a half width counts as unrotated."""


def coronal_levels(landmarks: Landmarks, context: FilmContext, points: Points) -> tuple[Classification, ...]:
    """Every named level of the curves of an AP or PA film; nothing on other films or without a clear curve."""
    curves = clear_curves(curves_of(landmarks, context)) if landmarks.view.is_coronal else ()
    if not curves:
        return ()
    major = max(curves, key=lambda curve: curve.angle_deg)
    return (
        _ends(landmarks, points, major),
        *_apices(points, curves),
        _stable(landmarks, points, major),
        _neutral(landmarks, points, major),
        *_nash_moe(landmarks, points, curves),
    )


def _ends(landmarks: Landmarks, points: Points, major: Curve) -> Classification:
    upper, lower = largest_ends(spine_of(points, major.levels))
    names = [_span(major.levels, u, v) for u, v in zip(upper.tolist(), lower.tolist(), strict=True)]
    return Classification(
        kind="end_vertebrae_major",
        label="End vertebrae of the largest curve",
        grade=names[0],
        reason=f"The most tilted vertebrae; the curve is {side_text(major, landmarks.image_left)}",
        probabilities=_shares(names[1:]),
        source=END_SOURCE,
    )


def _span(levels: tuple[Level, ...], upper: int, lower: int) -> str:
    return f"{levels[upper].value}-{levels[lower].value}"


def _shares(names: list[str]) -> tuple[tuple[str, float], ...]:
    """How often each name was drawn, the frequent first; rare ones are summed."""
    counts = Counter(names).most_common()
    shown = [(name, count / len(names)) for name, count in counts if count / len(names) >= SHOWN_FROM]
    rest = 1.0 - sum(share for _, share in shown)
    return (*shown, ("any other", rest)) if rest > 1e-9 else tuple(shown)


def _apices(points: Points, curves: tuple[Curve, ...]) -> Iterator[Classification]:
    for region, name in REGION_NAMES.items():
        own = max((c for c in curves if c.region == region), key=lambda c: c.angle_deg, default=None)
        if own is not None:
            drawn = apices(spine_of(points, own.levels), own).tolist()
            yield Classification(
                kind=f"apex_{region}",
                label=f"Apex of the {name.lower()} curve",
                grade=own.apex_name,
                reason="The vertebra or disc farthest to the convex side of the film's vertical, between the end "
                "vertebrae",
                probabilities=_shares([apex_name(own.levels, apex) for apex in drawn[1:]]),
                source=APEX_SOURCE,
            )


def _stable(landmarks: Landmarks, points: Points, major: Curve) -> Classification:
    kind, label = "stable_vertebra", "Stable vertebra of the largest curve"
    if not has_corners(landmarks, Level.S1, slice(0, 2)):
        reason = "S1 is not marked, so the centre sacral vertical line cannot be drawn"
        return _unnamed(kind, label, reason, STABLE_SOURCE)
    below = major.levels[major.lower :]
    bodies = spine_of(points, below).corners
    off_centre = np.abs(bodies[..., 0].mean(axis=2) - sacral_x(points)[:, None])
    names = [below[number].value for number in off_centre.argmin(axis=1).tolist()]
    return Classification(
        kind=kind,
        label=label,
        grade=names[0],
        reason="From the lower end vertebra down, the one whose centre is nearest to the centre sacral vertical line",
        probabilities=_shares(names[1:]),
        source=STABLE_SOURCE,
    )


def _neutral(landmarks: Landmarks, points: Points, major: Curve) -> Classification:
    kind, label = "neutral_vertebra", "Neutral vertebra below the largest curve"
    known = pedicles_given(landmarks)
    below = tuple(level for level in major.levels[major.lower :] if level in known)
    if not below:
        return _unnamed(kind, label, "the pedicles below the curve are not marked", NEUTRAL_SOURCE)
    shift = np.abs(np.stack([_places(points, level).mean(axis=1) for level in below], axis=1))
    unrotated = np.concatenate([shift <= SYMMETRIC, np.ones((len(shift), 1), dtype=bool)], axis=1)
    first = [(*(level.value for level in below), "none marked")[k] for k in unrotated.argmax(axis=1).tolist()]
    if first[0] == "none marked":
        return _unnamed(kind, label, "every marked vertebra below the curve is rotated", NEUTRAL_SOURCE)
    return Classification(
        kind=kind,
        label=label,
        grade=first[0],
        reason=f"The first from the lower end vertebra down whose pedicles lie symmetrically, within {SYMMETRIC:g} "
        "half widths",
        probabilities=_shares(first[1:]),
        source=NEUTRAL_SOURCE,
    )


def _places(points: Points, level: Level) -> FloatArray:
    row = points.levels.index(level)
    return pedicle_places(points.corners[:, row], points.pedicles[:, row])


def _unnamed(kind: str, label: str, reason: str, source: str) -> Classification:
    text = f"cannot be named because {reason}"
    return Classification(kind=kind, label=label, grade=None, reason=text, probabilities=(), source=source)


def _nash_moe(landmarks: Landmarks, points: Points, curves: tuple[Curve, ...]) -> Iterator[Classification]:
    for curve in curves:
        level = curve.levels[curve.apex // 2]
        if level in pedicles_given(landmarks) and level in AP_LEVELS:
            places = _places(points, level)
            grades = [_grade(left, right, curve.bend) for left, right in places.tolist()]
            yield Classification(
                kind=f"nash_moe_{level.value}",
                label=f"Nash-Moe rotation of {level.value}",
                grade=grades[0],
                reason="Place of the convex pedicle between the edge and the middle of the body; never converted to "
                "degrees (two readers differ by about 9°)",
                probabilities=_shares(grades[1:]),
                source=NASH_MOE_SOURCE,
            )


def _grade(left: float, right: float, bend: int) -> str:
    """Grade 0 to IV from the pedicles' places: symmetric, then outer, middle, inner third, beyond the middle."""
    convex = -left if bend > 0 else right
    if abs(left + right) / 2.0 <= SYMMETRIC:
        return "0"
    borders = ((2.0 / 3.0, "I"), (1.0 / 3.0, "II"), (0.0, "III"))
    return next((grade for border, grade in borders if convex > border), "IV")
