"""X-ray projection: from points and solids in space to points and line integrals on a film."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.solid import Solid


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmGeometry:
    """Where source, patient and detector stand. Vectors are in the spine's frame (left, back, up; millimetres).

    * ``right``: the direction of image columns; rows run down (−z); ``beam``: unit direction from source to detector.
    * ``isocentre_mm``: the point whose image is ``principal_px`` (x, y); the plane through it parallel to the detector
      is the reference plane, where ``spacing_mm`` holds.
    * ``source_isocentre_mm`` and ``source_detector_mm``: None and None for parallel rays.
    """

    rows: int
    columns: int
    detector_pixel_mm: float
    right: FloatArray
    beam: FloatArray
    isocentre_mm: FloatArray
    principal_px: tuple[float, float]
    source_isocentre_mm: float | None = None
    source_detector_mm: float | None = None

    @property
    def magnification(self) -> float:
        """Size on the detector over size in the reference plane."""
        if self.source_isocentre_mm is None or self.source_detector_mm is None:
            return 1.0
        return self.source_detector_mm / self.source_isocentre_mm

    @property
    def spacing_mm(self) -> float:
        """Pixel spacing in the reference plane."""
        return self.detector_pixel_mm / self.magnification

    def project(self, points_mm: FloatArray) -> FloatArray:
        """Image points (..., 2) in pixels of points (..., 3)."""
        offset = points_mm - self.isocentre_mm
        u, v = offset @ self.right, -offset[..., 2]
        local = self.magnification_at(offset @ self.beam) / self.detector_pixel_mm
        return np.stack([self.principal_px[0] + u * local, self.principal_px[1] + v * local], axis=-1)

    def magnification_at(self, depth_mm: FloatArray) -> FloatArray:
        """Magnification of points ``depth_mm`` behind the reference plane (towards the detector)."""
        if self.source_isocentre_mm is None or self.source_detector_mm is None:
            return np.ones_like(depth_mm)
        return self.source_detector_mm / (self.source_isocentre_mm + depth_mm)

    def rays(self, x_px: FloatArray, y_px: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Homogeneous origins (4, n or 1) and unit directions (4, n or 1) of the rays through image points (n,)."""
        u = (x_px - self.principal_px[0]) * self.spacing_mm
        v = (y_px - self.principal_px[1]) * self.spacing_mm
        down = np.array([0.0, 0.0, -1.0])
        on_plane = self.isocentre_mm[:, None] + self.right[:, None] * u + down[:, None] * v
        if self.source_isocentre_mm is None:
            return np.vstack([on_plane, np.ones_like(u)]), np.append(self.beam, 0.0)[:, None]
        source = (self.isocentre_mm - self.beam * self.source_isocentre_mm)[:, None]
        way = on_plane - source
        way = way / np.linalg.norm(way, axis=0)
        return np.append(source, 1.0)[:, None], np.vstack([way, np.zeros_like(u)])


def chord_mm(solid: Solid, origins: FloatArray, directions: FloatArray) -> FloatArray:
    """Length (n,) of each ray inside one solid: overlap of its intervals in every quadric and half-space."""
    near, far = np.float64(-np.inf), np.float64(np.inf)
    for quadric in solid.quadrics:
        enter, leave = _quadric_interval(quadric, origins, directions)
        near, far = np.maximum(near, enter), np.minimum(far, leave)
    for normal in solid.planes:
        enter, leave = _plane_interval(normal, origins, directions)
        near, far = np.maximum(near, enter), np.minimum(far, leave)
    return np.maximum(far - near, 0.0)


def _quadric_interval(
    quadric: FloatArray, origins: FloatArray, directions: FloatArray
) -> tuple[FloatArray, FloatArray]:
    image = quadric @ origins
    a = np.maximum((directions * (quadric @ directions)).sum(0), 1e-12)
    b = (directions * image).sum(0) / a
    c = (origins * image).sum(0) / a
    inside = b * b - c
    half = np.sqrt(np.maximum(inside, 0.0))
    return -b - half, np.where(inside > 0, half - b, -np.inf)


def _plane_interval(
    normal: FloatArray, origins: FloatArray, directions: FloatArray
) -> tuple[FloatArray, FloatArray]:
    height, slope = normal @ origins, normal @ directions
    flat = np.abs(slope) < 1e-12
    crossing = -height / np.where(flat, 1.0, slope)
    enter = np.where(flat, np.where(height > 0, np.inf, -np.inf), np.where(slope < 0, crossing, -np.inf))
    leave = np.where(flat | (slope < 0), np.inf, crossing)
    return enter, leave


def line_integrals(solids: Iterable[Solid], geometry: FilmGeometry, *, step_px: int = 1) -> FloatArray:
    """Sum of attenuation × length along the ray of every ``step_px``-th pixel centre: (rows/step, columns/step)."""
    rows, columns = -(-geometry.rows // step_px), -(-geometry.columns // step_px)
    film = np.zeros((rows, columns))
    for solid in solids:
        box = geometry.project(solid.box_mm) / step_px
        x0, y0 = np.maximum(np.floor(box.min(0)), 0).astype(int)
        x1, y1 = np.minimum(np.ceil(box.max(0)) + 1, (columns, rows)).astype(int)
        if x1 <= x0 or y1 <= y0:
            continue
        y, x = np.mgrid[y0:y1, x0:x1]
        origins, directions = geometry.rays(
            step_px * x.ravel().astype(float), step_px * y.ravel().astype(float)
        )
        chord = chord_mm(solid, origins, directions)
        film[y0:y1, x0:x1] += solid.attenuation_per_mm * chord.reshape(y1 - y0, x1 - x0)
    return film
