"""The solids of the pelvis: sacrum, iliac wings, pubic rings and proximal femora (chosen shapes, no truth but S1 and hips)."""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.solid import Solid, ellipsoid, hollow, plane, tube, waisted_cylinder
from spondyl.anatomy.spine_shape import SpineShape, axes_about
from spondyl.anatomy.vertebra_shape import CORTEX_PER_MM, SPONGY_PER_MM, endplate_solid

_X, _Y, _Z = np.eye(3)


def pelvis_solids(spine: SpineShape) -> tuple[Solid, ...]:
    """Every solid of the pelvis and the proximal femora."""
    sides = tuple(solid for side in (-1, 1) for solid in (*_ilium(spine, side), *_hip(spine, side)))
    return (*_sacrum(spine), *sides)


def _sacrum(spine: SpineShape) -> tuple[Solid, ...]:
    """Five shrinking segments curving backwards, with wings beside the first two."""
    k, plate = spine.pose.scale, spine.sacrum
    solids = [endplate_solid(plate, inward=-1)]
    centre, tilt = plate.centre_mm, spine.pose.sacral_slope_deg
    for i, bend in enumerate((0.0, 10.0, 14.0, 18.0, 22.0)):
        tilt += bend
        axes = axes_about(np.array([0.0, -np.sin(np.radians(tilt)), np.cos(np.radians(tilt))]))
        height, shrink = k * (28.0 - 3.5 * i), 1 - 0.16 * i
        half = (plate.half_width_mm * shrink, plate.half_depth_mm * (1 - 0.19 * i), height / 2)
        middle = centre - axes[:, 2] * height / 2
        solids += _shell_segment(middle, axes, half)
        if i < 3:
            solids += [_wing(middle, axes, k * (1 - 0.25 * i), side) for side in (-1, 1)]
        solids.append(_crest(middle, axes, half))
        centre = centre - axes[:, 2] * height
    return tuple(solids)


def _shell_segment(
    centre: FloatArray, axes: FloatArray, half: tuple[float, float, float]
) -> tuple[Solid, Solid]:
    ends = (1.05, 0.9)
    inner = (half[0] - 1.0, half[1] - 1.0, half[2] - 0.7)
    pair = (
        waisted_cylinder(centre, axes, half_mm=half, ends=ends, attenuation_per_mm=0.7 * CORTEX_PER_MM),
        waisted_cylinder(centre, axes, half_mm=inner, ends=ends, attenuation_per_mm=CORTEX_PER_MM),
    )
    return hollow(pair, inner_per_mm=SPONGY_PER_MM)


def _wing(middle: FloatArray, axes: FloatArray, k: float, side: int) -> Solid:
    centre = middle + axes @ np.array([side * 33.0 * k, 8.0 * k, 0.0])
    return ellipsoid(centre, axes, radii_mm=(24.0 * k, 13.0 * k, 17.0 * k), attenuation_per_mm=SPONGY_PER_MM)


def _crest(middle: FloatArray, axes: FloatArray, half: tuple[float, float, float]) -> Solid:
    centre = middle + axes @ np.array([0.0, half[1] + 14.0, 0.0])
    return ellipsoid(centre, axes, radii_mm=(5.0, 8.0, half[2]), attenuation_per_mm=0.35 * CORTEX_PER_MM)


def _ilium(spine: SpineShape, side: int) -> tuple[Solid, ...]:
    """A thin bowl (an ellipsoidal shell cut in half) from the sacroiliac joint to the acetabulum, with its crest."""
    k, hip = spine.pose.scale, _hip_centre(spine, side)
    joint = spine.sacrum.centre_mm + k * np.array([side * 52.0, 22.0, -18.0])
    spread = np.array([side * 0.72, -0.62, 0.18])
    out = np.cross(spread, _Z) * -side
    out /= np.linalg.norm(out)
    up = np.array([side * 0.28, 0.1, 0.95])
    up -= (up @ out) * out
    up /= np.linalg.norm(up)
    axes = np.stack([np.cross(out, up), out, up], axis=1)
    centre = (joint + hip) / 2 + k * (np.array([side * 18.0, 4.0, 22.0]))
    outer = ellipsoid(centre, axes, radii_mm=(64 * k, 9 * k, 82 * k), attenuation_per_mm=0.55 * CORTEX_PER_MM)
    inner = ellipsoid(centre, axes, radii_mm=(62.5 * k, 6.5 * k, 80.5 * k), attenuation_per_mm=0.0)
    floor = plane(hip + k * 12 * _Z, np.array([0.0, 0.25, -1.0]))
    return tuple(solid.cut(floor) for solid in hollow((outer, inner), inner_per_mm=0.8 * SPONGY_PER_MM))


