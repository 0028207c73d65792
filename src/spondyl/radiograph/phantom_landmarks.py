"""Exact landmarks of a synthetic film.

An endplate's corners are the ends of its chord through the centre and parallel to the detector: the edge of the
endplate in that view's own mid-plane. Seen from the front these are the left and right ends, seen from the side the
front and back ends, whatever the axial rotation. A line parallel to the detector keeps its direction under central
projection, so the corners show the endplate's tilt without error at any magnification, and their midpoint is the image
of the endplate's centre.
"""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray, ImageSide, Landmarks, View, make_landmarks
from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_shape import Endplate, SpineShape
from spondyl.provenance import Provenance
from spondyl.radiograph.projection import FilmGeometry


def endplate_ends_mm(plate: Endplate, geometry: FilmGeometry) -> FloatArray:
    """(2, 3) picture-left and picture-right end of an endplate's chord parallel to the detector."""
    along = np.cross(plate.axes[:, 2], geometry.beam)
    along /= np.linalg.norm(along)
    if along @ geometry.right < 0:
        along = -along
    half = plate.half_chord_mm(along)
    return np.stack([plate.centre_mm - half * along, plate.centre_mm + half * along])


def project_landmarks(
    spine: SpineShape, geometry: FilmGeometry, *, view: View, image_left: ImageSide, provenance: Provenance
) -> Landmarks:
    """All landmarks of one view: C2 to L5, the S1 endplate, femoral heads, and pedicles on a coronal view.

    Points outside the film are kept (their coordinates are then below 0 or beyond the edge).
    """
    levels = tuple(Level)
    corners = np.full((len(levels), 4, 2), np.nan)
    for i, vertebra in enumerate(spine.vertebrae):
        ends = [endplate_ends_mm(plate, geometry) for plate in (vertebra.superior, vertebra.inferior)]
        corners[i] = geometry.project(np.concatenate(ends))
    corners[-1, :2] = geometry.project(endplate_ends_mm(spine.sacrum, geometry))
    return make_landmarks(
        view=view,
        image_left=image_left,
        levels=levels,
        corners_px=corners,
        femoral_heads_px=_femoral_heads(spine, geometry),
        pedicles_px=_pedicles(spine, geometry) if view.is_coronal else None,
        provenance=provenance,
    )


def _femoral_heads(spine: SpineShape, geometry: FilmGeometry) -> FloatArray:
    """(2, 3) centre and radius, picture-left (or right patient side) first; the radius by the depth of the centre."""
    centres = spine.femoral_heads_mm
    depth = (centres - geometry.isocentre_mm) @ geometry.beam
    radius = spine.femoral_head_radius_mm * geometry.magnification_at(depth) / geometry.detector_pixel_mm
    heads = np.column_stack([geometry.project(centres), radius])
    return heads[np.argsort(heads[:, 0], kind="stable")]


def _pedicles(spine: SpineShape, geometry: FilmGeometry) -> FloatArray:
    """(24, 2, 2) pedicle centres, picture-left first; the sacrum has none."""
    points = np.full((len(Level), 2, 2), np.nan)
    for i, vertebra in enumerate(spine.vertebrae):
        both = geometry.project(np.stack([vertebra.pedicle_centre_mm(side) for side in (-1, 1)]))
        points[i] = both[np.argsort(both[:, 0])]
    return points
