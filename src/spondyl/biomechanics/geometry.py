"""Where the segments of one person lie: the norm, corrected by what films measured."""

from dataclasses import dataclass

import numpy as np

from spondyl.anatomy import ImageSide, Landmarks, View, body_axes
from spondyl.anatomy.spine_pose import SpinePose
from spondyl.anatomy.spine_shape import SpineShape, build_spine
from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.segment import Segment

ATLAS_ABOVE_AXIS_MM = 14.0
SACRUM_BELOW_ENDPLATE_MM = 15.0
"""Both chosen: where the atlas and the first sacral body lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFilm:
    """Landmarks of one film and the size of its pixels on the patient, in mm (rows, columns)."""

    landmarks: Landmarks
    spacing_mm: tuple[float, float]

    def __post_init__(self) -> None:
        if not all(0.01 <= value <= 10 for value in self.spacing_mm):
            raise ValueError(f"A pixel of {self.spacing_mm} mm is no radiograph's; give its spacing in mm.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineGeometry:
    """Per segment: body centre, axes (columns left, back, up), the joint below, spinous tip and both facets, in mm."""

    centres_mm: FloatArray
    axes: FloatArray
    joints_mm: FloatArray
    spinous_mm: FloatArray
    facets_mm: FloatArray
    measured: tuple[Segment, ...]


def spine_geometry(films: tuple[MeasuredFilm, ...] = (), *, pose: SpinePose | None = None) -> SpineGeometry:
    """The geometry of a person. Frame: x to the left, y to the back, z to the head, origin at the S1 endplate.

    A frontal film moves the norm's centres sideways and along the spine, a lateral film to the back and along it, and
    what several films say of one direction is averaged; segments that no film shows take the correction of their
    neighbours.
    """
    shape = build_spine(pose or SpinePose())
    centres = _norm_centres(shape)
    shift = _mean_correction([_correction(film, centres) for film in films], centres)
    moved = centres + shift
    axes = np.stack([shape.vertebrae[0].axes, *(v.axes for v in shape.vertebrae), shape.sacrum.axes])
    back = np.array(
        [14.0, *(v.size.upper_depth_mm / 2 + v.size.spinous_length_mm for v in shape.vertebrae), 35.0]
    )
    aside = np.array([14.0, *(v.size.pedicle_distance_mm / 2 for v in shape.vertebrae), 18.0])
    behind = np.array([10.0, *(v.size.upper_depth_mm / 2 + 15.0 for v in shape.vertebrae), 22.0])
    spinous = moved + back[:, None] * axes[:, :, 1]
    deep = moved + behind[:, None] * axes[:, :, 1]
    out = aside[:, None] * axes[:, :, 0]
    return SpineGeometry(
        centres_mm=moved,
        axes=axes,
        joints_mm=_norm_joints(shape, centres) + _between(shift),
        spinous_mm=spinous,
        facets_mm=np.stack([deep + out, deep - out], axis=1),
        measured=tuple(
            sorted({Segment.of(v) for f in films for v in f.landmarks.levels}, key=lambda s: s.index)
        ),
    )


def _norm_centres(shape: SpineShape) -> FloatArray:
    atlas = (
        shape.of(shape.vertebrae[0].level).superior.centre_mm
        + ATLAS_ABOVE_AXIS_MM * shape.vertebrae[0].axes[:, 2]
    )
    sacrum = shape.sacrum.centre_mm - SACRUM_BELOW_ENDPLATE_MM * shape.sacrum.axes[:, 2]
    return np.stack([atlas, *(v.centre_mm for v in shape.vertebrae), sacrum])


def _norm_joints(shape: SpineShape, centres: FloatArray) -> FloatArray:
    below = [v.superior.centre_mm for v in shape.vertebrae] + [shape.sacrum.centre_mm]
    above = [centres[0], *(v.inferior.centre_mm for v in shape.vertebrae)]
    joints = [(a + b) / 2 for a, b in zip(above, below, strict=True)]
    return np.stack([*joints, centres[-1] - SACRUM_BELOW_ENDPLATE_MM * shape.sacrum.axes[:, 2]])


def _between(shift: FloatArray) -> FloatArray:
    """Shift of each joint: half-way between its two segments; the last goes with S1."""
    return np.vstack([(shift[:-1] + shift[1:]) / 2, shift[-1:]])


def _mean_correction(corrections: list[FloatArray], norm: FloatArray) -> FloatArray:
    """(25, 3): in each direction the mean of the films that show it; 0 where none does."""
    stacked = np.stack([np.full_like(norm, np.nan), *corrections])
    count = np.isfinite(stacked).sum(axis=0)
    return np.asarray(np.nansum(stacked, axis=0) / np.maximum(count, 1))


def _correction(film: MeasuredFilm, norm: FloatArray) -> FloatArray:
    """(25, 3) what to add to the norm's centres so that the film's levels lie where it shows them; NaN in the direction
    that it does not show."""
    marks = film.landmarks
    axis = 0 if marks.view.is_coronal else 1
    rows, columns = film.spacing_mm
    known = np.array([bool(np.isfinite(corners).all()) for corners in marks.corners_px])
    levels = [Segment.of(level).index for level, ok in zip(marks.levels, known, strict=True) if ok]
    if len(levels) < 2:
        raise ValueError(
            "A film with fewer than two whole vertebrae places no spine; leave it out or mark more."
        )
    seen = marks.corners_px[known].mean(axis=1) * (_sign(marks) * columns, -rows)
    _upright(marks.corners_px[known])
    apart = seen - norm[levels][:, [axis, 2]]
    apart -= apart[-1]
    result = np.full_like(norm, np.nan)
    result[:, axis] = np.interp(np.arange(len(norm)), levels, apart[:, 0])
    result[:, 2] = np.interp(np.arange(len(norm)), levels, apart[:, 1])
    return result


def _upright(corners_px: FloatArray) -> None:
    if body_axes(corners_px)[1][:, 1].min() <= 0:
        raise ValueError("A vertebra's superior endplate lies below its inferior one; turn the film upright.")


def _sign(marks: Landmarks) -> float:
    """Direction of picture-right in the body's frame; refused when the film does not say it."""
    signs = {
        ImageSide.PATIENT_LEFT: -1.0,
        ImageSide.PATIENT_RIGHT: 1.0,
        ImageSide.ANTERIOR: 1.0,
        ImageSide.POSTERIOR: -1.0,
    }
    coronal = marks.image_left in (ImageSide.PATIENT_LEFT, ImageSide.PATIENT_RIGHT)
    if marks.image_left not in signs or coronal != marks.view.is_coronal or marks.view is View.UNKNOWN:
        raise ValueError(
            f"A {marks.view.value} film with {marks.image_left.value} on its left cannot be placed in space; state "
            "the view and what lies on the left edge."
        )
    return signs[marks.image_left]
