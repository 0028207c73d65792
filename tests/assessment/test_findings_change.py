"""What two films can show: the smallest detectable change and the 5 degree convention.

Independent sources: 1.96·√2·SEM for equal errors, and 100,000 simulated pairs of readings of an unchanged spine, of
which 5 % (± 0.3) must exceed it. Limit: covers marking error only, not stance.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from made_measurements import made_measurement as value
from spondyl.anatomy import Convexity, Level
from spondyl.assessment.change import OTHER_SIDE, compare, smallest_detectable_change_deg
from spondyl.assessment.measurement import Flag
from spondyl.assessment.reader_agreement import COBB_READER_SD_DEG


def test_the_smallest_detectable_change_of_equal_films_is_the_usual_formula() -> None:
    assert smallest_detectable_change_deg(2.0, 2.0) == pytest.approx(1.96 * np.sqrt(2) * 2.0)
    assert smallest_detectable_change_deg(1.5, 2.0) == pytest.approx(4.9)


def test_two_films_marked_by_persons_change_by_more_than_two_readers_differ() -> None:
    """The 95 % limits of agreement between two radiologists of one film, 1.96 · 3.3° / sqrt(2/π) = 8.1°."""
    assert smallest_detectable_change_deg(COBB_READER_SD_DEG, COBB_READER_SD_DEG) == pytest.approx(
        8.106, abs=0.01
    )


def test_an_unchanged_spine_seems_changed_in_five_per_cent_of_pairs() -> None:
    rng = np.random.default_rng(3)
    differences = rng.normal(20, 1.5, 100_000) - rng.normal(20, 2.5, 100_000)
    exceed = np.abs(differences) > smallest_detectable_change_deg(1.5, 2.5)
    assert exceed.mean() == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize(("after", "beyond"), [(24.8, False), (25.0, True), (15.2, False), (15.0, True)])
def test_change_is_told_from_noise_on_both_sides(after: float, beyond: bool) -> None:
    (change,) = compare((value("cobb_mt", 20, 1.5),), (value("cobb_mt", after, 2.0),))
    assert change.beyond_noise is beyond
    assert change.difference == pytest.approx(after - 20)


def test_progression_is_a_probability_of_a_labelled_convention() -> None:
    (change,) = compare((value("cobb_mt", 20, 1.5),), (value("cobb_mt", 27, 2.0),))
    assert change.progression_probability == pytest.approx(stats.norm.sf(5, 7, 2.5), abs=1e-9)
    assert any(note.startswith("Convention: ") for note in change.notes)


def test_only_cobb_angles_have_the_progression_rule() -> None:
    (change,) = compare((value("pelvic_tilt", 20, 1),), (value("pelvic_tilt", 30, 1),))
    assert change.progression_probability is None


def test_conventions_are_never_mixed() -> None:
    clinical, aasce = value("cobb_major", 20, 1), value("cobb_aasce_1", 22, 1)
    assert compare((clinical,), (aasce,)) == ()
    (change,) = compare((aasce,), (value("cobb_aasce_1", 30, 1),))
    assert change.progression_probability is None


def test_other_end_vertebrae_and_red_lines_are_named() -> None:
    new = value("cobb_mt", 22, 1, levels=(Level.T6, Level.L1), flags=(Flag.LOW_CONFIDENCE,))
    (change,) = compare((value("cobb_mt", 20, 1, levels=(Level.T5, Level.T12)),), (new,))
    assert any(note.startswith("Different vertebrae: T5-T12 before, T6-L1 after") for note in change.notes)
    same_ends = value("cobb_mt", 22, 1, levels=(Level.T5, Level.T8, Level.T12))
    (alike,) = compare((value("cobb_mt", 20, 1, levels=(Level.T5, Level.T12)),), (same_ends,))
    assert not any(note.startswith("Different vertebrae") for note in alike.notes)
    assert "Landmarks of low confidence on at least one film." in change.notes


@pytest.mark.parametrize(("size", "beyond"), [(45.0, True), (2.0, False)])
def test_a_curve_to_the_other_side_is_no_unchanged_curve(size: float, beyond: bool) -> None:
    """From 45° to the right to 45° to the left lie 90°, not 0; two curves of 2° are no more than a straight spine."""
    right, left = (
        replace(value("cobb_major", size, 1.5), convex_to=side) for side in (Convexity.RIGHT, Convexity.LEFT)
    )
    (change,) = compare((right,), (left,))
    assert (change.beyond_noise, change.progression_probability) == (beyond, None)
    assert OTHER_SIDE in change.notes
    (same,) = compare((right,), (right,))
    assert OTHER_SIDE not in same.notes and not same.beyond_noise
