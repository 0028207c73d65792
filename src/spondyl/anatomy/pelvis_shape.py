"""The solids of pelvis and proximal femora (chosen shapes; only S1 and the femoral heads carry truth)."""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.solid import (
    Solid,
    ellipsoid,
    hollow,
    hollow_pipe,
    plane,
    smooth_line,
    waisted_cylinder,
)
from spondyl.anatomy.spine_shape import Endplate, SpineShape, axes_about
from spondyl.anatomy.vertebra_shape import CORTEX_PER_MM, SPONGY_PER_MM, endplate_solid

_X, _Y, _Z = np.eye(3)
_BONE = (0.5 * CORTEX_PER_MM, 0.8 * SPONGY_PER_MM)


def pelvis_solids(spine: SpineShape) -> tuple[Solid, ...]:
    """Every solid of the pelvis and the proximal femora."""
    sides = tuple(solid for side in (-1, 1) for solid in (*_ilium(spine, side), *_hip(spine, side)))
    return (*_sacrum(spine), *sides)


def _sacrum(spine: SpineShape) -> tuple[Solid, ...]:
    """Five shrinking segments, hollow in front, with wings beside the first three."""
    k, plate = spine.pose.scale, spine.sacrum
    solids = [endplate_solid(plate, inward=-1)]
    centre, tilt = plate.centre_mm, spine.pose.sacral_slope_deg
    for i, bend in enumerate((0.0, -8.0, -14.0, -20.0, -24.0)):
        tilt += bend
        axes = axes_about(np.array([0.0, -np.sin(np.radians(tilt)), np.cos(np.radians(tilt))]))
        height = k * (29.0 - 3.0 * i)
        half = (plate.half_width_mm * (1 - 0.15 * i), plate.half_depth_mm * (1 - 0.18 * i), height / 2)
        middle = centre - axes[:, 2] * height / 2
        solids += _segment(middle, axes, half)
        if i in (1, 2, 3):
            solids += [_foramen(middle, axes, (k, i), side) for side in (-1, 1)]
        crest = middle + axes @ np.array([0.0, half[1] + 12.0 * k, 0.0])
        solids.append(
            ellipsoid(crest, axes, radii_mm=(4 * k, 7 * k, half[2]), attenuation_per_mm=0.3 * CORTEX_PER_MM)
        )
        centre = centre - axes[:, 2] * height
    wings = (solid for side in (-1, 1) for solid in _wing(plate, k, side))
    return (*solids, *wings)


def _segment(centre: FloatArray, axes: FloatArray, half: tuple[float, float, float]) -> tuple[Solid, Solid]:
    ends = (1.0, 0.88)
    inner = (half[0] - 1.0, half[1] - 1.0, half[2] - 0.6)
    pair = (
        waisted_cylinder(centre, axes, half_mm=half, ends=ends, attenuation_per_mm=0.6 * CORTEX_PER_MM),
        waisted_cylinder(centre, axes, half_mm=inner, ends=ends, attenuation_per_mm=0.0),
    )
    return hollow(pair, inner_per_mm=SPONGY_PER_MM)


def _wing(plate: Endplate, k: float, side: int) -> tuple[Solid, Solid]:
    """The ala of one side, from the S1 body to the sacroiliac joint."""
    left, back, up = plate.axes.T
    along = up + side * 0.32 * left - 0.25 * back
    along /= np.linalg.norm(along)
    across = left - (left @ along) * along
    across /= np.linalg.norm(across)
    axes = np.stack([across, np.cross(along, across), along], axis=1)
    centre = plate.centre_mm + plate.axes @ (k * np.array([side * 31.0, 10.0, -33.0]))
    radii = (22.0 * k, 15.0 * k, 44.0 * k)
    pair = (
        ellipsoid(centre, axes, radii_mm=radii, attenuation_per_mm=0.22 * CORTEX_PER_MM),
        ellipsoid(centre, axes, radii_mm=(radii[0] - 1, radii[1] - 1, radii[2] - 1), attenuation_per_mm=0.0),
    )
    return hollow(pair, inner_per_mm=0.35 * SPONGY_PER_MM)


def _foramen(middle: FloatArray, axes: FloatArray, at: tuple[float, int], side: int) -> Solid:
    """The hole between two sacral segments."""
    k, i = at
    centre = middle + axes @ (k * np.array([side * (25.0 - 3.5 * i), 4.0, 13.0]))
    return ellipsoid(
        centre, axes, radii_mm=(4.5 * k, 12.0 * k, 3.8 * k), attenuation_per_mm=-1.1 * SPONGY_PER_MM
    )


def _hip_centre(spine: SpineShape, side: int) -> FloatArray:
    return spine.femoral_heads_mm[0 if side < 0 else 1]


