"""The lower part of the skull, which closes a full-spine film at its top (chosen shape; no truth)."""

import numpy as np

from spondyl.anatomy.levels import Level
from spondyl.anatomy.solid import Solid, ellipsoid, hollow, hollow_pipe, smooth_line
from spondyl.anatomy.spine_shape import SpineShape

_BONE_PER_MM = 0.026


def skull_solids(spine: SpineShape) -> tuple[Solid, ...]:
    """Brain case, upper teeth and jaw above C2."""
    k, neck = spine.pose.scale, spine.of(Level.C2).centre_mm
    centre = neck + k * np.array([0.0, -12.0, 92.0])
    outer = ellipsoid(centre, np.eye(3), radii_mm=(72 * k, 92 * k, 66 * k), attenuation_per_mm=_BONE_PER_MM)
    inner = ellipsoid(centre, np.eye(3), radii_mm=(67 * k, 87 * k, 61 * k), attenuation_per_mm=0.0)
    face = ellipsoid(
        neck + k * np.array([0.0, -62.0, 42.0]),
        np.eye(3),
        radii_mm=(44 * k, 32 * k, 34 * k),
        attenuation_per_mm=0.25 * _BONE_PER_MM,
    )
    bends = [
        (50, -18, 42),
        (47, -26, 8),
        (36, -62, -12),
        (0, -86, -16),
        (-36, -62, -12),
        (-47, -26, 8),
        (-50, -18, 42),
    ]
    jaw = smooth_line(neck + k * np.array(bends, dtype=np.float64), pieces=18)
    bone = hollow_pipe(
        jaw,
        radii_mm=(10 * k, 5 * k),
        side=np.array([0.0, 0.15, 1.0]),
        wall_mm=1.8 * k,
        per_mm=(_BONE_PER_MM, 0.3 * _BONE_PER_MM),
    )
    return (*hollow((outer, inner), inner_per_mm=0.0005), face, *bone)
