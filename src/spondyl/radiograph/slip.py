"""Where two vertebrae of the chain lie too close together, one was counted twice: count it once, name the rest anew.

Seventeen levels are told of every film, so what is counted twice pushes the names of one end a level off and leaves
the last vertebra of that end out. Which end it was is a question of names, the doubtful part of the chain: the networks
look at both answers, and what they say was weighed on films they had not seen (training/slip_fit.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax

from spondyl.radiograph.canvas import Canvas
from spondyl.radiograph.chain import CELL_PX, heat_near

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_LEAST = 1e-4
_THORAX, _LUMBAR = slice(4, 12), slice(12, None)
_WEIGHTS = np.array([0.307, 0.181, -0.074, 0.167])
_BIAS = 0.232
"""Of :func:`slip_features`: log-odds that a vertebra is missing above T1, not below L5; see training/RESULTS.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the networks say of one way to name the chain: ``heat`` (17,) log share of each level's heat at its centre,
    ``shift_logits`` (3,) of the chain lying a level too high, right, a level too low."""

    heat: F64
    shift_logits: F64


def once(centres_px: F64, twice: NDArray[np.bool_], *, above: bool) -> F64:
    """Centres (17, 2) with the first pair of those that lie too close (``twice`` (17,)) made one, and one more added
    beyond T1 when ``above``, else beyond L5, as far as the last step and in its direction."""
    at = int(np.flatnonzero(twice)[0])
    one = (centres_px[at] + centres_px[at + 1]) / 2
    rest = np.concatenate([centres_px[:at], one[None], centres_px[at + 2 :]])
    if above:
        return np.concatenate([2 * rest[:1] - rest[1:2], rest])
    return np.concatenate([rest, 2 * rest[-1:] - rest[-2:-1]])


def heat_at(log_shares: F32, canvas: Canvas, centres_px: F64) -> F64:
    """(17,) log share of each level's heat (17, rows, cols) that lies in the 3 x 3 cells about its centre (film px)."""
    cells = ((centres_px - np.asarray(canvas.offset)) / canvas.scale + 0.5) / CELL_PX - 0.5
    levels = np.arange(len(centres_px))
    return np.log(heat_near(np.exp(log_shares.astype(np.float64)), cells)[levels, levels] + _LEAST)


def slip_features(above: Answer, below: Answer) -> F64:
    """(4,): how much more the refiner thinks the first answer right, and how much more heat it finds, at T1 to T4,
    T5 to T12 and L1 to L5."""
    heat = above.heat - below.heat
    right = log_softmax(above.shift_logits)[1] - log_softmax(below.shift_logits)[1]
    parts = (heat[: _THORAX.start], heat[_THORAX], heat[_LUMBAR])
    return np.array([right, *(part.sum() for part in parts)])


def missing_above(above: Answer, below: Answer) -> float:
    """Probability that the vertebra left out lies above T1 of the chain."""
    return float(expit(slip_features(above, below) @ _WEIGHTS + _BIAS))
