"""The posed spine in space: where every endplate, vertebra and femoral head lies.

Frame: millimetres, x to the patient's left, y to the back, z to the head (DICOM's own axes), origin at the centre of
the S1 endplate. An endplate with coronal tilt a and sagittal tilt b has the normal (tan a, −tan b, 1)/norm, so its tilt
seen from the front is exactly a and seen from the side exactly b, whatever the axial rotation.
"""

from dataclasses import dataclass

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level
from spondyl.anatomy.published_sizes import (
    FEMORAL_HEAD_RADIUS_MM,
    HIP_SPREAD_MM,
    SACRAL_ENDPLATE_DEPTH_MM,
    SACRAL_ENDPLATE_WIDTH_MM,
    SACRUM_TO_HIP_AXIS_MM,
    VertebraSize,
    published_size,
)
from spondyl.anatomy.spine_pose import (
    PRESACRAL,
    SpinePose,
    axial_rotations_deg,
    column_tilts_deg,
    coronal_tilts_deg,
    sagittal_tilts_deg,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endplate:
    """An elliptical disc. ``axes`` (3, 3) holds its left, back and upward normal directions as columns."""

    centre_mm: FloatArray
    axes: FloatArray
    half_width_mm: float
    half_depth_mm: float

    def half_chord_mm(self, direction: FloatArray) -> float:
        """Half the length of the chord through the centre along a unit direction that lies in the endplate."""
        across, back = direction @ self.axes[:, 0], direction @ self.axes[:, 1]
        return float(1 / np.hypot(across / self.half_width_mm, back / self.half_depth_mm))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVertebra:
    """A vertebra in space. ``axes`` are the body's left, back and up directions as columns."""

    level: Level
    size: VertebraSize
    axes: FloatArray
    superior: Endplate
    inferior: Endplate

    @property
    def centre_mm(self) -> FloatArray:
        """Body centroid: half-way between the endplate centres."""
        return (self.superior.centre_mm + self.inferior.centre_mm) / 2

    def at(self, left_mm: float, back_mm: float, up_mm: float) -> FloatArray:
        """A point given in the body's own directions, from its centre."""
        return self.centre_mm + self.axes @ np.array([left_mm, back_mm, up_mm])

    def pedicle_centre_mm(self, side: int) -> FloatArray:
        """Centre of the pedicle (isthmus) on the left (+1) or the right (−1)."""
        size = self.size
        depth = (size.upper_depth_mm + size.lower_depth_mm) / 4
        return self.at(
            side * size.pedicle_distance_mm / 2, depth + PEDICLE_SETBACK * depth, 0.18 * size.height_mm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineShape:
    """C2 to L5, the S1 endplate and the femoral heads (right, then left; centres (2, 3))."""

    pose: SpinePose
    vertebrae: tuple[PlacedVertebra, ...]
    sacrum: Endplate
    femoral_heads_mm: FloatArray
    femoral_head_radius_mm: float

    def of(self, level: Level) -> PlacedVertebra:
        """The vertebra of one level, C2 to L5."""
        return self.vertebrae[level.index]


PEDICLE_SETBACK = 0.25
"""The pedicle's centre lies behind the posterior wall by this share of half the body's depth (chosen)."""


def build_spine(pose: SpinePose) -> SpineShape:
    """Place every vertebra so that the pose's angles and trunk shift hold exactly."""
    sizes = tuple(published_size(level).scaled(pose.scale) for level in PRESACRAL)
    sagittal, rotation = sagittal_tilts_deg(pose), axial_rotations_deg(pose)
    column = column_tilts_deg(sagittal)
    coronal = _balanced(pose, sizes, column)
    centres = _chain(sizes, _normals(coronal, column))
    plates = [
        [
            _endplate(centres[i, j], (coronal[i, j], sagittal[i, j], rotation[i]), _plate_size(size, j))
            for j in (0, 1)
        ]
        for i, size in enumerate(sizes)
    ]
    vertebrae = tuple(
        PlacedVertebra(
            level=level,
            size=sizes[i],
            axes=_body_axes(*plates[i]),
            superior=plates[i][0],
            inferior=plates[i][1],
        )
        for i, level in enumerate(PRESACRAL)
    )
    return SpineShape(
        pose=pose,
        vertebrae=vertebrae,
        sacrum=_sacrum(pose),
        femoral_heads_mm=_femoral_heads(pose),
        femoral_head_radius_mm=FEMORAL_HEAD_RADIUS_MM * pose.scale,
    )


def _normals(coronal_deg: FloatArray, sagittal_deg: FloatArray) -> FloatArray:
    """Upward unit normals (..., 3) from the two tilts."""
    a, b = np.radians(coronal_deg), np.radians(sagittal_deg)
    raw = np.stack([np.tan(a), -np.tan(b), np.ones_like(a)], axis=-1)
    return raw / np.linalg.norm(raw, axis=-1, keepdims=True)


def _chain(sizes: tuple[VertebraSize, ...], normals: FloatArray) -> FloatArray:
    """(24, 2, 3) centres of superior and inferior endplates: stacked from S1, each step along the mean of its ends.

    ``normals`` are those of the line through the bodies.
    """
    flat = normals.reshape(-1, 3)[: 2 * len(sizes) + 1]
    steps = flat[:-1] + flat[1:]
    lengths = np.array([(size.height_mm, size.disc_below_mm) for size in sizes]).reshape(-1, 1)
    steps = lengths * steps / np.linalg.norm(steps, axis=1, keepdims=True)
    heights = np.cumsum(steps[::-1], axis=0)[::-1]
    return np.concatenate([heights, np.zeros((2, 3))]).reshape(-1, 2, 3)


def _balanced(pose: SpinePose, sizes: tuple[VertebraSize, ...], column: FloatArray) -> FloatArray:
    """Coronal tilts with one constant added from T1 to L5, so that C7 stands over S1 plus the trunk shift.

    A constant changes no angle between two of these endplates. Found by bisection (the shift grows with it).
    """
    free = coronal_tilts_deg(pose)
    wanted, c7, shift = pose.trunk_shift_mm * pose.scale, Level.C7.index, np.inf
    low, high = -_STEEPEST_DEG - float(free.min()), _STEEPEST_DEG - float(free.max())
    for _ in range(60):
        middle = (low + high) / 2
        shift = float(_chain(sizes, _normals(_leaned(free, middle), column))[c7, :, 0].mean())
        low, high = (middle, high) if shift < wanted else (low, middle)
    if abs(shift - wanted) > 1e-6:
        raise ValueError(
            f"These curves cannot stand {pose.trunk_shift_mm} mm off the sacrum; lower them or the shift."
        )
    return _leaned(free, low)


_STEEPEST_DEG = 85.0


def _leaned(free: FloatArray, lean_deg: float) -> FloatArray:
    """Tilts leaned by a constant from T1 to L5, level at the sacrum and righting themselves up the neck."""
    upright = np.clip((np.arange(len(free)) - Level.C4.index) / (Level.T1.index - Level.C4.index), 0, 1)
    upright[Level.S1.index] = 0.0
    return (free + lean_deg) * upright[:, None]


def _plate_size(size: VertebraSize, which: int) -> tuple[float, float]:
    if which == 0:
        return size.upper_width_mm / 2, size.upper_depth_mm / 2
    return size.lower_width_mm / 2, size.lower_depth_mm / 2


def _endplate(
    centre: FloatArray, angles_deg: tuple[float, float, float], half: tuple[float, float]
) -> Endplate:
    """An endplate with coronal tilt, sagittal tilt and axial rotation."""
    normal = _normals(np.array(angles_deg[0]), np.array(angles_deg[1]))
    axes = axes_about(normal, turn_deg=angles_deg[2])
    return Endplate(centre_mm=centre, axes=axes, half_width_mm=half[0], half_depth_mm=half[1])


def axes_about(normal: FloatArray, *, turn_deg: float = 0.0) -> FloatArray:
    """Left, back and up directions (columns) with ``normal`` up: left as near to x as can be, then turned about up."""
    left = np.array([1.0, 0.0, 0.0]) - normal[0] * normal
    left /= np.linalg.norm(left)
    back = np.cross(normal, left)
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    return np.stack([c * left + s * back, c * back - s * left, normal], axis=1)


def _body_axes(superior: Endplate, inferior: Endplate) -> FloatArray:
    """Up along the line between the endplates' centres, as the walls run; left is the mean of the endplates' own."""
    up = superior.centre_mm - inferior.centre_mm
    up /= np.linalg.norm(up)
    left = superior.axes[:, 0] + inferior.axes[:, 0]
    left -= (left @ up) * up
    left /= np.linalg.norm(left)
    return np.stack([left, np.cross(up, left), up], axis=1)


def _sacrum(pose: SpinePose) -> Endplate:
    half = (SACRAL_ENDPLATE_WIDTH_MM / 2 * pose.scale, SACRAL_ENDPLATE_DEPTH_MM / 2 * pose.scale)
    return _endplate(np.zeros(3), (0.0, pose.sacral_slope_deg, 0.0), half)


def _femoral_heads(pose: SpinePose) -> FloatArray:
    """Right and left head: the hip axis lies below the sacrum, in front of it by the pelvic tilt."""
    tilt = np.radians(pose.pelvic_tilt_deg)
    axis = -SACRUM_TO_HIP_AXIS_MM * np.array([0.0, np.sin(tilt), np.cos(tilt)])
    aside = np.array([HIP_SPREAD_MM / 2, 0.0, 0.0])
    return pose.scale * np.stack([axis - aside, axis + aside])
