"""Ribs, sternum, clavicles and shoulder blades around a posed spine (chosen shapes; they carry no truth)."""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level
from spondyl.anatomy.solid import Solid, ellipsoid, hollow, tube
from spondyl.anatomy.spine_shape import PlacedVertebra, SpineShape

_RIB_PER_MM = 0.020
# Half width and half depth of the cage at each rib, and how far the rib falls from back to front, in millimetres.
_HALF_WIDTH = (48, 72, 92, 106, 116, 122, 127, 130, 130, 126, 112, 88)
_HALF_DEPTH = (36, 54, 68, 78, 84, 88, 91, 93, 93, 90, 70, 50)
_FALL = (22, 38, 52, 62, 70, 76, 80, 84, 88, 86, 60, 42)
# How far round the rib runs: π/2 is the flank, π the sternum.
_SWEEP = (2.7, 2.7, 2.7, 2.65, 2.6, 2.55, 2.5, 2.4, 2.3, 2.2, 1.5, 1.15)
_PIECES = 16


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
    """(17, 3) centre line of one rib, from the costovertebral joint forwards."""
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
    return vertebra.centre_mm + np.array([0, 0.7 * vertebra.size.upper_depth_mm / 2, 0]) + local @ upright.T


_BACKSET = 26.0


def _fold(angle: FloatArray) -> FloatArray:
    """Half width past the flank, drawn in towards the sternum."""
    return np.maximum(np.sin(angle), 0.12) ** 0.8


def _rib(vertebra: PlacedVertebra, number: int, side: int, scale: float) -> tuple[Solid, ...]:
    line = rib_line_mm(vertebra, number, side, scale)
    up = np.array([0.0, 0.0, 1.0])
    tall, thick = (4.6 + 0.12 * number) * scale, 2.8 * scale
    return tuple(
        solid
        for start, end in zip(line, line[1:], strict=False)
        for solid in _piece(start, end, (tall, thick), up)
    )


def _piece(
    start: FloatArray, end: FloatArray, radii: tuple[float, float], side: FloatArray
) -> tuple[Solid, Solid]:
    inner = (radii[0] - 0.9, radii[1] - 0.9)
    pair = (
        tube(start, end, radii_mm=radii, side=side, attenuation_per_mm=_RIB_PER_MM),
        tube(start, end, radii_mm=inner, side=side, attenuation_per_mm=0.0),
    )
    return hollow(pair, inner_per_mm=0.35 * _RIB_PER_MM)


def _girdle(spine: SpineShape) -> tuple[Solid, ...]:
    """Sternum, clavicles and shoulder blades."""
    k, t1, t8 = spine.pose.scale, spine.of(Level.T1).centre_mm, spine.of(Level.T8).centre_mm
    notch = t1 + k * np.array([0.0, -52.0, -38.0])
    foot = np.array([t8[0], t8[1] - 165.0 * k, t8[2] - 10.0 * k])
    sternum = _piece(notch, foot, (17.0 * k, 5.0 * k), np.array([1.0, 0.0, 0.0]))
    sides = tuple(solid for side in (-1, 1) for solid in _shoulder(notch, t1, side, k))
    return (*sternum, *sides)


def _shoulder(notch: FloatArray, t1: FloatArray, side: int, k: float) -> tuple[Solid, ...]:
    inner = notch + k * np.array([side * 20.0, 2.0, 6.0])
    bend = notch + k * np.array([side * 80.0, 10.0, 22.0])
    tip = notch + k * np.array([side * 150.0, 50.0, 30.0])
    clavicle = (
        *_piece(inner, bend, (6.0 * k, 5.5 * k), np.array([0.0, 0.0, 1.0])),
        *_piece(bend, tip, (5.5 * k, 5.0 * k), np.array([0.0, 0.0, 1.0])),
    )
    flat = np.array([[0.8, side * 0.6, 0.0], [-side * 0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]).T
    blade = ellipsoid(
        t1 + k * np.array([side * 108.0, 42.0, -95.0]),
        flat,
        radii_mm=(40 * k, 3.0 * k, 78 * k),
        attenuation_per_mm=0.6 * _RIB_PER_MM,
    )
    head = ellipsoid(
        tip + k * np.array([side * 18.0, 4.0, -26.0]),
        np.eye(3),
        radii_mm=(24 * k,) * 3,
        attenuation_per_mm=0.008,
    )
    return (*clavicle, blade, head)
