"""From film pixels to the pictures the networks see; shared by training and inference so that they stay alike.

Two pictures are made. The *canvas* is the whole film, shrunk to fit 512 x 256. The *strip* is the film resampled along
a centreline through the vertebral centres, so that the spine runs straight down the picture, 48 px a vertebra.
Both have two channels: grey after a percentile stretch, and the same after removing the local mean and contrast, which
makes dark, over-exposed and inverted regions comparable.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.interpolate import make_smoothing_spline
from scipy.ndimage import map_coordinates, uniform_filter

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

CANVAS_ROWS, CANVAS_COLS = 512, 256
STRIP_ROWS, STRIP_COLS = 896, 160
STRIP_PX_PER_LEVEL = 48.0
LEVELS = 17
STRIP_MARGIN_PX = (STRIP_ROWS - (LEVELS - 1) * STRIP_PX_PER_LEVEL) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A shrunk film and the way back: ``film_xy = canvas_xy * scale + offset`` (scale in film px per canvas px)."""

    grey: F32
    scale: float
    offset: tuple[float, float]

    def to_film(self, canvas_xy: F64) -> F64:
        """Points (…, 2) from canvas pixels to film pixels."""
        return canvas_xy * self.scale + np.asarray(self.offset)


def stretch(pixels: NDArray[Any]) -> F32:
    """Percentile stretch (1 % to 99.5 %) of display pixels to 0..1, clipped."""
    sample = pixels[:: max(1, pixels.shape[0] // 400), :: max(1, pixels.shape[1] // 400)]
    low, high = np.percentile(sample, (1.0, 99.5))
    span = max(float(high - low), 1e-6)
    return np.clip((pixels.astype(np.float32) - np.float32(low)) / np.float32(span), 0, 1)


def shrink(grey: F32, factor: float) -> F32:
    """Resize by ``factor`` with an area-true filter: pixel centres map as (i + 0.5) * factor - 0.5."""
    rows, cols = (max(1, round(side * factor)) for side in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((cols, rows), Image.Resampling.BILINEAR))


def two_channels(grey: F32, window_px: int = 41) -> F32:
    """(rows, cols) 0..1 → (2, rows, cols): grey about 0, and local contrast (mean 0, about unit spread)."""
    mean = uniform_filter(grey, window_px, mode="nearest")
    power = uniform_filter(grey * grey, window_px, mode="nearest")
    spread = np.sqrt(np.maximum(power - mean * mean, 0)) + 0.02
    local = np.clip((grey - mean) / spread, -3, 3) / 2
    return np.stack([grey * 2 - 1, local]).astype(np.float32)


def fit_canvas(grey: F32, *, box: tuple[float, float, float, float] | None = None) -> Canvas:
    """Fit a film (or the part inside ``box`` = x0, y0, x1, y1 in film px) into the canvas, centred, black around."""
    rows, cols = grey.shape
    x0, y0, x1, y1 = box or (-0.5, -0.5, cols - 0.5, rows - 0.5)
    scale = max((x1 - x0) / CANVAS_COLS, (y1 - y0) / CANVAS_ROWS)
    small = shrink(grey, 1 / scale)
    step_y, step_x = rows / small.shape[0], cols / small.shape[1]
    left = (x0 + x1) / 2 - (CANVAS_COLS - 1) / 2 * scale
    top = (y0 + y1) / 2 - (CANVAS_ROWS - 1) / 2 * scale
    canvas_x = (left + np.arange(CANVAS_COLS) * scale + 0.5) / step_x - 0.5
    canvas_y = (top + np.arange(CANVAS_ROWS) * scale + 0.5) / step_y - 0.5
    grid = np.meshgrid(canvas_y, canvas_x, indexing="ij")
    placed = map_coordinates(small, grid, order=1, mode="constant", cval=0.0, prefilter=False)
    return Canvas(grey=placed.astype(np.float32), scale=scale, offset=(left, top))


@dataclass(frozen=True, slots=True, kw_only=True)
class Centreline:
    """A smooth line through the vertebral centres, sampled once per strip row.

    ``points_px`` (rows, 2) and ``normals`` (rows, 2; unit, to picture right) in film px; ``px_per_film_px`` strip px
    per film px along and across; ``centre_rows`` (17,) the strip row of each given centre.
    """

    points_px: F64
    normals: F64
    px_per_film_px: float
    centre_rows: F64

    def to_film(self, strip_xy: F64) -> F64:
        """Points (…, 2) from strip pixels (x = column, y = row) to film pixels."""
        row = np.clip(strip_xy[..., 1], 0, STRIP_ROWS - 1.000001)
        base = np.floor(row).astype(int)
        part = (row - base)[..., None]
        point = self.points_px[base] * (1 - part) + self.points_px[base + 1] * part
        normal = self.normals[base] * (1 - part) + self.normals[base + 1] * part
        across = (strip_xy[..., 0] - (STRIP_COLS - 1) / 2) / self.px_per_film_px
        return point + across[..., None] * normal

    def to_strip(self, film_xy: F64) -> F64:
        """Points (k, 2) from film to strip pixels: the row whose normal passes through the point, nearest first."""
        away = film_xy[:, None, :] - self.points_px[None]
        tangents = np.stack([self.normals[:, 1], -self.normals[:, 0]], axis=-1)
        along = -(away * tangents[None]).sum(-1)
        distance = np.abs(along) * 1.0 + 0.05 * np.linalg.norm(away, axis=-1)
        row = distance.argmin(1)
        pick = np.arange(len(film_xy))
        fine = row + along[pick, row] * self.px_per_film_px
        across = (away[pick, row] * self.normals[row]).sum(-1) * self.px_per_film_px
        return np.stack([across + (STRIP_COLS - 1) / 2, fine], axis=-1)


def centreline(centres_px: F64) -> Centreline:
    """Centreline through 17 vertebral centres (17, 2) in film px, extended straight past both ends."""
    steps = np.linalg.norm(np.diff(centres_px, axis=0), axis=1)
    arc = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-3))])
    per_level = arc[-1] / (LEVELS - 1)
    unit = arc / per_level
    smooth = [make_smoothing_spline(unit, centres_px[:, axis], lam=0.3) for axis in (0, 1)]
    rows = (np.arange(STRIP_ROWS) - STRIP_MARGIN_PX) / STRIP_PX_PER_LEVEL
    inside = np.clip(rows, 0.0, unit[-1])
    points = np.stack([spline(inside) for spline in smooth], axis=-1)
    tangents = np.stack([spline.derivative()(inside) for spline in smooth], axis=-1)
    tangents /= np.linalg.norm(tangents, axis=-1, keepdims=True)
    points += (rows - inside)[:, None] * per_level * tangents
    normals = np.stack([tangents[:, 1], -tangents[:, 0]], axis=-1)
    return Centreline(
        points_px=points,
        normals=normals,
        px_per_film_px=STRIP_PX_PER_LEVEL / per_level,
        centre_rows=unit * STRIP_PX_PER_LEVEL + STRIP_MARGIN_PX,
    )


def cut_strip(grey: F32, line: Centreline) -> F32:
    """Resample a film (rows, cols) 0..1 along a centreline to (STRIP_ROWS, STRIP_COLS); black outside the film."""
    factor = min(1.0, line.px_per_film_px)
    small = shrink(grey, factor) if factor < 1 else grey
    step_y, step_x = grey.shape[0] / small.shape[0], grey.shape[1] / small.shape[1]
    across = (np.arange(STRIP_COLS) - (STRIP_COLS - 1) / 2) / line.px_per_film_px
    film = line.points_px[:, None] + across[None, :, None] * line.normals[:, None]
    grid = [(film[..., 1] + 0.5) / step_y - 0.5, (film[..., 0] + 0.5) / step_x - 0.5]
    return map_coordinates(small, grid, order=1, mode="constant", cval=0.0, prefilter=False).astype(
        np.float32
    )
