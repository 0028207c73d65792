"""The generalized Q statistic as a function of tau², and where it takes a given value."""

import numpy as np

from spondyl.evidence.pooling.bracketed_newton import Slope, find_roots
from spondyl.evidence.pooling.weighted import Array, Studies, row_sum, weighted


def tau2_where_q_is(studies: Studies, target: Array) -> Array:
    """The tau² ≥ 0 at which Q(tau²) = Σ(y − μ)²/(v + tau²) falls to ``target`` (b,); 0 where Q(0) is not above it.

    Q decreases in tau². 1/Q is nearly a straight line in tau² (it is one when all variances are equal), so Newton's
    method on 1/target − 1/Q needs few steps.
    """
    tau2 = np.zeros(len(studies.count))
    above = weighted(studies, tau2).q > target
    if above.any():
        chosen, wanted = studies.rows(above), target[above]
        start = np.zeros(len(wanted))
        tau2[above] = find_roots(
            lambda at: _excess(chosen, wanted, at), start=start, low=start, high=np.full_like(start, np.inf)
        )
    return tau2


def _excess(studies: Studies, target: Array, tau2: Array) -> Slope:
    """1/target − 1/Q, positive while tau² is too small, and its derivative."""
    found = weighted(studies, tau2)
    q = np.maximum(found.q, np.finfo(np.float64).tiny)
    slope = row_sum(found.weights**2, found.residuals, found.residuals)
    return 1.0 / target - 1.0 / q, -slope / q**2
