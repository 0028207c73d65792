"""Discs, slips and vertebral heights of a lateral film.

Discs and slips are measured where the published grades were made: C2-C3 to C7-T1 and T12-L1 to L5-S1;
heights and wedges of vertebrae from T4 to L5.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spondyl.anatomy import Landmarks, Level, View
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.lateral import (
    FACING,
    LateralPoints,
    Plate,
    drawn,
    lateral,
    missing_corners,
    segment,
    wrapped_deg,
)
from spondyl.assessment.left_out import left_out, left_out_text
from spondyl.assessment.measurement import Unit, Unmeasured
from spondyl.assessment.quantity import FilmContext, Quantity, Segment
from spondyl.assessment.sagittal import NO_FACING, NO_SPACING

SUP, INF = Plate.SUPERIOR, Plate.INFERIOR
_ORDER = tuple(Level)


def neighbours(upper: Level) -> tuple[Level, Level]:
    """A vertebra and the next one below it."""
    return upper, _ORDER[upper.index + 1]


CERVICAL_DISCS = tuple(neighbours(level) for level in _ORDER[Level.C2.index : Level.T1.index])
LUMBAR_DISCS = tuple(neighbours(level) for level in _ORDER[Level.T12.index : Level.S1.index])
DISCS = CERVICAL_DISCS + LUMBAR_DISCS
BODIES = _ORDER[Level.T4.index : Level.S1.index]

Compute = Callable[[LateralPoints], FloatArray]
Draw = Callable[[LateralPoints], tuple[Segment, ...]]
Ends = tuple[tuple[Level, tuple[Plate, ...]], ...]

FROBIN = (
    "after Frobin et al., Clin Biomech 1997;12(S1):S1-S63 (abstract): heights are taken square to the "
    "bisector of the disc, so that a slip does not add to them"
)
MEYERDING = "Meyerding 1932, as described by radiopaedia.org; the original paper was not read"
GENANT = (
    "Genant et al. 1993, thresholds as quoted in Quant Imaging Med Surg 2019, doi 10.21037/qims.2019.02.04; "
    "four corners give no middle height, so a biconcave deformity cannot be seen"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of segmental value: the same definition at every disc or body."""

    stem: str
    label: str
    unit: Unit
    definition: str
    source: str
    needs_facing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value of a family: where, what it needs, how to compute and draw it."""

    family: Family
    ends: Ends
    name: str
    compute: Compute
    draw: Draw

    @property
    def neighbours(self) -> tuple[tuple[Level, Level], ...]:
        """The discs that lie between what it needs."""
        levels = [level for level, _ in self.ends]
        return tuple(pairwise(levels))


DISC_INDEX = Family(
    stem="disc_height_index",
    label="Disc height index",
    unit=Unit.RATIO,
    definition="Mean of the anterior and posterior disc height over the mean depth of the two endplates "
    "that bound the disc (this variant; others divide by vertebral height).",
    source=f"Ratio variant of this software, {FROBIN}",
    needs_facing=False,
)
DISC_FRONT = Family(
    stem="disc_height_anterior",
    label="Anterior disc height",
    unit=Unit.MM,
    definition="Distance of the two anterior corners, square to the bisector of the disc.",
    source=f"Heights {FROBIN}",
)
DISC_BACK = Family(
    stem="disc_height_posterior",
    label="Posterior disc height",
    unit=Unit.MM,
    definition="Distance of the two posterior corners, square to the bisector of the disc.",
    source=f"Heights {FROBIN}",
)
SLIP = Family(
    stem="slip",
    label="Slip",
    unit=Unit.PERCENT,
    definition="Offset of the upper vertebra's postero-inferior corner from the lower one's "
    "postero-superior corner, along the lower vertebra's superior endplate, over the depth of that "
    "endplate; positive forward.",
    source=MEYERDING,
)
WEDGE = Family(
    stem="wedge",
    label="Vertebral wedge",
    unit=Unit.DEG,
    definition="Angle between the endplates of one vertebra, positive when its front is lower than its back.",
    source="Plain geometry; no published threshold is applied",
)
WEDGE_LOSS = Family(
    stem="height_loss_anterior",
    label="Anterior height below posterior",
    unit=Unit.PERCENT,
    definition="100 x (1 - anterior height / posterior height) of one vertebra.",
    source=GENANT,
)
CRUSH_LOSS = Family(
    stem="height_loss_posterior",
    label="Posterior height below its neighbours",
    unit=Unit.PERCENT,
    definition="100 x (1 - posterior height / mean posterior height of the vertebrae above and below).",
    source=GENANT,
)


def segmental_quantities(landmarks: Landmarks, context: FilmContext) -> tuple[Quantity | Unmeasured, ...]:
    """Every segmental value that the given vertebrae of a lateral film allow.

    A family that the whole film forbids (no spacing, facing unknown) is named once, not once a disc.
    """
    if landmarks.view is not View.LATERAL:
        return ()
    wide = left_out(landmarks, context)
    complete = [place for place in _places() if _complete(place, landmarks)]
    given = [place for place in complete if not set(place.neighbours).intersection(wide)]
    reasons = {place.family.stem: _why_not(place.family, landmarks, context) for place in given}
    families = {place.family.stem: place.family for place in given}
    refused = tuple(
        Unmeasured(kind=stem, label=f"{families[stem].label} (all levels)", reason=reason)
        for stem, reason in reasons.items()
        if reason is not None
    )
    skipped = (
        Unmeasured(
            kind=f"disc_{upper.value}_{lower.value}".lower(),
            label=f"Disc {upper.value}-{lower.value} (all values)",
            reason=left_out_text((upper, lower)),
        )
        for upper, lower in wide
    )
    return (*(_quantity(place) for place in given if reasons[place.family.stem] is None), *refused, *skipped)


def _why_not(family: Family, landmarks: Landmarks, context: FilmContext) -> str | None:
    if family.unit is Unit.MM and context.spacing_mm is None:
        return NO_SPACING
    if family.needs_facing and landmarks.image_left not in FACING:
        return NO_FACING
    return None


def _complete(place: Place, landmarks: Landmarks) -> bool:
    return not any(missing_corners(landmarks, level, plates) for level, plates in place.ends)


def _quantity(place: Place) -> Quantity:
    return Quantity(
        kind=f"{place.family.stem}_{place.name.lower().replace('-', '_')}",
        label=f"{place.family.label} {place.name}",
        unit=place.family.unit,
        levels=tuple(sorted(level for level, _ in place.ends)),
        compute=lambda points: place.compute(lateral(points)),
        draw=lambda given: place.draw(drawn(given)),
        definition=place.family.definition,
        source=place.family.source,
    )


def _places() -> Iterator[Place]:
    for upper, lower in DISCS:
        yield from _disc_places(upper, lower)
    for level in BODIES:
        yield from _body_places(level)


def _disc_places(upper: Level, lower: Level) -> Iterator[Place]:
    """Index, two heights and slip of one disc."""

    def draw(side: LateralPoints) -> tuple[Segment, ...]:
        return _disc_lines(side, upper, lower)

    ends = ((upper, (INF,)), (lower, (SUP,)))
    name = f"{upper.value}-{lower.value}"
    computes: tuple[tuple[Family, Compute], ...] = (
        (DISC_INDEX, lambda side: disc_height_index(side, upper, lower)),
        (DISC_FRONT, lambda side: disc_heights(side, upper, lower)[0]),
        (DISC_BACK, lambda side: disc_heights(side, upper, lower)[1]),
        (SLIP, lambda side: slip_percent(side, upper, lower)),
    )
    for family, compute in computes:
        yield Place(family=family, ends=ends, name=name, compute=compute, draw=draw)


def _body_places(level: Level) -> Iterator[Place]:
    """Wedge and height losses of one vertebra; the crush needs both neighbours and so stops above the "
    "sacrum."""
    own = ((level, (SUP, INF)),)
    yield Place(
        family=WEDGE,
        ends=own,
        name=level.value,
        compute=lambda side: wrapped_deg(side.slope_deg(level, SUP) - side.slope_deg(level, INF)),
        draw=lambda side: _body_lines(side, level),
    )
    yield Place(
        family=WEDGE_LOSS,
        ends=own,
        name=level.value,
        compute=lambda side: 100 * (1 - _front_height(side, level) / _back_height(side, level)),
        draw=lambda side: _body_lines(side, level),
    )
    above, below = _ORDER[level.index - 1], _ORDER[level.index + 1]
    if below is Level.S1:
        return
    yield Place(
        family=CRUSH_LOSS,
        ends=((above, (SUP, INF)), *own, (below, (SUP, INF))),
        name=level.value,
        compute=lambda side: crush_percent(side, above, level, below),
        draw=lambda side: _body_lines(side, level),
    )


