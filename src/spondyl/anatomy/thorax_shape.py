"""Ribs, sternum, clavicles and shoulder blades around a posed spine (chosen shapes; they carry no truth)."""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level
from spondyl.anatomy.solid import Solid, ellipsoid, hollow_pipe, smooth_line
from spondyl.anatomy.spine_shape import PlacedVertebra, SpineShape

_RIB_PER_MM = 0.036
# Half width and half depth of the cage at each rib, and how far the rib falls from back to front, in millimetres.
_HALF_WIDTH = (48, 72, 92, 106, 116, 122, 127, 130, 130, 126, 112, 88)
_HALF_DEPTH = (36, 54, 68, 78, 84, 88, 91, 93, 93, 90, 70, 50)
_FALL = (22, 38, 52, 62, 70, 76, 80, 84, 88, 86, 60, 42)
# How far round the rib runs: π/2 is the flank, π the sternum.
_SWEEP = (2.7, 2.7, 2.7, 2.65, 2.6, 2.55, 2.5, 2.4, 2.3, 2.2, 1.5, 1.15)
_PIECES = 20


def thorax_solids(spine: SpineShape) -> tuple[Solid, ...]:
    """Every solid of the rib cage and the shoulder girdle."""
    levels = [level for level in Level if level.value[0] == "T"]
    ribs = (
        solid
        for number, level in enumerate(levels)
        for side in (-1, 1)
        for solid in _rib(spine.of(level), number, side, spine.pose.scale)
    )
    return (*ribs, *_girdle(spine))


def rib_line_mm(vertebra: PlacedVertebra, number: int, side: int, scale: float) -> FloatArray:
    """(21, 3) centre line of one rib, from the costovertebral joint forwards."""
    angle = np.linspace(0.0, _SWEEP[number], _PIECES + 1)
    share = angle / np.pi
    width, depth = scale * _HALF_WIDTH[number], scale * _HALF_DEPTH[number]
    start = vertebra.size.upper_width_mm / 2 - 1.0
    across = np.where(angle <= np.pi / 2, start + (width - start) * np.sin(angle), width * _fold(angle))
    back = _BACKSET * np.sin(np.clip(angle * 2, 0, np.pi)) * scale
    ahead = depth * (1 - np.cos(angle)) - back
    fall = scale * _FALL[number] * (share**1.15) * 1.4
    local = np.stack([side * across, -ahead + 6.0 * scale, 0.38 * vertebra.size.height_mm - fall], axis=1)
    upright = 0.5 * vertebra.axes + 0.5 * np.eye(3)
    joint = vertebra.centre_mm + np.array([0.0, 0.7 * vertebra.size.upper_depth_mm / 2, 0.0])
    centred = np.outer(np.sin(angle / 2) ** 2, [(TRUNK_FOLLOWS - 1) * vertebra.centre_mm[0], 0.0, 0.0])
    return joint + local @ upright.T + centred


TRUNK_FOLLOWS = 0.4
"""The trunk shifts sideways by this share of the spine's own shift (chosen)."""
_BACKSET = 26.0


def _fold(angle: FloatArray) -> FloatArray:
    """Half width past the flank, drawn in towards the sternum."""
    return np.maximum(np.sin(angle), 0.12) ** 0.8


def _rib(vertebra: PlacedVertebra, number: int, side: int, scale: float) -> tuple[Solid, ...]:
    line = rib_line_mm(vertebra, number, side, scale)
    radii = ((4.8 + 0.12 * number) * scale, 3.0 * scale)
    bony = _PIECES if number > 9 else _PIECES - 4  # the front end is cartilage, which hardly shows
    return hollow_pipe(
        line[: bony + 1],
        radii_mm=radii,
        side=_UP,
        wall_mm=1.0 * scale,
        per_mm=(_RIB_PER_MM, 0.3 * _RIB_PER_MM),
    )


_UP = np.array([0.0, 0.0, 1.0])


def _girdle(spine: SpineShape) -> tuple[Solid, ...]:
    """Sternum, clavicles, shoulder blades and the heads of the arms."""
    k, t1, t8 = spine.pose.scale, spine.of(Level.T1).centre_mm, spine.of(Level.T8).centre_mm
    notch = t1 + k * np.array([0.0, -50.0, -38.0])
    foot = np.array([t8[0], t8[1] - 140.0 * k, t8[2] - 10.0 * k])
    middle = (notch + foot) / 2 + k * np.array([0.0, -14.0, 6.0])
    line = smooth_line(np.stack([notch, middle, foot]), pieces=6)
    sternum = hollow_pipe(
        line,
        radii_mm=(17.0 * k, 4.5 * k),
        side=np.array([1.0, 0.0, 0.0]),
        wall_mm=0.8 * k,
        per_mm=(0.5 * _RIB_PER_MM, 0.15 * _RIB_PER_MM),
    )
    sides = tuple(solid for side in (-1, 1) for solid in _shoulder(notch, t1, side, k))
    return (*sternum, *sides)


def _shoulder(notch: FloatArray, t1: FloatArray, side: int, k: float) -> tuple[Solid, ...]:
    bends = np.array([(14, 4, 2), (45, -2, 8), (85, 14, 20), (120, 34, 30), (150, 44, 30)], dtype=np.float64)
    line = notch + k * bends * np.array([side, 1, 1])
    clavicle = hollow_pipe(
        smooth_line(line, pieces=10),
        radii_mm=(5.8 * k, 5.2 * k),
        side=_UP,
        wall_mm=1.4 * k,
        per_mm=(0.8 * _RIB_PER_MM, 0.2 * _RIB_PER_MM),
    )
    flat = np.array([[0.8, side * 0.6, 0.0], [-side * 0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]).T
    blade = ellipsoid(
        t1 + k * np.array([side * 108.0, 42.0, -95.0]),
        flat,
        radii_mm=(40 * k, 3.0 * k, 78 * k),
        attenuation_per_mm=0.4 * _RIB_PER_MM,
    )
    arm = line[-1] + k * np.array([side * 14.0, 4.0, -24.0])
    head = ellipsoid(arm, np.eye(3), radii_mm=(24 * k, 24 * k, 24 * k), attenuation_per_mm=0.004)
    return (*clavicle, blade, head)
