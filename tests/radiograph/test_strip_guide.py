"""Claims: the guide tells whole levels at the centres' rows, and the prior of a corner peaks on its own side.

The source is the definition: cosine 1 at a level's centre; TL, TR above and BL, BR below it.
"""

import numpy as np

from spondyl.radiograph.strip_guide import CELL_PX, guide_channels, log_prior

CENTRES = 63.5 + 48.0 * np.arange(17)
"""Rows that are the middle of a cell every other level."""


def test_the_level_coordinate_is_whole_at_a_centre() -> None:
    cosine, sine, level = guide_channels(CENTRES)
    rows = ((CENTRES + 0.5) / CELL_PX - 0.5).round().astype(int)
    miss = (rows + 0.5) * CELL_PX - 0.5 - CENTRES
    np.testing.assert_allclose(level[rows, 0] * 17, np.arange(17) + miss / 48, atol=1e-5)
    np.testing.assert_allclose(cosine**2 + sine**2, 1, atol=1e-5)


def test_each_corner_is_expected_on_its_own_side() -> None:
    prior = log_prior(CENTRES)
    for level in (0, 7, 16):
        spots = [np.unravel_index(prior[level, k].argmax(), prior.shape[2:]) for k in range(4)]
        (tl, tr, bl, br), row = spots, (CENTRES[level] + 0.5) / CELL_PX - 0.5
        assert max(tl[0], tr[0]) < row < min(bl[0], br[0])
        assert tl[1] < 10 <= tr[1]
        assert bl[1] < 10 <= br[1]
