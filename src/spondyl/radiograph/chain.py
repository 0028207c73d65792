"""From heat maps to an ordered chain of 17 vertebral centres, by dynamic programming."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.special import log_softmax

from spondyl.radiograph.canvas import LEVELS

F64 = NDArray[np.float64]

CELL_PX = 8
_CANDIDATES = 10
_PROFILE = np.array(
    [
        0.694,
        0.756,
        0.816,
        0.858,
        0.885,
        0.899,
        0.912,
        0.934,
        0.975,
        1.042,
        1.103,
        1.164,
        1.2,
        1.245,
        1.281,
        1.236,
    ]
)
"""Distance between successive centres T1-T2 … L4-L5 over their mean, on the training films."""
_LOG_SPACING_SD = 0.25
_TURN_SD_DEG = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """``centres`` (17, 2) in canvas px; ``seen`` (17,) probability that the level lies on the film; ``mass`` (17,) share
    of the level's heat within half a vertebra of its centre."""

    centres: F64
    seen: F64
    mass: F64


def decode_chain(heat: NDArray[np.float32], null: NDArray[np.float32]) -> Chain:
    """Best ordered chain from heat logits (17, h, w) and null logits (17,)."""
    levels, rows, cols = heat.shape
    flat = np.concatenate([heat.reshape(levels, -1), null[:, None]], 1).astype(np.float64)
    log_p = log_softmax(flat, axis=1)
    seen = 1 - np.exp(log_p[:, -1])
    maps = (log_p[:, :-1] - np.log(np.maximum(seen, 1e-6))[:, None]).reshape(levels, rows, cols)
    spots, scores = _candidates(maps)
    picks = _best_path(spots, scores)
    centres = np.stack([spots[i, k] for i, k in enumerate(picks)])
    spacing = max(float(np.linalg.norm(np.diff(centres, axis=0), axis=1).mean()), 1.0)
    refined = [_centroid(maps[i], centres[i], 0.5 * spacing * _local(i)) for i in range(levels)]
    return Chain(
        centres=(np.stack([point for point, _ in refined]) + 0.5) * CELL_PX - 0.5,
        seen=seen,
        mass=np.array([mass for _, mass in refined]),
    )


def _local(i: int) -> float:
    return float(_PROFILE[min(i, LEVELS - 2)])


def _candidates(maps: F64) -> tuple[F64, F64]:
    """The strongest local maxima of every level: cells (17, k, 2) as x, y and their log heat (17, k)."""
    peaks = np.where(maps >= maximum_filter(maps, size=(1, 3, 3)) - 1e-9, maps, -60.0)
    flat = peaks.reshape(len(maps), -1)
    best = np.argpartition(-flat, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    rows, cols = np.divmod(best, maps.shape[2])
    scores = np.maximum(np.take_along_axis(flat, best, 1), -30.0)
    return np.stack([cols, rows], -1).astype(np.float64), scores


def _best_path(spots: F64, scores: F64) -> list[int]:
    """Viterbi over candidates; the spacing scale is estimated first from the strongest spots."""
    scale = _scale(spots, scores)
    total = scores[0].copy()
    back: list[NDArray[np.intp]] = []
    for i in range(1, len(spots)):
        step = spots[i][None] - spots[i - 1][:, None]
        length = np.maximum(np.linalg.norm(step, axis=-1), 1e-3)
        lean = np.degrees(np.arctan2(np.abs(step[..., 0]), step[..., 1]))
        off = np.log(length / (scale * _PROFILE[i - 1])) / _LOG_SPACING_SD
        pair = -0.5 * np.minimum(off**2, 40) - 0.5 * np.minimum((lean / _TURN_SD_DEG) ** 2, 30)
        joint = total[:, None] + pair
        back.append(joint.argmax(0))
        total = joint.max(0) + scores[i]
    picks = [int(total.argmax())]
    for pointer in reversed(back):
        picks.append(int(pointer[picks[-1]]))
    return picks[::-1]


def _scale(spots: F64, scores: F64) -> float:
    top = np.stack([spots[i, k] for i, k in enumerate(scores.argmax(1))])
    steps = np.abs(np.diff(top[:, 1])) / _PROFILE
    return max(float(np.median(steps)), 0.75)


def _centroid(log_map: F64, spot: F64, radius: float) -> tuple[F64, float]:
    """Heat-weighted mean within a radius (cells) of a spot, and the heat there."""
    rows, cols = log_map.shape
    radius = max(radius, 1.2)
    reach = int(np.ceil(radius))
    y0, x0 = max(0, int(spot[1]) - reach), max(0, int(spot[0]) - reach)
    window = np.exp(log_map[y0 : y0 + 2 * reach + 1, x0 : x0 + 2 * reach + 1])
    ys = np.arange(y0, min(rows, y0 + window.shape[0]))[:, None]
    xs = np.arange(x0, min(cols, x0 + window.shape[1]))[None]
    weight = window * ((ys - spot[1]) ** 2 + (xs - spot[0]) ** 2 <= radius**2)
    mass = float(weight.sum())
    if mass < 1e-6:
        return spot, mass
    return np.array([(weight * xs).sum() / mass, (weight * ys).sum() / mass]), mass