def _ilium(spine: SpineShape, side: int) -> tuple[Solid, ...]:
    """The wing as a thin curved blade, its crest and the pelvic brim as dense lines."""
    k, hip = spine.pose.scale, _hip_centre(spine, side)
    joint = spine.sacrum.centre_mm + k * np.array([side * 50.0, 24.0, -16.0])
    mirror = np.array([side, 1.0, 1.0])
    top = joint + k * mirror * np.array([34.0, 4.0, 46.0])
    flank = top + k * mirror * np.array([46.0, -42.0, -8.0])
    spina = hip + k * mirror * np.array([48.0, -34.0, 72.0])
    front = hip + k * mirror * np.array([14.0, -16.0, 30.0])
    crest = smooth_line(np.stack([joint + 8 * k * _Z, top, flank, spina, front]), pieces=18)
    brim = np.stack(
        [
            joint - 12 * k * _Z,
            (joint + hip) / 2 + k * mirror * np.array([2.0, 6.0, -8.0]),
            hip + k * mirror * np.array([-26.0, -4.0, 8.0]),
        ]
    )
    lines = (
        *hollow_pipe(crest, radii_mm=(5.5 * k, 4.5 * k), side=_X, wall_mm=1.2 * k, per_mm=_BONE),
        *hollow_pipe(
            smooth_line(brim, pieces=8), radii_mm=(5.0 * k, 7.0 * k), side=_X, wall_mm=1.5 * k, per_mm=_BONE
        ),
    )
    return (*lines, *_blade((joint, top, spina, hip), side, k))


def _blade(
    around: tuple[FloatArray, FloatArray, FloatArray, FloatArray], side: int, k: float
) -> tuple[Solid, ...]:
    """A thin ellipsoid filling the wing's outline, cut at the brim."""
    joint, top, spina, hip = around
    across = spina - joint
    across /= np.linalg.norm(across)
    up = (top + spina) / 2 - hip
    up -= (up @ across) * across
    height = float(np.linalg.norm(up))
    up /= height
    axes = np.stack([across, np.cross(up, across), up], axis=1)
    centre = hip + 0.5 * height * up + 0.35 * (joint + spina - 2 * hip) * np.array([1.0, 1.0, 0.0])
    sheet = ellipsoid(
        centre, axes, radii_mm=(66 * k, 4.5 * k, 0.62 * height), attenuation_per_mm=0.38 * CORTEX_PER_MM
    )
    brim = plane((joint + hip) / 2 - 6 * k * _Z, np.array([-side * 0.75, 0.0, -0.65]))
    return (sheet.cut(brim),)


def _hip(spine: SpineShape, side: int) -> tuple[Solid, ...]:
    """Femoral head with acetabular roof, neck, shaft and pubic ring."""
    k, hip, r = spine.pose.scale, _hip_centre(spine, side), spine.femoral_head_radius_mm
    mirror = np.array([side, 1.0, 1.0])
    way = (
        k
        * mirror
        * np.array([(6, 0, -4), (34, 4, -26), (54, 8, -62), (52, 8, -110), (46, 6, -230)], np.float64)
    )
    femur = smooth_line(hip + way, pieces=12)
    trochanter = hip + k * mirror * np.array([62.0, 10.0, -24.0])
    roof = hollow(
        (_sphere(hip, r + 6 * k, 0.7 * CORTEX_PER_MM), _sphere(hip, r + 2.5 * k, 0.0)), inner_per_mm=0.0
    )
    cup = tuple(part.cut(plane(hip + 2 * k * _Z, np.array([side * 0.45, 0.0, -1.0]))) for part in roof)
    return (
        *hollow((_sphere(hip, r, CORTEX_PER_MM), _sphere(hip, r - 1.2, 0.0)), inner_per_mm=SPONGY_PER_MM),
        *cup,
        *hollow_pipe(femur, radii_mm=(15 * k, 15 * k), side=_Y, wall_mm=2.6 * k, per_mm=_BONE),
        ellipsoid(trochanter, np.eye(3), radii_mm=(12 * k, 14 * k, 20 * k), attenuation_per_mm=SPONGY_PER_MM),
        *_pubis(hip, side, k),
    )


def _sphere(centre: FloatArray, radius: float, attenuation: float) -> Solid:
    return ellipsoid(centre, np.eye(3), radii_mm=(radius, radius, radius), attenuation_per_mm=attenuation)


def _pubis(hip: FloatArray, side: int, k: float) -> tuple[Solid, ...]:
    """Superior ramus, symphysis, inferior ramus and ischium around the obturator foramen."""
    symphysis = np.array([side * 9.0 * k, hip[1] - 34 * k, hip[2] - 34 * k])
    ring = np.stack(
        [
            hip + k * np.array([-side * 20.0, -10.0, 4.0]),
            hip + k * np.array([-side * 48.0, -26.0, -12.0]),
            symphysis,
            symphysis - 24 * k * _Z,
            hip + k * np.array([-side * 40.0, 8.0, -78.0]),
            hip + k * np.array([-side * 16.0, 26.0, -70.0]),
            hip + k * np.array([-side * 8.0, 22.0, -20.0]),
        ]
    )
    line = smooth_line(ring, pieces=22)
    return hollow_pipe(
        line, radii_mm=(9.5 * k, 8 * k), side=_X + 0.3 * _Y + 0.2 * _Z, wall_mm=1.3 * k, per_mm=_BONE
    )
