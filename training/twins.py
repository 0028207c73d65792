"""Films that are in the set twice: the same exposure cut, scaled or windowed anew and labelled once more.

File names and whole pictures do not tell them (what is cut away differs), the straightened spine does: along the labels
of either, copies of one film correlate by 0.88 and more. Two exposures of one examination now and then do too; of other
examinations' films only copies correlate above 0.94. Nine films of folds 0 and 1 have one as like in another fold:
eight copies, and (at 0.884) another exposure.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from films import LabelledFilm
from spondyl.radiograph.canvas import STRIP_COLS, STRIP_PX_PER_LEVEL, centreline
from strips import reduced

LEAST, SAME_PICTURE = 0.88, 0.94
ROWS, COLS, STEP = 272, 48, 2
"""Strip along the spine: 17 rows a level, three levels wide; every second row and column is compared."""
SLIDE = 24
"""Rows (one and a half levels) that one label may lie above the other."""


def _strip(film: LabelledFilm) -> np.ndarray:
    """(ROWS, COLS) of the film along its label, shadows of soft tissue taken away."""
    grey, corners = reduced(film)
    line = centreline(corners.mean(1))
    rows = np.linspace(line.centre_rows[0], line.centre_rows[-1], ROWS)
    cols = (STRIP_COLS - 1) / 2 + np.linspace(-1.5, 1.5, COLS) * STRIP_PX_PER_LEVEL
    spots = line.to_film(np.stack(np.meshgrid(cols, rows), axis=-1))
    grey = gaussian_filter(grey, STRIP_PX_PER_LEVEL / line.px_per_film_px / 16)
    strip = map_coordinates(grey, [spots[..., 1], spots[..., 0]], order=1, mode="nearest")
    return gaussian_filter(strip, 1) - gaussian_filter(strip, 6)


def _unit(strips: np.ndarray) -> np.ndarray:
    """(n, rows * cols) of mean 0 and length 1."""
    flat = strips[:, ::STEP, ::STEP].reshape(len(strips), -1)
    flat = flat - flat.mean(1, keepdims=True)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def likeness(films: list[LabelledFilm]) -> np.ndarray:
    """(n, n) greatest correlation of two films' strips, one slid along and across the other; 0 on the diagonal."""
    strips = np.stack([_strip(film) for film in films]).astype(np.float32)
    best = np.zeros((len(films), len(films)), dtype=np.float32)
    middle = _unit(strips[:, SLIDE:-SLIDE, 4:-4])
    for down in range(2 * SLIDE + 1):
        for over in range(0, 9, 2):
            moved = strips[:, down : ROWS - 2 * SLIDE + down, over : COLS - 8 + over]
            np.maximum(best, middle @ _unit(moved).T, out=best)
    best = np.maximum(best, best.T)
    np.fill_diagonal(best, 0)
    return best


def copied_elsewhere(films: list[LabelledFilm], fold: np.ndarray) -> np.ndarray:
    """(n,) True for a film of which another fold holds a copy."""
    return _across(films, fold).any(1)


def learnt(films: list[LabelledFilm], fold: np.ndarray, left_out: int) -> np.ndarray:
    """Numbers of the films to learn from: outside fold ``left_out``, and no copy of a film in it."""
    copied = _across(films, fold)[:, fold == left_out].any(1)
    return np.flatnonzero((fold != left_out) & ~copied)


def _across(films: list[LabelledFilm], fold: np.ndarray) -> np.ndarray:
    return (likeness(films) >= LEAST) & (fold[:, None] != fold[None])
