"""What the refiner is told about a strip: which row belongs to which level, and where each corner is expected."""

import numpy as np
from numpy.typing import NDArray

from spondyl.radiograph.canvas import LEVELS, STRIP_COLS, STRIP_PX_PER_LEVEL, STRIP_ROWS

CELL_PX = 8
_ROWS, _COLS = STRIP_ROWS // CELL_PX, STRIP_COLS // CELL_PX
_HALF_HEIGHT, _SPREAD_ALONG = 0.38, 0.35
_SPREAD_ACROSS_PX = 24.0
_HALF_WIDTH_PX = np.array(
    [1.22, 1.13, 1.06, 1.04, 1.06, 1.10, 1.14, 1.19, 1.23, 1.28, 1.35, 1.42, 1.47, 1.51, 1.57, 1.66, 1.78]
) * (STRIP_PX_PER_LEVEL / 2)
"""Mean half body width of T1 to L5 on the training films, in strip px."""

F32 = NDArray[np.float32]


def guide_channels(centre_rows: NDArray[np.float64]) -> F32:
    """(3, 112, 20): cosine and sine of the level coordinate, and the coordinate itself over 17."""
    cell_rows = (np.arange(_ROWS) + 0.5) * CELL_PX - 0.5
    first, last = np.diff(centre_rows[:2])[0], np.diff(centre_rows[-2:])[0]
    knots = np.concatenate([[centre_rows[0] - 4 * first], centre_rows, [centre_rows[-1] + 4 * last]])
    level = np.interp(cell_rows, knots, np.concatenate([[-4.0], np.arange(float(LEVELS)), [LEVELS + 3.0]]))
    columns = np.stack([np.cos(2 * np.pi * level), np.sin(2 * np.pi * level), level / LEVELS], 0)
    return np.repeat(columns[:, :, None], _COLS, 2).astype(np.float32)


def log_prior(centre_rows: NDArray[np.float64]) -> F32:
    """(17, 4, 112, 20): Gaussian log prior of corners TL, TR, BL, BR about where the chain expects them."""
    spacing = np.gradient(centre_rows)
    rows = (np.arange(_ROWS) + 0.5) * CELL_PX - 0.5
    cols = (np.arange(_COLS) + 0.5) * CELL_PX - 0.5 - (STRIP_COLS - 1) / 2
    up_down = np.array([-1.0, -1.0, 1.0, 1.0])
    left_right = np.array([-1.0, 1.0, -1.0, 1.0])
    expected_row = centre_rows[:, None] + up_down * _HALF_HEIGHT * spacing[:, None]
    expected_col = left_right * _HALF_WIDTH_PX[:, None]
    along = (rows - expected_row[..., None]) / (_SPREAD_ALONG * spacing[:, None, None])
    across = (cols - expected_col[..., None]) / _SPREAD_ACROSS_PX
    return (-0.5 * (along[..., :, None] ** 2 + across[..., None, :] ** 2)).astype(np.float32)
