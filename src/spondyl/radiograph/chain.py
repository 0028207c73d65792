"""From heat maps to an ordered chain of 17 vertebral centres, by dynamic programming."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.special import log_softmax

F64 = NDArray[np.float64]

CELL_PX = 8
_CANDIDATES = 44
_PEAK_FLOOR = 0.02
SPACING_PROFILE = np.array(
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
_LOG_SPACING_SD = 0.15
_TURN_SD_DEG = 20.0
_VERTEBRA_WEIGHT = 0.3
_LEAST = 1e-4
_STRAY = 0.4
_SHORTEST = 0.5
_FORBIDDEN = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Seventeen centres, T1 to L5, in canvas px (17, 2).

    ``seen`` (17,) is the probability that the level lies on the film, ``mass`` (17,) the share of the level's heat that
    lies at its centre.
    """

    centres: F64
    seen: F64
    mass: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spots:
    """Where a vertebra of any level may be: cells (k, 2) as x, y; heat of each level (17, k) and of all levels (k,)."""

    cells: F64
    mass: F64
    any_level: F64


def decode_chain(heat: NDArray[np.float32], null: NDArray[np.float32]) -> Chain:
    """Best ordered chain from heat logits (17, h, w) and null logits (17,).

    All levels choose among the same spots, the peaks of the heat of any vertebra, so that a level whose own heat is
    torn between two vertebrae lands on one of them and never between; the spacing prior forbids skipping one.
    """
    levels, rows, cols = heat.shape
    flat = np.concatenate([heat.reshape(levels, -1), null[:, None]], 1).astype(np.float64)
    log_p = log_softmax(flat, axis=1)
    seen = 1 - np.exp(log_p[:, -1])
    maps = np.exp(log_p[:, :-1] - np.log(np.maximum(seen, 1e-6))[:, None]).reshape(levels, rows, cols)
    spots = _spots(maps)
    scale = _scale(spots)
    picks = _best_path(spots, scale)
    return Chain(
        centres=(_straightened(spots.cells[picks], scale) + 0.5) * CELL_PX - 0.5,
        seen=seen,
        mass=spots.mass[np.arange(levels), picks],
    )


def _spots(maps: F64) -> _Spots:
    """Peaks of the summed heat and of every level's own, each moved to the centroid of its 3 x 3 cells."""
    total = maps.sum(0)
    peak = (total >= maximum_filter(total, 3) - 1e-12) & (total > _PEAK_FLOOR * total.max())
    peak.reshape(-1)[maps.reshape(len(maps), -1).argmax(1)] = True
    ys, xs = np.nonzero(peak)
    strongest = np.argsort(-total[ys, xs], kind="stable")[:_CANDIDATES]
    ys, xs = ys[strongest], xs[strongest]
    shift = _centroid(total, ys, xs)
    cells = np.stack([xs, ys], -1) + shift
    cells = np.concatenate([cells, _between(cells)])
    near = heat_near(maps, cells)
    return _Spots(cells=cells, mass=near, any_level=near.sum(0))


def _centroid(total: F64, ys: NDArray[np.intp], xs: NDArray[np.intp]) -> F64:
    """Offset (k, 2) of the centroid of the 3 x 3 cells about each peak."""
    window = np.arange(3)
    near = np.pad(total, 1)[ys[:, None, None] + window[:, None], xs[:, None, None] + window]
    weight = near.sum((1, 2))
    across = (near[:, :, 2] - near[:, :, 0]).sum(1)
    down = (near[:, 2] - near[:, 0]).sum(1)
    return np.stack([across, down], -1) / weight[:, None]


def _between(cells: F64) -> F64:
    """Where a vertebra without a peak of its own may be: in the middle of every gap of about two steps."""
    ordered = cells[np.argsort(cells[:, 1], kind="stable")]
    pairs = (
        np.concatenate([ordered[:-1], ordered[:-2], ordered[:-3]]),
        np.concatenate([ordered[1:], ordered[2:], ordered[3:]]),
    )
    step = pairs[1] - pairs[0]
    usual = float(np.median(np.linalg.norm(np.diff(ordered, axis=0), axis=1)))
    length = np.linalg.norm(step, axis=1)
    wide = (length > 1.4 * usual) & (length < 3.2 * usual) & (np.abs(step[:, 0]) < 0.7 * step[:, 1])
    return (pairs[0] + pairs[1])[wide] / 2


def heat_near(maps: F64, cells: F64) -> F64:
    """Heat of every level (17, k) in the 3 x 3 cells about each spot."""
    _, rows, cols = maps.shape
    xs = np.clip(np.rint(cells[:, 0]).astype(int), 0, cols - 1)
    ys = np.clip(np.rint(cells[:, 1]).astype(int), 0, rows - 1)
    window = np.arange(3)
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
    return padded[:, ys[:, None, None] + window[:, None], xs[:, None, None] + window].sum((2, 3))


def _best_path(spots: _Spots, scale: float) -> list[int]:
    """Viterbi over spots; the spacing scale is estimated first from every level's own favourite."""
    scores = np.log(spots.mass + _LEAST) + _VERTEBRA_WEIGHT * np.log(spots.any_level + 1e-3)
    step = spots.cells[None] - spots.cells[:, None]
    length = np.maximum(np.linalg.norm(step, axis=-1), 1e-3)
    lean = np.degrees(np.arctan2(np.abs(step[..., 0]), step[..., 1]))
    turn = -0.5 * np.minimum((lean / _TURN_SD_DEG) ** 2, 40)
    total = scores[0].copy()
    back: list[NDArray[np.intp]] = []
    for i in range(1, len(scores)):
        ratio = length / (scale * SPACING_PROFILE[i - 1])
        off = np.log(ratio) / _LOG_SPACING_SD
        joint = total[:, None] + turn - 0.5 * np.minimum(off**2, 60) - _FORBIDDEN * (ratio < _SHORTEST)
        back.append(joint.argmax(0))
        total = joint.max(0) + scores[i]
    picks = [int(total.argmax())]
    for pointer in reversed(back):
        picks.append(int(pointer[picks[-1]]))
    return picks[::-1]


def _straightened(cells: F64, scale: float) -> F64:
    """Replace a centre that lies far from where its neighbours put it: ends by extension, others by the middle.

    At the ends a level often has no peak of its own and the path picks one beside the spine, which would bend the
    centreline and with it every picture that the refiner sees.
    """
    out = cells.copy()
    last = len(cells) - 1
    for i in range(1, last):
        part = SPACING_PROFILE[i - 1] / (SPACING_PROFILE[i - 1] + SPACING_PROFILE[i])
        middle = cells[i - 1] * (1 - part) + cells[i + 1] * part
        if np.linalg.norm(cells[i] - middle) > _STRAY * scale:
            out[i] = middle
    for end, inner, step in (
        (0, (1, 2, 3), SPACING_PROFILE[0]),
        (last, (last - 1, last - 2, last - 3), SPACING_PROFILE[-1]),
    ):
        run = out[inner[0]] - out[inner[2]]
        reach = out[inner[0]] + run / max(float(np.linalg.norm(run)), 1e-6) * scale * step
        if np.linalg.norm(cells[end] - reach) > _STRAY * scale:
            out[end] = reach
    return out


def _scale(spots: _Spots) -> float:
    favourite = spots.cells[spots.mass.argmax(1)]
    steps = np.abs(np.diff(favourite[:, 1])) / SPACING_PROFILE
    moved = steps[steps > 0]
    return max(float(np.median(moved)), 0.75) if len(moved) else 0.75
