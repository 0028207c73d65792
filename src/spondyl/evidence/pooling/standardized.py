"""Effects about one of them, in units of the smallest standard error, so that sums neither cancel nor overflow."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondyl.evidence.pooling.weighted import Array, Studies
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

LARGEST = 1e30
"""Effects this many standard errors apart, or variances this many times each other, are a slip, not a study."""


def standardized(yi: ArrayLike, vi: ArrayLike) -> tuple[Studies, Array, Array]:
    """Data sets (b, k) on their own scales, and centre and scale (b,): y = centre + scale · standardized y.

    The centre is the effect of the most precise study: then equal effects become exact zeros.
    """
    effects, variances = np.atleast_2d(np.asarray(yi, np.float64)), np.atleast_2d(np.asarray(vi, np.float64))
    present = np.isfinite(variances)
    count = present.sum(axis=1)
    if effects.shape != variances.shape or not count.all() or not (variances > 0).all():
        raise ValueError(
            "Every data set needs a study, and every effect a variance above zero (infinity: no study)."
        )
    finest = variances.argmin(axis=1)
    rows = np.arange(len(finest))
    centre, scale = effects[rows, finest], np.sqrt(variances[rows, finest])
    with np.errstate(all="ignore"):
        around = np.where(present, (effects - centre[:, None]) / scale[:, None], 0.0)
        ratio = np.where(present, variances, 1.0) / variances[rows, finest][:, None]
        _check(around, ratio, effects, variances)
    return (
        Studies(yi=around, vi=np.where(present, ratio, np.inf), count=count.astype(np.float64)),
        centre,
        scale,
    )


def _check(around: Array, ratio: Array, effects: Array, variances: Array) -> None:
    near: NDArray[np.bool_] = (np.abs(around) <= LARGEST) & (ratio <= LARGEST)
    too_far = np.asarray(~near.all(axis=1))
    if too_far.any():
        row = int(too_far.argmax())
        held = np.isfinite(variances[row])
        yi, vi = effects[row][held], variances[row][held]
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The numbers of the studies are too large or too far apart to compute with.",
            why=f"Effects lie between {yi.min():.3g} and {yi.max():.3g}, their variances between {vi.min():.3g} "
            f"and {vi.max():.3g}.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )
