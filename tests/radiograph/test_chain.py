"""Claims: seventeen spots drawn at known cells come back within 0.3 cell; doubt stays visible.

The source is the drawing: Gaussians of 0.8 cell at chosen cells, as the locator is taught.
"""

import numpy as np

from spondyl.radiograph.chain import CELL_PX, Chain, decode_chain

Array = np.ndarray
ROWS, COLS = 64, 32
NOTHING = -12.0


def cells() -> Array:
    y = 5.2 + np.concatenate([[0.0], np.cumsum(np.linspace(2.4, 4.1, 16))])
    return np.stack([16.3 + 2.5 * np.sin(y / 9), y], axis=-1)


def spot(x: float, y: float) -> Array:
    ys, xs = np.mgrid[:ROWS, :COLS]
    return np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * 0.8**2))


def decoded(heat: Array, null: Array | None = None) -> Chain:
    share = heat / heat.sum((1, 2), keepdims=True)
    empty = np.full(17, NOTHING) if null is None else null
    return decode_chain(np.log(share + 1e-7).astype(np.float32), empty.astype(np.float32))


def found_cells(chain: Chain) -> Array:
    return (chain.centres + 0.5) / CELL_PX - 0.5


def test_known_spots_come_back() -> None:
    chain = decoded(np.stack([spot(*cell) for cell in cells()]))
    assert np.linalg.norm(found_cells(chain) - cells(), axis=1).max() <= 0.3
    assert chain.seen.min() > 0.99


def test_a_level_torn_between_two_vertebrae_lands_on_its_own() -> None:
    heat = np.stack([spot(*cell) for cell in cells()])
    heat[8] = 0.55 * spot(*cells()[8]) + 0.45 * spot(*cells()[9])
    assert np.linalg.norm(found_cells(decoded(heat))[8] - cells()[8]) <= 0.5


def test_a_stray_end_is_put_back_in_line() -> None:
    heat = np.stack([spot(*cell) for cell in cells()])
    x, y = cells()[0]
    heat[0] = spot(x + 9, y - 1)
    assert abs(found_cells(decoded(heat))[0, 0] - x) <= 1.5


def test_absent_levels_are_said_to_be_absent() -> None:
    null = np.full(17, NOTHING)
    null[:3] = 6.0
    chain = decoded(np.stack([spot(*cell) for cell in cells()]), null)
    assert chain.seen[:3].max() < 0.05
    assert chain.seen[3:].min() > 0.95
