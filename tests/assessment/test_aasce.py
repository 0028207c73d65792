"""Claim: the fast evaluator equals a literal, one-film-at-a-time reading of alignment.md section 1 to 1e-5°.

Source: the rules of section 1, written out below with loops and an arccos, sharing no code with it.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spondyl.assessment.aasce import aasce_angles_deg, cmae_deg, corner_med_px, read_aasce, smape

Array = NDArray[np.float64]


def literal_angles_deg(corners: Array, height: float) -> tuple[float, float, float]:
    """alignment.md section 1, line by line, for one film (17, 4, 2)."""
    v = [(c[1] + c[3] - c[0] - c[2]) / 2 for c in corners]

    def theta(i: int, j: int) -> float:
        if i == j:
            return 0.0
        cosine = float(v[i] @ v[j]) / (math.hypot(*v[i]) * math.hypot(*v[j]))
        return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))

    p, q = max(((i, j) for i in range(17) for j in range(i, 17)), key=lambda ij: theta(*ij))
    z = [(c[a] + c[a + 1]) / 2 for c in corners for a in (0, 2)]
    d = [
        (z[k][1] - z[33][1]) / (z[0][1] - z[33][1]) - (z[k][0] - z[33][0]) / (z[0][0] - z[33][0])
        for k in range(32)
    ]
    s_shaped = abs(sum(a * b for a in d for b in d) - sum(abs(a * b) for a in d for b in d)) >= 1e-4
    if not s_shaped:
        return theta(p, q), theta(0, p), theta(16, q)
    k = max(range(p + 1), key=lambda j: theta(p, j))
    low_y = [(c[2][1] + c[3][1]) / 2 for c in corners]
    if low_y[p] + low_y[q] < height:
        return theta(p, q), theta(p, k), max(theta(q, j) for j in range(q, 17))
    return theta(p, q), theta(p, k), max(theta(k, j) for j in range(k + 1))


def drawn_spine(tilts_deg: Array, x_px: Array, top_px: float) -> Array:
    """Seventeen 90 × 50 px vertebrae of given tilts, 70 px apart."""
    tilt = np.radians(tilts_deg)[:, None]
    across = np.concatenate([np.cos(tilt), np.sin(tilt)], axis=1) * 45.0
    down = np.concatenate([-np.sin(tilt), np.cos(tilt)], axis=1) * 25.0
    centre = np.stack([x_px, top_px + 70.0 * np.arange(17)], axis=1)
    return np.stack(
        [centre - across - down, centre + across - down, centre - across + down, centre + across + down], 1
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 45.0), st.floats(0.0, 1500.0))
def test_equals_the_literal_reading(seed: int, spread_deg: float, top_px: float) -> None:
    rng = np.random.default_rng(seed)
    tilts = spread_deg * np.sin(np.linspace(0, rng.uniform(2, 8), 17) + rng.uniform(0, 6)) + rng.normal(
        0, 0.5, 17
    )
    corners = drawn_spine(tilts, 500.0 + np.cumsum(-70.0 * np.sin(np.radians(tilts))), top_px)
    found = aasce_angles_deg(corners[None], 2000.0)[0]
    assert found == pytest.approx(literal_angles_deg(corners, 2000.0), abs=1e-5)


def test_covers_all_three_rules() -> None:
    """Tilts chosen by hand; the expected angles follow from them by subtraction."""
    number = np.arange(17)
    bowed = np.interp(number, [0, 2, 14, 16], [5, 20, -25, -10])
    not_s = drawn_spine(bowed, 600.0 - 150.0 * np.sin(np.pi * number / 16) + 3.0 * number, 100.0)
    assert not read_aasce(not_s[None], 3000.0).is_s[0]
    assert aasce_angles_deg(not_s[None], 3000.0)[0] == pytest.approx([45.0, 15.0, 15.0])
    snake = np.interp(number, [0, 3, 8, 13, 16], [-4, 18, -22, 12, 2])
    s_shaped = drawn_spine(snake, 600.0 + 60.0 * np.sin(np.pi * number / 6) + 3.0 * number, 100.0)
    assert aasce_angles_deg(s_shaped[None], 3000.0)[0] == pytest.approx([40.0, 22.0, 34.0])
    low_in_the_picture = aasce_angles_deg(s_shaped[None], 1000.0)[0]
    assert low_in_the_picture == pytest.approx([40.0, 22.0, 0.0])


def test_the_second_angle_depends_on_the_crop() -> None:
    """Why these angles are a convention: cropping the same film changes them, no bone has moved."""
    snake = np.interp(np.arange(17), [0, 3, 8, 13, 16], [-4, 18, -22, 12, 2])
    corners = drawn_spine(snake, 600.0 + 60.0 * np.sin(np.pi * np.arange(17) / 6), 100.0)
    whole, cropped = aasce_angles_deg(np.stack([corners, corners]), np.array([3000.0, 1000.0]))
    assert whole[0] == pytest.approx(cropped[0])
    assert abs(whole[2] - cropped[2]) > 10.0


def test_refuses_another_number_of_vertebrae() -> None:
    with pytest.raises(ValueError, match="17"):
        aasce_angles_deg(np.zeros((1, 12, 4, 2)), 100.0)


def test_scores_match_hand_computed_numbers() -> None:
    """SMAPE: 100·(2+1+0)/(60+27) = 3.4483, CMAE: atan((sin 2° + sin 1°)/(cos 2° + cos 1° + 1)) = 1.0001°."""
    found, true = np.array([[32.0, 10.0, 3.0]]), np.array([[30.0, 9.0, 3.0]])
    assert smape(found, true) == pytest.approx(100.0 * 3 / 87)
    assert cmae_deg(found, true) == pytest.approx(1.0, abs=1e-3)
    corners = np.zeros((17, 4, 2))
    assert corner_med_px(corners + np.array([3.0, 4.0]), corners) == pytest.approx(5.0)
