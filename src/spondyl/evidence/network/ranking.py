"""Ranks of treatments, never without their uncertainty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.estimate import Interval
from spondyl.evidence.network.network_pool import NetworkEstimate

FloatArray = NDArray[np.float64]

DRAWS, SEED = 20_000, 20_260_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """Where a treatment may stand, 1 the best: the middle 95 % of its rank, and the chance of each place (t,).

    ``p_score`` is the mean certainty of being better than another treatment (0 to 1). A high one with a wide rank
    interval says little.
    """

    treatment: str
    p_score: float
    mean_rank: float
    rank_interval: Interval
    chances: tuple[float, ...]


def rank_treatments(estimate: NetworkEstimate, *, low_is_good: bool) -> tuple[Rank, ...]:
    """Best P-score first. Ranks come from 20,000 draws of all effects together, the same on every machine.

    Sources: Rücker & Schwarzer, BMC Med Res Methodol 2015;15:58 (P-score, equation 4); Trinquart et al., Ann Intern Med
    2016;164:666-673 (why ranks need intervals).
    """
    count = len(estimate.treatments)
    goodness = -estimate.effects if low_is_good else estimate.effects
    draws = np.zeros((DRAWS, count))
    noise = np.random.default_rng(SEED).standard_normal((DRAWS, count - 1))
    draws[:, 1:] = goodness[1:] + noise @ _root(estimate.covariance[1:, 1:]).T
    ranks = 1 + np.argsort(np.argsort(-draws, axis=1), axis=1)
    found = [
        Rank(
            treatment=name,
            p_score=_p_score(goodness, estimate.covariance, place),
            mean_rank=float(ranks[:, place].mean()),
            rank_interval=Interval(
                low=float(np.quantile(ranks[:, place], 0.025, method="inverted_cdf")),
                high=float(np.quantile(ranks[:, place], 0.975, method="inverted_cdf")),
            ),
            chances=tuple(float((ranks[:, place] == rank).mean()) for rank in range(1, count + 1)),
        )
        for place, name in enumerate(estimate.treatments)
    ]
    return tuple(sorted(found, key=lambda rank: (-rank.p_score, rank.treatment)))


def _root(covariance: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))


def _p_score(goodness: FloatArray, covariance: FloatArray, place: int) -> float:
    others = [other for other in range(len(goodness)) if other != place]
    spread = np.diag(covariance)[others] + covariance[place, place] - 2.0 * covariance[place, others]
    return float(special.ndtr((goodness[place] - goodness[others]) / np.sqrt(spread)).mean())
