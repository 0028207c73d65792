"""Two films of one patient: what changed, and whether it can be told from noise."""

import math
from dataclasses import dataclass

from spondyl.anatomy import Landmarks
from spondyl.assessment.grading import probability_below
from spondyl.assessment.measurement import Flag, Measurement, Unit, is_cobb

PROGRESSION_DEG = 5.0
SDC_SOURCE = (
    "Smallest detectable change at 95 %: 1.96 x sqrt(sd_a^2 + sd_b^2), which follows from independent "
    "normal errors of the two films and is 1.96 x sqrt(2) x SEM when both are measured alike"
)
RULE = "Convention: a Cobb angle more than 5° larger than before is called progression"
STANCE = "The interval covers the marking of the points, not how the patient stood or how the film was taken."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One measurement on two films, in ``unit``; ``difference`` is after minus before.

    ``beyond_noise`` is True when the difference exceeds the smallest detectable change.
    ``progression_probability`` is given for clinical Cobb angles only: P(magnitude grew by more than 5°).
    """

    kind: str
    label: str
    unit: Unit
    before: float
    after: float
    difference: float
    smallest_detectable: float
    beyond_noise: bool
    progression_probability: float | None
    notes: tuple[str, ...]
    source: str = SDC_SOURCE


def smallest_detectable_change(sd_a: float, sd_b: float) -> float:
    """1.96·sqrt(sd_a² + sd_b²), in the unit of the standard deviations.

    >>> round(smallest_detectable_change(1.5, 2.0), 2)
    4.9
    """
    return 1.96 * math.hypot(sd_a, sd_b)


def smallest_detectable_change_deg(sd_a: float, sd_b: float) -> float:
    """The smallest change of an angle that two films can show, in degrees, from their standard deviations."""
    return smallest_detectable_change(sd_a, sd_b)


OTHER_SIDE = (
    "The curve was convex to one side of the patient and is now to the other: these are two curves, and the difference "
    "of their sizes says nothing about growth."
)
_SIGNED = "values whose sign turns with the picture (tilts, wedges, balance, shifts) are not compared"
MIRRORED = f"The two films show opposite sides of the patient on the left: {_SIGNED}."
SIDE_UNSAID = (
    f"Not both films say which side of the patient is on the left: {_SIGNED}, and a curve may be to the other side "
    "than before."
)
_TURNS_WITH_THE_PICTURE = (
    "avt_",
    "coronal_balance",
    "disc_wedge_",
    "femoral_head_",
    "pedicle_shift_",
    "pelvic_obliquity",
    "t1_tilt",
    "tilt_",
)


def compare(
    measurements_a: tuple[Measurement, ...],
    measurements_b: tuple[Measurement, ...],
    *,
    same_side: bool = True,
) -> tuple[Change, ...]:
    """Changes of every measurement that both films have by the same kind and unit, as ordered in b.

    The kind names the convention, so a clinical Cobb angle never meets an AASCE angle. Of two films not known to
    show the ``same_side`` of the patient on the left (:func:`turned`) no value is compared whose sign turns with it.
    """
    before = {(item.kind, item.unit): item for item in measurements_a}
    kept = [item for item in measurements_b if same_side or not item.kind.startswith(_TURNS_WITH_THE_PICTURE)]
    pairs = [(before.get((item.kind, item.unit)), item) for item in kept]
    return tuple(_change(old, new) for old, new in pairs if old is not None)


def turned(before: Landmarks, after: Landmarks) -> str | None:
    """Why the signed values of two coronal films are not compared, in a sentence; None where they are."""
    if not (before.view.is_coronal and after.view.is_coronal):
        return None
    if not (before.image_left.is_lateral_half and after.image_left.is_lateral_half):
        return SIDE_UNSAID
    return MIRRORED if before.image_left is not after.image_left else None


def _change(old: Measurement, new: Measurement) -> Change:
    difference, detectable = new.value - old.value, smallest_detectable_change(old.sd, new.sd)
    bent_over = None not in (old.convex_to, new.convex_to) and old.convex_to is not new.convex_to
    seen = abs(old.value) + abs(new.value) if bent_over else abs(difference)
    return Change(
        kind=new.kind,
        label=new.label,
        unit=new.unit,
        before=old.value,
        after=new.value,
        difference=difference,
        smallest_detectable=detectable,
        beyond_noise=seen > detectable,
        progression_probability=None if bent_over else _progression(old, new),
        notes=_notes(old, new, bent_over=bent_over),
    )


def _progression(old: Measurement, new: Measurement) -> float | None:
    if not is_cobb(new.kind):
        return None
    grown = abs(new.value) - abs(old.value)
    return 1.0 - probability_below(PROGRESSION_DEG, grown, math.hypot(old.sd, new.sd))


def _notes(old: Measurement, new: Measurement, *, bent_over: bool) -> tuple[str, ...]:
    flags = {*old.flags, *new.flags}
    was, now = (
        "-".join(level.value for level in (*item.levels[:1], *item.levels[-1:])) for item in (old, new)
    )
    candidates = (
        (True, STANCE),
        (is_cobb(new.kind), RULE),
        (bent_over, OTHER_SIDE),
        (
            was != now,
            f"Different vertebrae: {was} before, {now} after: part of the change may be that choice.",
        ),
        (
            Flag.SPACING_UNCORRECTED in flags,
            "Millimetres are not corrected for magnification on at least one film.",
        ),
        (
            Flag.CORRECTION_UNKNOWN in flags,
            "At least one film does not say whether its millimetres are corrected for magnification.",
        ),
        (Flag.UNCALIBRATED_INTERVAL in flags, "The intervals are not calibrated on at least one film."),
        (Flag.LOW_CONFIDENCE in flags, "Landmarks of low confidence on at least one film."),
    )
    return tuple(text for applies, text in candidates if applies)