def _hip_centre(spine: SpineShape, side: int) -> FloatArray:
    return spine.femoral_heads_mm[0 if side < 0 else 1]


def _hip(spine: SpineShape, side: int) -> tuple[Solid, ...]:
    """Femoral head with acetabular roof, neck, shaft and pubic ring."""
    k, hip, r = spine.pose.scale, _hip_centre(spine, side), spine.femoral_head_radius_mm
    neck = hip + k * np.array([side * 38.0, 6.0, -30.0])
    shaft = neck + k * np.array([side * 4.0, 4.0, -170.0])
    head = _ball(hip, r, wall_mm=1.2)
    roof = hollow(
        (_sphere(hip, r + 5.5 * k, 0.8 * CORTEX_PER_MM), _sphere(hip, r + 2.5 * k, 0.0)), inner_per_mm=0.0
    )
    cup = tuple(part.cut(plane(hip + 3 * k * _Z, np.array([side * 0.5, 0.0, -1.0]))) for part in roof)
    rings = (*_shaft(hip, neck, 15 * k, 2.0), *_shaft(neck + 12 * k * _Z, shaft, 16 * k, 5.0))
    return (*head, *cup, *rings, *_pubis(spine, side))


def _sphere(centre: FloatArray, radius: float, attenuation: float) -> Solid:
    return ellipsoid(centre, np.eye(3), radii_mm=(radius,) * 3, attenuation_per_mm=attenuation)


def _ball(centre: FloatArray, radius: float, *, wall_mm: float) -> tuple[Solid, Solid]:
    pair = _sphere(centre, radius, CORTEX_PER_MM), _sphere(centre, radius - wall_mm, 0.0)
    return hollow(pair, inner_per_mm=SPONGY_PER_MM)


def _shaft(start: FloatArray, end: FloatArray, radius: float, wall: float) -> tuple[Solid, Solid]:
    pair = (
        tube(start, end, radii_mm=(radius, radius), side=_Y, attenuation_per_mm=0.6 * CORTEX_PER_MM),
        tube(start, end, radii_mm=(radius - wall,) * 2, side=_Y, attenuation_per_mm=0.0),
    )
    return hollow(pair, inner_per_mm=0.4 * SPONGY_PER_MM)


def _pubis(spine: SpineShape, side: int) -> tuple[Solid, ...]:
    """Superior ramus, symphysis, inferior ramus and ischium as a closed chain of tubes."""
    k, hip = spine.pose.scale, _hip_centre(spine, side)
    symphysis = np.array([side * 7.0 * k, hip[1] - 34 * k, hip[2] - 38 * k])
    ischium = hip + k * np.array([-side * 22.0, 26.0, -62.0])
    corners = (
        hip + k * np.array([-side * 18.0, -12.0, -2.0]),
        symphysis,
        symphysis - 26 * k * _Z,
        ischium,
        hip + k * np.array([-side * 6.0, 22.0, -16.0]),
    )
    return tuple(
        solid
        for start, end in zip(corners, corners[1:], strict=False)
        for solid in hollow(
            (
                tube(
                    start,
                    end,
                    radii_mm=(9 * k, 8 * k),
                    side=_X + 0.1 * _Y,
                    attenuation_per_mm=0.5 * CORTEX_PER_MM,
                ),
                tube(start, end, radii_mm=(7.8 * k, 6.8 * k), side=_X + 0.1 * _Y, attenuation_per_mm=0.0),
            ),
            inner_per_mm=SPONGY_PER_MM,
        )
    )
