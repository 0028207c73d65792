"""tau² by maximum and by restricted maximum likelihood: the highest point of the profile, not merely a near one."""

import numpy as np

from spondyl.evidence.pooling.bracketed_newton import Slope, find_roots
from spondyl.evidence.pooling.weighted import Array, Studies, row_sum, weighted

GRID_POINTS = 25
GRID_SPAN = 1e-7
"""The profile is looked at on this many points between span · top and top before Newton polishes the best."""


def maximum_likelihood(studies: Studies) -> Array:
    """tau² (b,) at the maximum of the profile likelihood."""
    return _highest(studies, restricted=False)


def restricted_maximum_likelihood(studies: Studies) -> Array:
    """tau² (b,) at the maximum of the restricted likelihood. Harville, J Am Stat Assoc 1977;72:320–338."""
    return _highest(studies, restricted=True)


def _highest(studies: Studies, *, restricted: bool) -> Array:
    """Bracket the highest grid point, then solve score = 0 inside."""
    grid = _grid(studies)
    heights = _log_likelihood(studies, grid, restricted=restricted)
    best, rows = heights.argmax(axis=1), np.arange(len(grid))
    low, high = grid[rows, np.maximum(best - 1, 0)], grid[rows, np.minimum(best + 1, GRID_POINTS)]
    start = grid[rows, best]
    tau2 = np.zeros(len(grid))
    rising = _score(studies, np.zeros(len(grid)), restricted=restricted)[0] > 0
    inside = (best > 0) | rising
    if inside.any():
        chosen = studies.rows(inside)
        tau2[inside] = find_roots(
            lambda at: _score(chosen, at, restricted=restricted),
            start=start[inside],
            low=low[inside],
            high=high[inside],
        )
    return tau2


def _grid(studies: Studies) -> Array:
    """Zero and geometric steps up to a tau² above which the profile only falls, (b, GRID_POINTS + 1)."""
    high = np.where(studies.present, studies.yi, -np.inf).max(axis=1)
    low = np.where(studies.present, studies.yi, np.inf).min(axis=1)
    steps = np.geomspace(GRID_SPAN, 1.0, GRID_POINTS)
    return np.concatenate([[0.0], steps])[None, :] * ((high - low) ** 2)[:, None]


def _log_likelihood(studies: Studies, grid: Array, *, restricted: bool) -> Array:
    """The profile log-likelihood without its constant, at every grid point, (b, points)."""
    present = studies.present[:, None, :]
    spread = studies.vi[:, None, :] + grid[:, :, None]
    weights = 1.0 / spread
    total = weights.sum(axis=2)
    mean = np.einsum("ijk,ik->ij", weights, studies.yi) / total
    left = np.where(present, studies.yi[:, None, :] - mean[:, :, None], 0.0)
    logs = np.log(np.where(present, spread, 1.0)).sum(axis=2)
    extra = np.log(total) if restricted else 0.0
    return -0.5 * (logs + extra + np.einsum("ijk,ijk,ijk->ij", weights, left, left))


def _score(studies: Studies, tau2: Array, *, restricted: bool) -> Slope:
    """First and second derivative of twice the profile log-likelihood by tau², each (b,)."""
    found = weighted(studies, tau2)
    w, r = found.weights, found.residuals
    w2 = w * w
    sum_w2, bent = w2.sum(axis=1), row_sum(w2, r)
    first = row_sum(w2, r, r) - found.total
    second = sum_w2 - 2 * row_sum(w2, w, r, r) + 2 * bent**2 / found.total
    if restricted:
        ratio = sum_w2 / found.total
        first = first + ratio
        second = second - 2 * row_sum(w2, w) / found.total + ratio**2
    return first, second
