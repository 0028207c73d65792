"""Soft tissue and air around a posed spine: trunk, lungs, heart, liver, bowel gas (chosen shapes; no truth)."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.interpolate import PchipInterpolator

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level
from spondyl.anatomy.solid import Solid, ellipsoid, plane, waisted_cylinder
from spondyl.anatomy.spine_shape import SpineShape, axes_about
from spondyl.anatomy.thorax_shape import TRUNK_FOLLOWS

SOFT_PER_MM = 0.0185
_AIR_PER_MM = -0.75 * SOFT_PER_MM
_SLAB_MM = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """``hull`` are slabs to be blurred together; ``organs`` have edges of their own."""

    hull: tuple[Solid, ...]
    organs: tuple[Solid, ...]


def trunk_solids(spine: SpineShape, *, girth: float = 1.0, rng: np.random.Generator) -> Trunk:
    """The trunk of a person with ``girth`` (1: lean), bowel gas drawn from ``rng``."""
    organs = (*_lungs(spine), *_gas(spine, rng), _trachea(spine))
    return Trunk(hull=tuple(_slabs(spine, girth)), organs=organs)


def _stations(spine: SpineShape) -> FloatArray:
    """(n, 4) height, half width, half depth, skin of the back behind the spine; foot to head, in mm."""
    k = spine.pose.scale

    def z(level: Level) -> float:
        return float(spine.of(level).centre_mm[2])

    hips = float(spine.femoral_heads_mm[0, 2])
    return np.array(
        [
            (hips - 260 * k, 165 * k, 95 * k, 80 * k),
            (hips - 20 * k, 182 * k, 112 * k, 104 * k),
            (60 * k, 158 * k, 108 * k, 84 * k),
            (z(Level.L2), 145 * k, 102 * k, 62 * k),
            (z(Level.T9), 152 * k, 112 * k, 56 * k),
            (z(Level.T4), 165 * k, 105 * k, 52 * k),
            (z(Level.T1) - 10 * k, 190 * k, 72 * k, 48 * k),
            (z(Level.T1) + 22 * k, 95 * k, 62 * k, 44 * k),
            (z(Level.C6), 60 * k, 58 * k, 46 * k),
            (z(Level.C4), 60 * k, 66 * k, 54 * k),
            (z(Level.C2) - 8 * k, 72 * k, 92 * k, 60 * k),
            (z(Level.C2) + 30 * k, 74 * k, 94 * k, 62 * k),
            (z(Level.C2) + 110 * k, 76 * k, 95 * k, 64 * k),
        ]
    )


def _slabs(spine: SpineShape, girth: float) -> list[Solid]:
    table = _stations(spine)
    line = np.array([v.centre_mm for v in spine.vertebrae[::-1]])
    rising = np.maximum.accumulate(table[:, 0]) + 0.1 * np.arange(
        len(table)
    )  # bent spines may fold the table
    outline = PchipInterpolator(rising, table[:, 1:], extrapolate=True)
    heights = np.arange(rising[0], rising[-1], _SLAB_MM)
    slabs: list[Solid] = []
    for height in heights:
        x = TRUNK_FOLLOWS * float(np.interp(height, line[:, 2], line[:, 0]))
        y = float(np.interp(height, np.append(-100, line[:, 2]), np.append(0.0, line[:, 1])))
        width, depth, back = (girth * float(value) for value in outline(height))
        centre = np.array([x, y + back - depth, height])
        slabs.append(
            waisted_cylinder(
                centre, np.eye(3), half_mm=(width, depth, _SLAB_MM / 2), attenuation_per_mm=SOFT_PER_MM
            )
        )
    return slabs


def _lungs(spine: SpineShape) -> tuple[Solid, ...]:
    """Two half ellipsoids above the domes of the diaphragm, less heart and mediastinum."""
    k, base, top = spine.pose.scale, spine.of(Level.T11).centre_mm, spine.of(Level.T1).centre_mm
    middle = spine.of(Level.T8).centre_mm * np.array([TRUNK_FOLLOWS, 1.0, 1.0])
    height = float(top[2] - base[2]) + 8 * k
    heart = _blob(middle + k * np.array([20.0, -92.0, -50.0]), (62 * k, 46 * k, 56 * k))
    middle_wall = _blob(middle + k * np.array([2.0, -50.0, 40.0]), (31 * k, 88 * k, 190 * k))
    solids: list[Solid] = []
    for side in (-1, 1):
        centre = np.array([middle[0] + side * 20 * k, middle[1] - 60 * k, base[2] - 4 * k])
        inwards = np.array([-float(side), 0.0, 0.0])
        lung = ellipsoid(
            centre, np.eye(3), radii_mm=(106 * k, 90 * k, height), attenuation_per_mm=_AIR_PER_MM
        )
        lung = lung.cut(plane(middle - 13.0 * k * inwards, inwards), plane(base - 40 * k * _UP, -_UP))
        dome = _blob(centre - (52 + 5 * side) * k * _UP, (118 * k, 104 * k, 92 * k))
        solids += [lung, *_filled(lung, (dome, heart, middle_wall))]
    return tuple(solids)


def _filled(lung: Solid, organs: tuple[Solid, ...]) -> list[Solid]:
    """What takes the air out of the union of organs inside a lung (inclusion and exclusion of their overlaps)."""
    parts: list[Solid] = []
    for count in range(1, len(organs) + 1):
        for chosen in combinations(organs, count):
            part = lung
            for organ in chosen:
                part = part.within(organ, attenuation_per_mm=(-1) ** count * _AIR_PER_MM)
            parts.append(part)
    return parts


_UP = np.array([0.0, 0.0, 1.0])


def _blob(centre: FloatArray, radii: tuple[float, float, float]) -> Solid:
    return ellipsoid(centre, np.eye(3), radii_mm=radii, attenuation_per_mm=0.0)


def _trachea(spine: SpineShape) -> Solid:
    """The windpipe's air in front of the upper thoracic spine."""
    start, end = spine.of(Level.C5).centre_mm, spine.of(Level.T5).centre_mm
    k = spine.pose.scale
    centre = (start + end) / 2 + np.array([0.0, -38.0 * k, 0.0])
    along: FloatArray = start - end
    half = float(np.linalg.norm(along)) / 2
    along = along / (2 * half)
    axes = axes_about(along)
    return waisted_cylinder(centre, axes, half_mm=(8 * k, 8 * k, half), attenuation_per_mm=0.7 * _AIR_PER_MM)


def _gas(spine: SpineShape, rng: np.random.Generator) -> list[Solid]:
    """Pockets of bowel gas in the front of the belly, mostly along the colon's frame."""
    k, l3 = spine.pose.scale, spine.of(Level.L3).centre_mm
    pockets: list[Solid] = []
    for _ in range(int(rng.integers(8, 20))):
        angle = rng.uniform(0, 2 * np.pi)
        frame = np.array(
            [np.cos(angle) * rng.uniform(60, 105), 0.0, np.sin(angle) * rng.uniform(60, 110) - 20]
        )
        centre = l3 + k * (frame + np.array([0.0, rng.uniform(-100, -60), 0.0]))
        radii = k * rng.uniform((8, 8, 6), (24, 18, 18))
        turn = rng.uniform(0, np.pi)
        c, s = np.cos(turn), np.sin(turn)
        axes = np.array([[c, 0, -s], [0, 1.0, 0], [s, 0, c]])
        size = (float(radii[0]), float(radii[1]), float(radii[2]))
        pockets.append(ellipsoid(centre, axes, radii_mm=size, attenuation_per_mm=0.8 * _AIR_PER_MM))
    return pockets
