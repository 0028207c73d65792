"""Can these corners be a spine? Bounds that no spine on the training films comes near, so they refuse hallucinations.

The bounds are medians and counts over the film: a single badly placed vertebra is a matter of its confidence, not of
refusing the film. Each lies outside the range of 346 films that the networks had not seen (training/RESULTS.md);
the ranges are beside the numbers.
"""

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import body_axes
from spondyl.radiograph.chain import SPACING_PROFILE

F64 = NDArray[np.float64]

_WIDTH_PER_HEIGHT = (1.15, 3.6)
"""Median width over height of a vertebra; held-out films 1.39 to 2.57, films stored squeezed up to 2.97."""
_STEP_PER_WIDTH = (0.42, 1.12)
"""Median centre distance over width; held-out films 0.60 to 0.94, films stored squeezed from 0.49."""
_LUMBAR_PER_THORACIC = (1.0, 2.1)
"""Width of L2 to L5 over width of T1 to T6; held-out films 1.21 to 1.79, films stored squeezed from 1.13."""
_GAP_PER_STEP = (0.12, 0.45)
"""Median disc height over centre distance; held-out films 0.24 to 0.36."""
_STEP = (0.45, 2.0)
_BAD_STEPS = 3
"""Spacings may lie outside this share of the film's median spacing so many times less one; held-out films at most 2."""


_CROWDED = 0.65
"""A centre distance below this share of the usual one; 19 of 230 held-out films show it, names of 18 are wrong."""


def crowded(corners_px: F64) -> NDArray[np.bool_]:
    """(17,) which vertebrae lie so close to a neighbour that one was counted twice; corners (17, 4, 2).

    The usual distance is the film's median after each is divided by the mean of its place. Where one is counted twice,
    the names on one side of the place are a level off.
    """
    step = np.linalg.norm(np.diff(corners_px.mean(1), axis=0), axis=1) / SPACING_PROFILE
    pairs = step < _CROWDED * np.median(step)
    return np.concatenate([pairs, [False]]) | np.concatenate([[False], pairs])


def implausible(corners_px: F64) -> str | None:
    """Why corners (17, 4, 2; TL, TR, BL, BR; film px) of T1 to L5 cannot be a spine, or None when they can.

    >>> implausible(np.zeros((17, 4, 2)))
    'the corners of a vertebra are not in order'
    """
    across, down = body_axes(corners_px)
    if (across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0] <= 0).any():
        return "the corners of a vertebra are not in order"
    width, height = np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)
    step = np.maximum(np.linalg.norm(np.diff(corners_px.mean(1), axis=0), axis=1), 1e-6)
    spacing = 2 * step / (width[1:] + width[:-1])
    for value, (low, high), reason in (
        (np.median(width / height), _WIDTH_PER_HEIGHT, "the vertebrae are too wide or too tall"),
        (np.median(spacing), _STEP_PER_WIDTH, "the vertebrae are too close together or too far apart"),
        (width[-4:].mean() / width[:6].mean(), _LUMBAR_PER_THORACIC, "the vertebrae do not widen downwards"),
        (_gap_per_step(corners_px, step), _GAP_PER_STEP, "the discs are too thin or too thick"),
    ):
        if not low <= value <= high:
            return reason
    relative = spacing / np.median(spacing)
    bad_steps = int(((relative < _STEP[0]) | (relative > _STEP[1])).sum())
    return "the distances between the vertebrae are irregular" if bad_steps >= _BAD_STEPS else None


def _gap_per_step(corners_px: F64, step: F64) -> float:
    """Median distance from an inferior endplate to the next superior one, along the spine, over the centre distance."""
    centres = corners_px.mean(1)
    along = np.diff(centres, axis=0) / step[:, None]
    gap = corners_px[1:, :2].mean(1) - corners_px[:-1, 2:].mean(1)
    return float(np.median((gap * along).sum(-1) / step))