def disc_heights(side: LateralPoints, upper: Level, lower: Level) -> tuple[FloatArray, FloatArray]:
    """Anterior and posterior disc height (s,), square to the bisector of the two endplates."""
    across = _unit(_depth_vector(side, upper, INF)) + _unit(_depth_vector(side, lower, SUP))
    down = _down(_unit(across), side.facing)
    front = side.anterior(lower, SUP) - side.anterior(upper, INF)
    back = side.posterior(lower, SUP) - side.posterior(upper, INF)
    return (front * down).sum(axis=1), (back * down).sum(axis=1)


def disc_height_index(side: LateralPoints, upper: Level, lower: Level) -> FloatArray:
    """Mean disc height over mean endplate depth (s,)."""
    front, back = disc_heights(side, upper, lower)
    depth = _length(_depth_vector(side, upper, INF)) + _length(_depth_vector(side, lower, SUP))
    return (front + back) / depth


def slip_percent(side: LateralPoints, upper: Level, lower: Level) -> FloatArray:
    """Forward slip of the upper vertebra in per cent of the lower one's endplate depth (s,)."""
    depth = _depth_vector(side, lower, SUP)
    shift = side.posterior(upper, INF) - side.posterior(lower, SUP)
    return 100 * (shift * depth).sum(axis=1) / (depth * depth).sum(axis=1)


