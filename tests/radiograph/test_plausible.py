"""Claim: corners of a spine pass however it is turned, scaled, shifted or curved; drawings that no spine can have are
refused by name. Source of the spine: the phantom's own published vertebral sizes, which share nothing with the bounds
(those come from labelled films)."""

import numpy as np
import pytest

from spondyl.anatomy import AP_LEVELS, View
from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_pose import Convexity, CurvePose, SpinePose
from spondyl.radiograph.phantom import FilmSetup, phantom_film
from spondyl.radiograph.plausible import crowded, implausible


def spine(cobb_deg=0.0):
    curves = (
        (CurvePose(apex=Level.T8, cobb_deg=cobb_deg, convex=Convexity.RIGHT, reach=3),) if cobb_deg else ()
    )
    film = phantom_film(SpinePose(curves=curves), view=View.AP, setup=FilmSetup(pixel_mm=4.0))
    rows = [film.landmarks.levels.index(level) for level in AP_LEVELS]
    return film.landmarks.corners_px[rows]


STRAIGHT = spine()
CURVED = spine(cobb_deg=60.0)


@pytest.mark.parametrize("corners", [STRAIGHT, CURVED], ids=["straight", "60 degrees"])
@pytest.mark.parametrize("angle_deg", [0, -25, 25])
@pytest.mark.parametrize("scale", [0.3, 7.0])
def test_a_spine_passes_turned_and_scaled(corners, angle_deg, scale):
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    assert implausible(scale * corners @ np.array([[c, -s], [s, c]]).T + [300, -40]) is None


def test_a_film_stored_squeezed_is_not_refused_for_its_shape():
    """Several real films are stored with pixels that are not square: vertebrae 2.8 times as wide as tall."""
    assert implausible(STRAIGHT * [1.5, 1.0]) is None


def resized(corners, *, across=1.0, along=1.0):
    """Every vertebra stretched about its own centre."""
    centres = corners.mean(1, keepdims=True)
    return centres + (corners - centres) * [across, along]


def test_mirrored_corners_are_out_of_order():
    assert "not in order" in implausible(STRAIGHT[:, [1, 0, 3, 2]])


def test_one_swapped_vertebra_is_out_of_order():
    corners = STRAIGHT.copy()
    corners[8] = corners[8][[2, 3, 0, 1]]
    assert "not in order" in implausible(corners)


@pytest.mark.parametrize(
    ("corners", "reason"),
    [
        (resized(STRAIGHT, across=0.5), "too wide or too tall"),
        (resized(STRAIGHT, across=2.6), "too wide or too tall"),
        (resized(STRAIGHT, across=2.2, along=2.2), "too close together"),
        (resized(STRAIGHT, across=0.5, along=0.5), "too far apart"),
        (resized(STRAIGHT, along=1.3), "discs"),
    ],
)
def test_sizes_no_spine_has_are_named(corners, reason):
    assert reason in implausible(corners)


def test_a_spine_upside_down_does_not_widen_downwards():
    rows = STRAIGHT[::-1][:, [2, 3, 0, 1]]
    assert "widen downwards" in implausible(rows * [1, -1] + [0, 1000])


def read_twice(levels):
    """The spine with some vertebrae read twice, the rest one level further down."""
    return STRAIGHT[sorted([*range(17 - len(levels)), *levels])]


def test_three_vertebrae_read_twice_are_irregular_and_two_are_left_to_their_confidence():
    assert "irregular" in implausible(read_twice([3, 8, 12]))
    assert implausible(read_twice([3, 8])) is None


@pytest.mark.parametrize(
    "corners", [STRAIGHT, CURVED, -7.0 * CURVED + 300.0], ids=["straight", "60 degrees", "turned"]
)
def test_no_vertebra_of_a_spine_is_counted_twice(corners):
    assert not crowded(corners).any()


@pytest.mark.parametrize("row", [0, 8, 15])
def test_a_vertebra_read_twice_is_seen(row):
    assert np.flatnonzero(crowded(read_twice([row]))).tolist() == [row, row + 1]
