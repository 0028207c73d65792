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
    is_wide = _gaps(corners[:-1, 2:], corners[1:, :2]) > WIDEST_DISC
    return tuple(
        (upper, lower)
        for (upper, lower), wide in zip(pairs, is_wide.tolist(), strict=True)
        if wide and lower.index == upper.index + 1
    )


def _gaps(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Distances (n,) of two endplates (n, 2, 2), square to both, over their mean length; NaN where one is missing."""
    along = np.stack([above[:, 1] - above[:, 0], below[:, 1] - below[:, 0]], axis=1)
    lengths = np.linalg.norm(along, axis=2)
    lengths[lengths == 0.0] = np.nan
    across = (along / lengths[..., None]).sum(axis=1)
    down = np.stack([-across[:, 1], across[:, 0]], axis=1)
    apart = ((below.mean(axis=1) - above.mean(axis=1)) * down).sum(axis=1)
    return apart / np.maximum(np.linalg.norm(across, axis=1), 1e-9) / lengths.mean(axis=1)


def left_out_text(pair: Pair) -> str:
    """What is said of such a pair."""
    upper, lower = (level.value for level in pair)
    return f"between {upper} and {lower} there is room for a vertebra that has no name or is not marked"
