"""The Q-profile interval of tau²: every tau² that the generalized Q does not contradict."""

import numpy as np
from scipy import special

from spondyl.evidence.pooling.generalized_q import tau2_where_q_is
from spondyl.evidence.pooling.weighted import Array, Studies, weighted


def q_profile(studies: Studies, *, level_percent: float) -> tuple[Array, Array]:
    """Lower and upper end (b,) of the interval. Viechtbauer, Stat Med 2007;26:37–52.

    Both are NaN where even tau² = 0 makes Q improbably small: then the studies differ less than chance alone would
    have it, and no tau² fits.
    """
    tail = (1 - level_percent / 100) / 2
    df = studies.count - 1
    needed = special.chdtri(df, 1 - tail)
    twice = Studies(
        yi=np.vstack([studies.yi] * 2), vi=np.vstack([studies.vi] * 2), count=np.tile(studies.count, 2)
    )
    low, high = np.split(tau2_where_q_is(twice, np.concatenate([special.chdtri(df, tail), needed])), 2)
    empty = weighted(studies, np.zeros(len(df))).q < needed
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
