"""Claims: a vertebra counted twice is counted once, at either end the chain grows by its last step, and of two answers
the one that the networks like better is taken.

The source is the drawing: a chain whose own centres are known, and a synthetic film whose corners are.
"""

from dataclasses import replace

import numpy as np
import pytest

from spondyl.anatomy import Level, View
from spondyl.radiograph.canvas import fit_canvas
from spondyl.radiograph.chain import CELL_PX
from spondyl.radiograph.detector import Detector, Found
from spondyl.radiograph.phantom import CurvePose, SpinePose, phantom_film
from spondyl.radiograph.phantom_setup import FilmSetup
from spondyl.radiograph.slip import Answer, heat_at, missing_above, once

SPINE = np.stack([100.0 + np.zeros(17), 50.0 + 20.0 * np.arange(17)], axis=-1)


def twice(row: int, *, lost: int) -> tuple[np.ndarray, np.ndarray]:
    """The spine without its level ``lost`` and with vertebra ``row`` of the rest in two places, and which those are."""
    rest = np.delete(SPINE, lost, axis=0)
    chain = np.insert(rest, row + 1, rest[row] + [0.0, 3.0], axis=0)
    chain[row] -= [0.0, 3.0]
    return chain, np.isin(np.arange(17), [row, row + 1])


@pytest.mark.parametrize("row", [0, 7, 15])
@pytest.mark.parametrize(("lost", "above"), [(0, True), (16, False)])
def test_a_chain_with_one_vertebra_twice_becomes_the_spine_again(row: int, lost: int, above: bool) -> None:
    np.testing.assert_allclose(once(*twice(row, lost=lost), above=above), SPINE)


def answer(*, heat: float, right: float) -> Answer:
    return Answer(heat=np.full(17, heat), shift_logits=np.array([0.0, right, 0.0]))


def test_the_answer_that_refiner_and_locator_like_better_is_likelier() -> None:
    good, bad = answer(heat=-0.5, right=4.0), answer(heat=-3.0, right=-1.0)
    assert missing_above(good, bad) > 0.7
    assert missing_above(bad, good) < 0.3


def test_heat_is_read_where_the_centre_lies_on_the_canvas() -> None:
    canvas = fit_canvas(np.zeros((1024, 400), np.float32))
    shares = np.full((17, 64, 32), 1e-6)
    shares[np.arange(17), np.arange(20, 37), 16] = 0.5
    cells = np.stack([np.full(17, 16.0), np.arange(20.0, 37.0)], axis=-1)
    at = canvas.to_film((cells + 0.5) * CELL_PX - 0.5)
    logs = np.log(shares).astype(np.float32)
    np.testing.assert_allclose(heat_at(logs, canvas, at), np.log(0.5), atol=1e-3)
    assert heat_at(logs, canvas, at + np.array([0.0, 200.0])).max() < -8


class Slips(Detector):
    """A detector whose locator leaves out T1 and lays T7 down twice."""

    def locate(self, grey: np.ndarray) -> Found:
        found = super().locate(grey)
        centres = found.chain.centres[[*range(1, 7), 6, *range(7, 17)]]
        centres[5:7, 1] += [-2.0, 2.0]
        return replace(found, chain=replace(found.chain, centres=centres))


def test_a_locator_that_slipped_costs_no_vertebra_of_a_film() -> None:
    """The reference is what the same networks find when the locator does not slip."""
    curved = SpinePose(curves=(CurvePose(apex=Level.T8, cobb_deg=40.0),))
    film = phantom_film(curved, view=View.AP, seed=3, setup=FilmSetup(pixel_mm=1.0))
    plain = Detector.load()
    found = plain.sight(film.radiograph.pixels)
    slipped = Slips(networks=plain.networks).sight(film.radiograph.pixels)
    centres = found.corners_px.mean(1)
    spacing = np.linalg.norm(np.diff(centres, axis=0), axis=1).mean()
    away = np.linalg.norm(slipped.corners_px.mean(1) - centres, axis=1) / spacing
    assert slipped.was_slipped
    assert not found.was_slipped
    assert away.max() < 0.5
    assert plain.confidence(slipped).max() <= 0.45
