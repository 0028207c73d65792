"""Claims: every reason for refusing a film has its own name, and a whole, certain AP film passes.

The source is the table of reasons in docs/reference/refusals.md; the evidence is made by hand.
"""

from dataclasses import replace

import numpy as np
import pytest

from spondyl.anatomy import View
from spondyl.radiograph import FilmRefused, Refusal
from spondyl.radiograph.abstain import Evidence, check_confidence, check_film, check_view

THRESHOLDS = {"film": 0.5, "seen": 0.1, "mass": 0.12, "unsure_levels": 9.0}
CENTRES = np.stack([np.full(17, 300.0), 80.0 + 60.0 * np.arange(17)], axis=-1)
BOX = np.array([[-30.0, -20.0], [30.0, -20.0], [-30.0, 20.0], [30.0, 20.0]])
WIDENING = np.stack([np.linspace(0.8, 1.25, 17), np.ones(17)], axis=-1)[:, None]
"""Vertebrae widen from T1 to L5."""
GOOD = Evidence(
    film_p=np.array([0.97, 0.01, 0.02]),
    seen=np.full(17, 0.99),
    mass=np.full(17, 0.8),
    corners_px=CENTRES[:, None] + BOX * WIDENING,
    shape=(1200, 600),
)
BLIND, TOPLESS = np.full(17, 0.01), np.r_[0.01, np.full(16, 0.99)]


def test_a_whole_film_passes() -> None:
    check_view(View.AP)
    check_film(GOOD, THRESHOLDS)
    check_confidence(np.full(17, 0.9), THRESHOLDS)


@pytest.mark.parametrize(
    ("evidence", "refusal"),
    [
        (replace(GOOD, film_p=np.array([0.1, 0.8, 0.1])), Refusal.LATERAL_NEEDS_LANDMARKS),
        (replace(GOOD, film_p=np.array([0.1, 0.1, 0.8])), Refusal.NOT_A_SPINE_FILM),
        (replace(GOOD, seen=BLIND), Refusal.NOT_A_SPINE_FILM),
        (replace(GOOD, seen=TOPLESS), Refusal.SPINE_INCOMPLETE),
        (replace(GOOD, corners_px=GOOD.corners_px - [0.0, 100.0]), Refusal.SPINE_INCOMPLETE),
        (replace(GOOD, mass=np.full(17, 0.05)), Refusal.NOT_A_SPINE_FILM),
    ],
    ids=["lateral", "other", "no chain", "T1 missing", "leaves the film", "no trust"],
)
def test_a_film_is_refused_by_name(evidence: Evidence, refusal: Refusal) -> None:
    with pytest.raises(FilmRefused) as refused:
        check_film(evidence, THRESHOLDS)
    assert refused.value.refusal is refusal


def test_the_missing_level_is_named() -> None:
    with pytest.raises(FilmRefused, match="T1"):
        check_film(replace(GOOD, seen=TOPLESS), THRESHOLDS)


def test_a_lateral_header_is_refused() -> None:
    with pytest.raises(FilmRefused) as refused:
        check_view(View.LATERAL)
    assert refused.value.refusal is Refusal.LATERAL_NEEDS_LANDMARKS


def test_too_many_unsure_vertebrae_are_refused_and_as_many_as_allowed_are_not() -> None:
    check_confidence(np.r_[np.full(9, 0.3), np.full(8, 0.9)], THRESHOLDS)
    with pytest.raises(FilmRefused) as refused:
        check_confidence(np.r_[np.full(10, 0.3), np.full(7, 0.9)], THRESHOLDS)
    assert refused.value.refusal is Refusal.LOW_CONFIDENCE