def crush_percent(side: LateralPoints, above: Level, level: Level, below: Level) -> FloatArray:
    """Posterior height lost against the mean of the two neighbours (s,), in per cent."""
    expected = (_back_height(side, above) + _back_height(side, below)) / 2
    return 100 * (1 - _back_height(side, level) / expected)


def _depth_vector(side: LateralPoints, level: Level, plate: Plate) -> FloatArray:
    return side.anterior(level, plate) - side.posterior(level, plate)


def _length(vector: FloatArray) -> FloatArray:
    return np.hypot(vector[:, 0], vector[:, 1])


def _unit(vector: FloatArray) -> FloatArray:
    return vector / _length(vector)[:, None]


def _down(forward: FloatArray, facing: int) -> FloatArray:
    """The direction square to ``forward`` that points to the feet (picture y grows downward)."""
    return facing * np.stack([-forward[:, 1], forward[:, 0]], axis=1)


def _front_height(side: LateralPoints, level: Level) -> FloatArray:
    return _length(side.anterior(level, INF) - side.anterior(level, SUP))


def _back_height(side: LateralPoints, level: Level) -> FloatArray:
    return _length(side.posterior(level, INF) - side.posterior(level, SUP))


def _disc_lines(side: LateralPoints, upper: Level, lower: Level) -> tuple[Segment, ...]:
    return (
        segment(side.posterior(upper, INF), side.anterior(upper, INF)),
        segment(side.posterior(lower, SUP), side.anterior(lower, SUP)),
    )


def _body_lines(side: LateralPoints, level: Level) -> tuple[Segment, ...]:
    return (
        segment(side.anterior(level, SUP), side.anterior(level, INF)),
        segment(side.posterior(level, SUP), side.posterior(level, INF)),
    )
