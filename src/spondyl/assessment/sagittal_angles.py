"""The geometry of sagittal alignment: how each value is computed from lateral points, and which lines draw it."""

from collections.abc import Callable

import numpy as np

from spondyl.anatomy import Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.lateral import LateralPoints, Plate, plumb, segment, wrapped_deg
from spondyl.assessment.quantity import Segment

SUP, INF = Plate.SUPERIOR, Plate.INFERIOR
Compute = Callable[[LateralPoints], FloatArray]
Draw = Callable[[LateralPoints], tuple[Segment, ...]]


def sacral_slope(side: LateralPoints) -> FloatArray:
    """SS in degrees."""
    return side.slope_deg(Level.S1, SUP)


def pelvic_tilt(side: LateralPoints) -> FloatArray:
    """PT in degrees: positive when the sacrum lies behind the hips."""
    return -side.lean_deg(side.hips(), side.midpoint(Level.S1, SUP))


def pelvic_incidence(side: LateralPoints) -> FloatArray:
    """PI in degrees, from vectors and not as PT + SS, so that the identity can be tested.

    Negative when the facing is taken the wrong way round, which is how an unknown facing is made harmless.
    """
    plate = side.anterior(Level.S1, SUP) - side.posterior(Level.S1, SUP)
    to_hips = side.hips() - side.midpoint(Level.S1, SUP)
    along = plate[:, 0] * to_hips[:, 0] + plate[:, 1] * to_hips[:, 1]
    across = plate[:, 0] * to_hips[:, 1] - plate[:, 1] * to_hips[:, 0]
    return np.degrees(np.arctan2(along, side.facing * across))


def between(upper: tuple[Level, Plate], lower: tuple[Level, Plate]) -> Compute:
    """Kyphosis between two endplates, in degrees; its negative is lordosis."""
    return lambda side: wrapped_deg(side.slope_deg(*upper) - side.slope_deg(*lower))


def lordosis(upper: tuple[Level, Plate], lower: tuple[Level, Plate]) -> Compute:
    """Lordosis between two endplates, in degrees."""
    return between(lower, upper)


lumbar_lordosis = lordosis((Level.L1, SUP), (Level.S1, SUP))
low_lumbar_lordosis = lordosis((Level.L4, SUP), (Level.S1, SUP))


def t1_pelvic_angle(side: LateralPoints) -> FloatArray:
    """TPA in degrees: from the line hips to sacrum, forward to the line hips to T1."""
    hips = side.hips()
    spine = side.lean_deg(hips, side.centre(Level.T1))
    return wrapped_deg(spine - side.lean_deg(hips, side.midpoint(Level.S1, SUP)))


def global_tilt(side: LateralPoints) -> FloatArray:
    """GT in degrees: C7 vertical tilt plus pelvic tilt."""
    sacrum = side.midpoint(Level.S1, SUP)
    return wrapped_deg(side.lean_deg(sacrum, side.centre(Level.C7)) - side.lean_deg(side.hips(), sacrum))


def offset(level: Level, below: Level) -> Compute:
    """How far the centre of one vertebra lies in front of the postero-superior corner of another."""
    return lambda side: side.forward(side.posterior(below, SUP), side.centre(level))


def plates(*ends: tuple[Level, Plate]) -> Draw:
    """Draw the endplates."""
    return lambda side: tuple(segment(side.posterior(*end), side.anterior(*end)) for end in ends)


def pelvis_lines(side: LateralPoints) -> tuple[Segment, ...]:
    """The S1 endplate and the line from it to the hips."""
    return (*plates((Level.S1, SUP))(side), segment(side.hips(), side.midpoint(Level.S1, SUP)))


def pelvis_and_spine_lines(side: LateralPoints) -> tuple[Segment, ...]:
    """The pelvis and the L1 endplate."""
    return (*pelvis_lines(side), *plates((Level.L1, SUP))(side))


def tpa_lines(side: LateralPoints) -> tuple[Segment, ...]:
    """From the hips to T1 and to the sacrum."""
    hips = side.hips()
    return segment(hips, side.centre(Level.T1)), segment(hips, side.midpoint(Level.S1, SUP))


def tilt_lines(side: LateralPoints) -> tuple[Segment, ...]:
    """From the sacrum to C7 and to the hips."""
    sacrum = side.midpoint(Level.S1, SUP)
    return segment(sacrum, side.centre(Level.C7)), segment(side.hips(), sacrum)


def plumb_lines(level: Level, below: Level) -> Draw:
    """The plumb line of a vertebra and its offset at the vertebra below."""
    return lambda side: plumb(side.centre(level), side.posterior(below, SUP))
