"""Room for a vertebra between two that are called neighbours: one without a name, or one that nobody marked."""

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.assessment.quantity import FilmContext

WIDEST_DISC = 0.8
"""A gap of more than this share of the endplates beside it is no disc: discs reach about half (a disc height index of
0.3 to 0.5 on lateral films), a vertebra with its two discs about 1.5. The border is this software's."""

Pair = tuple[Level, Level]


def left_out(landmarks: Landmarks, context: FilmContext) -> tuple[Pair, ...]:
    """Levels that follow each other by name and lie farther apart than any disc, head to foot."""
    corners = landmarks.corners_px * context.scale_xy
    pairs = zip(landmarks.levels, landmarks.levels[1:], strict=False)
    return tuple(
        (upper, lower)
        for row, (upper, lower) in enumerate(pairs)
        if lower.index == upper.index + 1 and _gap(corners[row, 2:], corners[row + 1, :2]) > WIDEST_DISC
    )


def _gap(above: np.ndarray, below: np.ndarray) -> float:
    """Distance of two endplates (2, 2), square to both, over their mean length; NaN where a corner is missing."""
    one, other = above[1] - above[0], below[1] - below[0]
    lengths = np.linalg.norm([one, other], axis=1)
    if not np.isfinite(lengths).all() or not lengths.all():
        return float("nan")
    across = one / lengths[0] + other / lengths[1]
    down = np.array([-across[1], across[0]]) / max(float(np.linalg.norm(across)), 1e-9)
    return float((below.mean(axis=0) - above.mean(axis=0)) @ down / lengths.mean())


def left_out_text(pair: Pair) -> str:
    """What is said of such a pair."""
    upper, lower = (level.value for level in pair)
    return f"between {upper} and {lower} there is room for a vertebra that has no name or is not marked"
