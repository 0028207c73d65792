"""Training pictures for the locator: whole films, turned, scaled, cropped; and pictures that are no AP spine film."""

import cv2
import numpy as np

from films import LabelledFilm
from spondyl.radiograph.canvas import CANVAS_COLS, CANVAS_ROWS, stretch, two_channels
from strips import photometric

CELL = 8
SIGMA_CELLS = 0.8


def reduced_canvas(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """Film shrunk to about 1.6 canvas resolutions, float16 0..1, and the factor."""
    rows, cols = grey.shape
    factor = min(1.0, 1.6 * min(CANVAS_ROWS / rows, CANVAS_COLS / cols))
    size = (max(1, round(cols * factor)), max(1, round(rows * factor)))
    return cv2.resize(stretch(grey), size, interpolation=cv2.INTER_AREA).astype(np.float16), factor


def view_of(shape, *, rng, hard: bool) -> np.ndarray:
    """Affine (2, 3) from film px to canvas px: fit, then turn, scale, shift (rng None: plain fit)."""
    rows, cols = shape
    fit = min(CANVAS_COLS / cols, CANVAS_ROWS / rows)
    centre = np.array([(cols - 1) / 2, (rows - 1) / 2])
    turn, scale, flip = 0.0, fit, 1.0
    if rng is not None:
        turn = np.deg2rad(rng.normal(0, 5) if rng.random() < 0.7 else rng.uniform(-17, 17))
        scale = fit * np.exp(rng.normal(0, 0.1) if not hard else rng.uniform(-0.7, 0.7))
        flip = -1.0 if rng.random() < 0.5 else 1.0
        centre = centre + rng.normal(0, 0.03 if not hard else 0.12, 2) * [cols, rows]
    rot = (
        scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([flip, 1.0])
    )
    shift = np.array([(CANVAS_COLS - 1) / 2, (CANVAS_ROWS - 1) / 2]) - rot @ centre
    return np.hstack([rot, shift[:, None]])


def crop_film(grey: np.ndarray, corners: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Cut the film as a smaller cassette would (on the reduced film; corners in its px)."""
    rows, cols = grey.shape
    cut = rng.uniform(0, 1, 4) * [0.35, 0.35, 0.25, 0.25] * (rng.random(4) < 0.4)
    y0, y1 = int(cut[0] * rows), int(rows - cut[1] * rows)
    x0, x1 = int(cut[2] * cols), int(cols - cut[3] * cols)
    return grey[y0:y1, x0:x1], corners - [x0, y0]


def sample(small: np.ndarray, corners: np.ndarray | None, kind: int, *, rng):
    """Channels, target heat (17, 64, 32), seen (17,), class, affine. ``corners`` in px of ``small``; None: no spine."""
    grey = small.astype(np.float32)
    hard = rng is not None and rng.random() < 0.4
    if rng is not None and rng.random() < 0.35:
        grey, moved = crop_film(grey, np.zeros((1, 2)) if corners is None else corners, rng)
        corners = None if corners is None else moved
    matrix = view_of(grey.shape, rng=rng, hard=hard)
    placed = cv2.warpAffine(
        np.ascontiguousarray(grey), matrix, (CANVAS_COLS, CANVAS_ROWS), flags=cv2.INTER_LINEAR
    )
    if rng is not None:
        placed = photometric(placed, rng)
    heat = np.zeros((17, CANVAS_ROWS // CELL, CANVAS_COLS // CELL), np.float32)
    seen = np.zeros(17, np.float32)
    if corners is not None:
        on_film = ((corners >= -2) & (corners <= np.array(grey.shape[::-1]) + 1)).all((1, 2))
        spots = corners.mean(1) @ matrix[:, :2].T + matrix[:, 2]
        quads = corners @ matrix[:, :2].T + matrix[:, 2]
        on_canvas = ((quads >= -3) & (quads <= [CANVAS_COLS + 2, CANVAS_ROWS + 2])).all((1, 2))
        seen = (on_film & on_canvas).astype(np.float32)
        cells = (spots + 0.5) / CELL - 0.5
        ys, xs = np.arange(heat.shape[1])[:, None], np.arange(heat.shape[2])[None]
        for i in np.flatnonzero(seen):
            g = np.exp(-((xs - cells[i, 0]) ** 2 + (ys - cells[i, 1]) ** 2) / (2 * SIGMA_CELLS**2))
            heat[i] = g / max(g.sum(), 1e-6)
    return two_channels(placed), heat, seen, kind, matrix


def labelled(film: LabelledFilm) -> tuple[np.ndarray, np.ndarray]:
    small, _ = reduced_canvas(film.grey)
    steps = np.array([small.shape[1] / film.grey.shape[1], small.shape[0] / film.grey.shape[0]])
    return small, (film.corners + 0.5) * steps - 0.5
