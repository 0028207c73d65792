"""How the synthetic spine is posed: curves, sagittal parameters, rotation and balance, all in clinical terms.

Sign conventions. A coronal tilt is positive when the endplate's upward normal leans to the patient's left; a sagittal
tilt is positive when it leans forward (so the sacral tilt is the sacral slope). Axial rotation is positive when the
front of the vertebra turns to the patient's left.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level

PRESACRAL: tuple[Level, ...] = tuple(level for level in Level if level is not Level.S1)
"""C2 to L5: the 23 levels that have a body of their own."""

# In a curve a body is wedged by this share of one segment's bend, its disc by the rest (chosen, not published).
_BODY_SHARE = 0.3
# Share of lumbar lordosis, head to foot: L1 body, L1-2 disc, L2 body, ..., L5 body, L5-S1 disc (chosen: 67 % below L4).
_LORDOSIS_SHARES = (1, 6, 2, 9, 3, 12, 5, 20, 14, 28)
# T1 to T3: SS, LL and TK of the published means then meet the published T1 slope, 39.5 − 57.4 + 37.4 + 3.5 = 23.0.
_UPPER_THORACIC_DEG = 3.5
_C7_T1_DISC_DEG = 2.0

MEAN_CERVICAL_LORDOSIS_DEG = 12.7
"""C2–7 by Cobb, pooled over 21 studies of 15,364 asymptomatic people: 12.71 [6.59, 18.84] (Guo et al. 2018, PMC6003173,
abstract). The mean of the 468 volunteers of whom the other means come, −0.4, gives way: with their T1 slope of 23.0 a
column of human vertebrae puts C2 some 32 mm before C7, and they themselves report 19.0 mm. No study was found whose
means of T1 slope, C2–7 and cSVA fit a straight stack; these three do, with the slope below."""

CERVICAL_ENDPLATE_SLOPE_DEG = 6.5
"""How far the endplates of a cervical body lean forwards of its walls: means of C3 to C7 between 4.5 and 9.0° on the CT
scans of 97 people (Chen et al. 2013, Eur Spine J 22:1570, abstract), here their middle and C2 with it. That it is
forwards is from memory: the abstract does not say."""


class Convexity(Enum):
    """The side to which a coronal curve bulges."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def sign(self) -> int:
        """+1 for left, −1 for right."""
        return 1 if self is Convexity.LEFT else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePose:
    """One coronal curve: its end vertebrae lie ``reach`` levels above and below the apex (cut at T1 and L5).

    ``cobb_deg`` is the angle between the superior endplate of the upper and the inferior endplate of the lower end
    vertebra, exact when no other curve bends the same levels.
    """

    apex: Level
    cobb_deg: float
    convex: Convexity = Convexity.RIGHT
    reach: int = 3

    def __post_init__(self) -> None:
        if not Level.T1.index < self.apex.index < Level.L5.index:
            raise ValueError(
                f"A curve's apex lies between T2 and L4; got {self.apex.value}. Choose such a level."
            )
        if not 0 <= self.cobb_deg <= 100:
            raise ValueError(f"A Cobb angle of {self.cobb_deg}° cannot be posed; give 0 to 100°.")
        if self.reach < 1:
            raise ValueError(f"A curve reaches at least one level to each side; got {self.reach}.")

    @property
    def upper_end(self) -> Level:
        """The upper end vertebra."""
        return PRESACRAL[max(Level.T1.index, self.apex.index - self.reach)]

    @property
    def lower_end(self) -> Level:
        """The lower end vertebra."""
        return PRESACRAL[min(Level.L5.index, self.apex.index + self.reach)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpinePose:
    """The whole spine. Pelvic tilt follows as incidence minus slope.

    Defaults are the published means of 468 volunteers (alignment reference, section 2: PI 52, PT 12.5, LL 57.4, TK
    37.4, T1 slope 23.0), except C2–7 (:data:`MEAN_CERVICAL_LORDOSIS_DEG`): cSVA is then 19.6 mm.

    ``thoracic_kyphosis_deg`` is T4 superior to T12 inferior. ``trunk_shift_mm`` is C7 minus S1,
    positive to the patient's left, before ``scale``. ``rotation_per_cobb`` is the apical rotation per degree of Cobb
    (chosen, not published): bodies turn to the convex side.
    """

    curves: tuple[CurvePose, ...] = ()
    pelvic_incidence_deg: float = 52.0
    sacral_slope_deg: float = 39.5
    lumbar_lordosis_deg: float = 57.4
    thoracic_kyphosis_deg: float = 37.4
    cervical_lordosis_deg: float = MEAN_CERVICAL_LORDOSIS_DEG
    rotation_per_cobb: float = 0.35
    trunk_shift_mm: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0.3 <= self.scale <= 2:
            raise ValueError(f"scale {self.scale} is no human size; give 0.3 to 2 (1 is an average adult).")
        if np.abs(sagittal_tilts_deg(self)).max() > 75:
            raise ValueError("A vertebra would tilt more than 75° in the sagittal plane; lower the angles.")
        if np.abs(self.trunk_shift_mm) > 150:
            raise ValueError(
                f"A trunk shift of {self.trunk_shift_mm} mm cannot be posed; give −150 to 150 mm."
            )

    @property
    def pelvic_tilt_deg(self) -> float:
        """PT = PI − SS."""
        return self.pelvic_incidence_deg - self.sacral_slope_deg


def sagittal_tilts_deg(pose: SpinePose) -> FloatArray:
    """(24, 2) sagittal tilts, superior and inferior endplate of C2 to S1; S1 has no inferior one and repeats itself."""
    tilt = np.zeros((len(Level), 2))
    tilt[Level.S1.index] = pose.sacral_slope_deg
    lumbar = pose.sacral_slope_deg - pose.lumbar_lordosis_deg
    shares = np.cumsum((0, *_LORDOSIS_SHARES[:-1])) / sum(_LORDOSIS_SHARES)
    tilt[Level.L1.index : Level.S1.index] = (lumbar + pose.lumbar_lordosis_deg * shares).reshape(5, 2)
    thoracic = lumbar + pose.thoracic_kyphosis_deg * _kyphosis_left()
    tilt[Level.T4.index : Level.L1.index] = thoracic.reshape(9, 2)
    top = lumbar + pose.thoracic_kyphosis_deg
    tilt[Level.T1.index : Level.T4.index] = top + _UPPER_THORACIC_DEG * np.linspace(1, 1 / 6, 6).reshape(3, 2)
    base = top + _UPPER_THORACIC_DEG - _C7_T1_DISC_DEG
    tilt[Level.C2.index : Level.T1.index] = base - pose.cervical_lordosis_deg * _cervical_left()
    return tilt


def column_tilts_deg(sagittal_deg: FloatArray) -> FloatArray:
    """(24, 2) sagittal tilts of the line through the bodies at each endplate: square to it but in the neck."""
    column = sagittal_deg.copy()
    column[: Level.T1.index] -= CERVICAL_ENDPLATE_SLOPE_DEG
    return column


def _kyphosis_left() -> FloatArray:
    """Share of the kyphosis still below each of the 18 endplates T4 superior … T12 inferior: 1 down to 0."""
    place = np.linspace(0, 1, 17)
    bend = (0.5 + np.sin(np.pi * place)) * np.where(np.arange(17) % 2 == 0, 0.6, 0.4)
    return np.append(1 - np.cumsum([0, *bend[:-1]]) / bend.sum(), 0.0)


def _cervical_left() -> FloatArray:
    """(6, 2) share of the cervical lordosis between each endplate and C7 inferior; C2 superior repeats C2 inferior."""
    steps = np.tile([0.7, 0.3], 5)
    left = np.append(np.cumsum(steps[::-1])[::-1], 0.0) / steps.sum()
    return np.append(left[0], left).reshape(6, 2)


def coronal_tilts_deg(pose: SpinePose) -> FloatArray:
    """(24, 2) coronal tilts made by the curves alone, zero at C2; balance is added when the spine is placed."""
    u = np.array([[level.index, level.index + _BODY_SHARE] for level in Level], dtype=np.float64)
    tilt = np.zeros_like(u)
    for curve in pose.curves:
        t = _along(curve, u)
        tilt += curve.convex.sign * curve.cobb_deg * (t - np.sin(2 * np.pi * t) / (2 * np.pi))
    return tilt


def axial_rotations_deg(pose: SpinePose) -> FloatArray:
    """(24,) rotation of each vertebra about its own axis: none at the end vertebrae, most at the apex."""
    u = np.array([level.index + _BODY_SHARE / 2 for level in Level])
    turn = np.zeros_like(u)
    for curve in pose.curves:
        turn += (
            curve.convex.sign
            * pose.rotation_per_cobb
            * curve.cobb_deg
            * np.sin(np.pi * _along(curve, u)) ** 2
        )
    return turn


def _along(curve: CurvePose, u: FloatArray) -> FloatArray:
    """Place along a curve: 0 at the superior endplate of its upper end, 1 at the inferior one of its lower end."""
    start, end = curve.upper_end.index, curve.lower_end.index + _BODY_SHARE
    return np.clip((u - start) / (end - start), 0, 1)
