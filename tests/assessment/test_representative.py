"""Claims: of the spines that a doubt allows, the one kept has benchmark angles no farther from the medians of
all than those of the mean, lies within a tenth of a vertebral width of the mean, and is the same each time; a person's
points stay where they are.

The source is geometry: drawn spines of two unequal curves, on which noise decides which curve counts first.
"""

from dataclasses import replace

import numpy as np
import pytest

from drawn_spines import FILM, film
from spondyl.anatomy import Landmarks
from spondyl.assessment.aasce import aasce_angles_deg
from spondyl.assessment.propagate import draw_points, vertebral_width_px
from spondyl.assessment.representative import DOUBT_SHARE, representative


def s_curve(*, sd_px: float, lower_share: float) -> Landmarks:
    """Two curves of which the lower has a share of the upper one's size."""
    phase = np.linspace(0.0, 2 * np.pi, 17)
    tilts = 12.0 * np.cos(phase) * np.where(phase < np.pi, 1.0, lower_share)
    return film(tilts, corner_sd_px=np.full((17, 4), sd_px))


def angles(landmarks: Landmarks) -> np.ndarray:
    return aasce_angles_deg(landmarks.corners_px[None], float(FILM.rows))[0]


def medians(landmarks: Landmarks) -> np.ndarray:
    """The middle of what the doubt allows, from drawings that share no random number with those of the code."""
    doubt = replace(landmarks, corner_sd_px=landmarks.corner_sd_px * DOUBT_SHARE * 1.000001)
    return np.median(aasce_angles_deg(draw_points(doubt, FILM, draws=4000).corners, float(FILM.rows)), axis=0)


@pytest.mark.parametrize("sd_px", [2.0, 5.0])
@pytest.mark.parametrize("lower_share", [0.5, 0.7, 0.85])
def test_the_angles_kept_lie_no_farther_from_the_medians_than_those_of_the_mean(
    sd_px: float, lower_share: float
) -> None:
    mean = s_curve(sd_px=sd_px, lower_share=lower_share)
    middle = medians(mean)
    kept = np.abs(angles(representative(mean, FILM)) - middle).sum()
    assert kept <= np.abs(angles(mean) - middle).sum() + 0.02 * middle.sum()


def test_noise_that_lengthens_the_angles_of_a_straight_spine_is_taken_into_account() -> None:
    straight = film(np.zeros(17), corner_sd_px=np.full((17, 4), 4.0))
    middle = medians(straight)
    assert angles(straight).sum() == pytest.approx(0.0, abs=1e-9)
    assert np.abs(angles(representative(straight, FILM)) - middle).sum() <= 0.25 * middle.sum()


def test_it_moves_less_than_a_tenth_of_a_width_and_is_the_same_each_time() -> None:
    mean = s_curve(sd_px=5.0, lower_share=0.9)
    first, second = representative(mean, FILM), representative(mean, FILM)
    np.testing.assert_array_equal(first.corners_px, second.corners_px)
    moved = np.linalg.norm(first.corners_px - mean.corners_px, axis=-1).mean()
    assert moved < 0.1 * vertebral_width_px(mean)


def test_points_of_a_person_stay_where_they_are() -> None:
    marked = film(12.0 * np.cos(np.linspace(0.0, 6.0, 17)))
    assert representative(marked, FILM) is marked
