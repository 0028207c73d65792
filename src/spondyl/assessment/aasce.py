"""The three angles of the AASCE 2019 challenge and its scores, exactly as its evaluator computes them.

These angles are a benchmark's convention, not anatomy: the first is the largest angle between any two
vertebrae, the other two lie above and below it, and their choice depends on where the film was cropped. The
clinical Cobb angle is in :mod:`spondyl.assessment.coronal`.

Source: the challenge's evaluator (data: H. Wu et al., MICCAI 2017, "BoostNet"); this form of it reproduces the
official angles of all 462 supplied films (tests/conformance/test_aasce.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy.landmarks import FloatArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

VERTEBRAE = 17
S_CURVE_THRESHOLD = 1e-4
TINY_OFFSET = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AasceReading:
    """What the evaluator reads off s drawings: the angles and the vertebrae (0 is T1) that span each of them.

    * ``angles_deg``: (s, 3), 0 to 180.
    * ``spans``: (s, 3, 2) vertebra numbers; the first pair runs head to foot.
    * ``is_s``: (s,) True where the evaluator takes the line of endplate midpoints for an S-shaped curve.
    """

    angles_deg: FloatArray
    spans: IntArray
    is_s: BoolArray


def aasce_angles_deg(corners: FloatArray, height: float | FloatArray) -> FloatArray:
    """Return the challenge's three angles (s, 3) in degrees; see :func:`read_aasce`."""
    return read_aasce(corners, height).angles_deg


def read_aasce(corners: FloatArray, height: float | FloatArray) -> AasceReading:
    """Read s drawings of 17 vertebrae the way the challenge's evaluator does.

    ``corners`` is (s, 17, 4, 2), TL, TR, BL, BR, x right and y down in isotropic units, in the order of the
    label file: the official angles were computed from unsorted labels. ``height`` is the image height in the
    same units, one number or (s,).

    >>> level = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 8.0], [10.0, 8.0]])
    >>> spine = np.stack([level + [0.0, 10.0 * i] for i in range(17)])
    >>> aasce_angles_deg(spine[None], 200.0).tolist()
    [[0.0, 0.0, 0.0]]
    """
    if corners.ndim != 4 or corners.shape[1:] != (VERTEBRAE, 4, 2):
        raise ValueError(f"The AASCE evaluator needs corners (s, 17, 4, 2); got {corners.shape}.")
    between = _angles_between_deg(corners)
    upper, lower = _largest_pair(between)
    is_s = _is_s_shaped(corners)
    flat, curved = _simple_ends(upper, lower), _s_shaped_ends(between, upper, lower, corners, height)
    above = np.where(is_s[:, None], curved[0], flat[0])
    below = np.where(is_s[:, None], curved[1], flat[1])
    spans = np.stack([np.stack([upper, lower], axis=-1), above, below], axis=1)
    rows = np.arange(len(corners))[:, None]
    return AasceReading(angles_deg=between[rows, spans[..., 0], spans[..., 1]], spans=spans, is_s=is_s)


def _angles_between_deg(corners: FloatArray) -> FloatArray:
    """Angle (s, 17, 17) between every two vertebrae, 0 to 180.

    The tilt difference equals the evaluator's arccos of the clipped cosine, and keeps the digits that arccos
    loses near 0.
    """
    across = (corners[..., 1, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 2, :]) / 2.0
    tilt_deg = np.degrees(np.arctan2(across[..., 1], across[..., 0]))
    apart_deg = np.abs(tilt_deg[..., :, None] - tilt_deg[..., None, :])
    return np.minimum(apart_deg, 360.0 - apart_deg)


def _largest_pair(between: FloatArray) -> tuple[IntArray, IntArray]:
    """Vertebrae p and q (s,) of the largest angle, the first hit in reading order, so p lies above q."""
    first_hit = between.reshape(len(between), -1).argmax(axis=1)
    return first_hit // VERTEBRAE, first_hit % VERTEBRAE


def _is_s_shaped(corners: FloatArray) -> BoolArray:
    """True (s,) where the endplate midpoints leave the line from first to last towards both sides.

    Where the first midpoint stands exactly above (or beside) the last, the evaluator divides by zero; an offset
    too small to matter stands in, as it does in unrounded labels.
    """
    line = ((corners[..., 0::2, :] + corners[..., 1::2, :]) / 2.0).reshape(len(corners), 2 * VERTEBRAE, 2)
    from_foot = line - line[:, -1:]
    extent = from_foot[:, :1]
    along = from_foot[:, :-2] / np.where(extent == 0.0, TINY_OFFSET, extent)
    off_line = along[..., 1] - along[..., 0]
    excess = np.abs(off_line.sum(axis=1) ** 2 - np.abs(off_line).sum(axis=1) ** 2)
    return np.asarray(excess >= S_CURVE_THRESHOLD)


def _simple_ends(upper: IntArray, lower: IntArray) -> tuple[IntArray, IntArray]:
    """Not S-shaped: from the first vertebra to p, and from the last one to q."""
    first, last = np.zeros_like(upper), np.full_like(lower, VERTEBRAE - 1)
    return np.stack([first, upper], axis=-1), np.stack([last, lower], axis=-1)


def _s_shaped_ends(
    between: FloatArray, upper: IntArray, lower: IntArray, corners: FloatArray, height: float | FloatArray
) -> tuple[IntArray, IntArray]:
    """S-shaped: largest angle above p; then below q, or above that again when the pair lies low in the film."""
    rows, number = np.arange(len(between)), np.arange(VERTEBRAE)
    from_upper, from_lower = between[rows, upper], between[rows, lower]
    above = np.where(number <= upper[:, None], from_upper, -1.0).argmax(axis=1)
    below = np.where(number >= lower[:, None], from_lower, -1.0).argmax(axis=1)
    higher = np.where(number <= above[:, None], between[rows, above], -1.0).argmax(axis=1)
    low_y = (corners[..., 2, 1] + corners[..., 3, 1]) / 2.0
    sits_high = low_y[rows, upper] + low_y[rows, lower] < height
    start, stop = np.where(sits_high, lower, above), np.where(sits_high, below, higher)
    return np.stack([upper, above], axis=-1), np.stack([start, stop], axis=-1)


def smape(found_deg: FloatArray, true_deg: FloatArray) -> float:
    """Symmetric mean absolute percentage error: mean over films of 100·Σ|a−b| / Σ(a+b), angles (films, 3)."""
    apart = np.abs(found_deg - true_deg).sum(axis=-1)
    return float(np.mean(100.0 * apart / (found_deg + true_deg).sum(axis=-1)))


def cmae_deg(found_deg: FloatArray, true_deg: FloatArray) -> float:
    """Circular mean absolute error: mean over films of atan(Σ sin|Δ| / Σ cos|Δ|), angles (films, 3)."""
    apart = np.radians(np.abs(found_deg - true_deg))
    return float(np.degrees(np.mean(np.arctan2(np.sin(apart).sum(axis=-1), np.cos(apart).sum(axis=-1)))))


def corner_errors_px(found_px: FloatArray, true_px: FloatArray) -> FloatArray:
    """Distances (…, n, 4) in pixels between two sets of corners (…, n, 4, 2)."""
    return np.linalg.norm(found_px - true_px, axis=-1)


def corner_med_px(found_px: FloatArray, true_px: FloatArray) -> float:
    """Mean Euclidean distance of corresponding corners in pixels."""
    return float(np.mean(corner_errors_px(found_px, true_px)))
