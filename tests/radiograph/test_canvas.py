"""Claims: what the networks see can be brought back to the film; canvas within 0.5 canvas px, strip within 0.6 film px.

The source is geometry: a bright dot whose film coordinates are chosen, and centres on a curve given by a formula.
"""

import numpy as np
import pytest

from spondyl.radiograph.canvas import STRIP_COLS, STRIP_ROWS, Centreline, centreline, cut_strip, fit_canvas

Array = np.ndarray


def film_with_dot(*, rows: int, cols: int, x: float, y: float, radius_px: float) -> Array:
    ys, xs = np.mgrid[:rows, :cols]
    return np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * radius_px**2)).astype(np.float32)


def dot_of(picture: Array) -> Array:
    """Centroid (x, y) of the brightness."""
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]]
    weight = picture.astype(np.float64)
    return np.array([(weight * xs).sum(), (weight * ys).sum()]) / weight.sum()


@pytest.fixture(scope="module", name="line")
def curved_line() -> Centreline:
    """Centres 60 px apart on a sine of 40 px."""
    y = 150 + 60.0 * np.arange(17)
    return centreline(np.stack([400 + 40 * np.sin((y - 150) / 250), y], axis=-1))


@pytest.mark.parametrize(("rows", "cols"), [(1203, 411), (700, 901), (300, 120)])
def test_a_dot_on_the_canvas_leads_back_to_the_film(rows: int, cols: int) -> None:
    x, y = 0.31 * cols, 0.72 * rows
    scale = max(rows / 512, cols / 256)
    canvas = fit_canvas(film_with_dot(rows=rows, cols=cols, x=x, y=y, radius_px=4 * scale))
    assert np.linalg.norm(canvas.to_film(dot_of(canvas.grey)) - [x, y]) <= 0.5 * canvas.scale


def test_a_box_enlarges_its_part_of_the_film() -> None:
    film = film_with_dot(rows=1203, cols=811, x=330.0, y=640.0, radius_px=6)
    canvas = fit_canvas(film, box=(200.0, 400.0, 500.0, 1000.0))
    assert canvas.scale < fit_canvas(film).scale / 1.9
    assert np.linalg.norm(canvas.to_film(dot_of(canvas.grey)) - [330.0, 640.0]) <= 0.5 * canvas.scale


def test_film_to_strip_and_back_on_a_curve(line: Centreline) -> None:
    rng = np.random.default_rng(4)
    y = rng.uniform(160, 1100, 60)
    film_xy = np.stack([400 + 40 * np.sin((y - 150) / 250) + rng.uniform(-45, 45, 60), y], axis=-1)
    assert np.linalg.norm(line.to_film(line.to_strip(film_xy)) - film_xy, axis=1).max() <= 0.6


def test_picture_right_stays_right(line: Centreline) -> None:
    left, right = line.to_strip(np.array([[380.0, 600.0], [480.0, 600.0]]))
    assert right[0] > left[0]


def test_a_dot_is_cut_where_to_strip_says(line: Centreline) -> None:
    film_xy = np.array([[431.0, 702.0]])
    strip = cut_strip(film_with_dot(rows=1300, cols=800, x=431.0, y=702.0, radius_px=5), line)
    assert strip.shape == (STRIP_ROWS, STRIP_COLS)
    assert np.linalg.norm(dot_of(strip) - line.to_strip(film_xy)[0]) <= 0.6
