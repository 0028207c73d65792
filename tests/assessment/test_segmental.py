"""Segmental values equal the shifts, heights and wedges a spine is built from.

Tolerance 1e-9 in each unit; the truth is closed form. Independent source: the construction, and the Meyerding ratio
(shift over depth of the endplate below; radiopaedia.org). Limit: says nothing about real discs or misplaced corners.
"""

import numpy as np
import pytest

from lateral_spines import DEPTH, DISC, HEIGHT, HandSpine, context, film_of, points_of, values_of
from spondyl.anatomy import ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.assessment.assess import assess
from spondyl.assessment.left_out import left_out
from spondyl.assessment.measurement import Unmeasured
from spondyl.assessment.segmental import segmental_quantities

L4_UP = (HEIGHT + DISC) * 2 - HEIGHT / 2 + 4


def measured(spine: HandSpine, side: ImageSide = ImageSide.ANTERIOR) -> dict[str, float]:
    film = film_of(spine, image_left=side)
    return values_of(segmental_quantities(film, context()), points_of(film))


def test_a_level_disc_has_its_built_height_and_index() -> None:
    values = measured(HandSpine())
    assert values["disc_height_anterior_l3_l4"] == pytest.approx(DISC, abs=1e-9)
    assert values["disc_height_posterior_l3_l4"] == pytest.approx(DISC, abs=1e-9)
    assert values["disc_height_index_l3_l4"] == pytest.approx(DISC / DEPTH, abs=1e-9)


@pytest.mark.parametrize("side", [ImageSide.ANTERIOR, ImageSide.POSTERIOR])
@pytest.mark.parametrize("shift_mm", [-5.0, 0.0, 8.5, 40.0])
def test_slip_is_the_shift_over_the_depth_below_and_leaves_the_height_alone(
    shift_mm: float, side: ImageSide
) -> None:
    values = measured(HandSpine(centres_mm={Level.L4: (shift_mm, L4_UP)}), side)
    assert values["slip_l4_l5"] == pytest.approx(100 * shift_mm / DEPTH, abs=1e-9)
    assert values["slip_l3_l4"] == pytest.approx(-100 * shift_mm / DEPTH, abs=1e-9)
    assert values["disc_height_anterior_l4_l5"] == pytest.approx(DISC, abs=1e-9)


@pytest.mark.parametrize("side", [ImageSide.ANTERIOR, ImageSide.POSTERIOR])
def test_a_disc_open_to_the_front_is_higher_in_front(side: ImageSide) -> None:
    """L4 inferior tips 6 deg up in front, L5 superior 6 deg down: the bisector is level, each half adds sin(6)."""
    spine = HandSpine(slopes_deg={Level.L4: (0.0, -6.0), Level.L5: (6.0, 0.0)})
    values = measured(spine, side)
    opening = DEPTH * np.sin(np.radians(6.0))
    assert values["disc_height_anterior_l4_l5"] == pytest.approx(DISC + opening, abs=1e-9)
    assert values["disc_height_posterior_l4_l5"] == pytest.approx(DISC - opening, abs=1e-9)
    assert values["disc_height_index_l4_l5"] == pytest.approx(DISC / DEPTH, abs=1e-9)
    assert values["wedge_l4"] == pytest.approx(6.0, abs=1e-9)
    assert values["wedge_l5"] == pytest.approx(6.0, abs=1e-9)


@pytest.mark.parametrize("side", [ImageSide.ANTERIOR, ImageSide.POSTERIOR])
@pytest.mark.parametrize("lost_percent", [12.0, 20.0, 30.0, 45.0])
def test_a_wedged_vertebra_loses_the_height_it_was_built_without(
    lost_percent: float, side: ImageSide
) -> None:
    film = film_of(HandSpine(), image_left=side)
    front = 0 if side is ImageSide.ANTERIOR else 1
    film.corners_px[film.levels.index(Level.T12), front, 1] += HEIGHT * lost_percent / 100 / 0.5
    values = values_of(segmental_quantities(film, context()), points_of(film))
    assert values["height_loss_anterior_t12"] == pytest.approx(lost_percent, abs=1e-9)
    assert values["height_loss_posterior_t12"] == pytest.approx(0.0, abs=1e-9)
    assert values["wedge_t12"] == pytest.approx(
        np.degrees(np.arctan2(HEIGHT * lost_percent / 100, DEPTH)), abs=1e-9
    )


def test_a_crushed_vertebra_is_low_against_its_neighbours() -> None:
    film = film_of(HandSpine())
    film.corners_px[film.levels.index(Level.L1), :2, 1] += HEIGHT * 0.28 / 0.5
    values = values_of(segmental_quantities(film, context()), points_of(film))
    assert values["height_loss_posterior_l1"] == pytest.approx(28.0, abs=1e-9)
    assert values["height_loss_anterior_l1"] == pytest.approx(0.0, abs=1e-9)
    assert "height_loss_posterior_l5" not in values


def test_slip_is_read_at_the_back_so_a_long_front_leaves_it_alone() -> None:
    """An L4 that is 4 mm deeper in front (an osteophyte) has not slipped."""
    film = film_of(HandSpine())
    film.corners_px[film.levels.index(Level.L4), 2, 0] -= 4.0 / 0.5
    values = values_of(segmental_quantities(film, context()), points_of(film))
    assert values["slip_l4_l5"] == pytest.approx(0.0, abs=1e-9)


def test_a_crush_is_judged_against_the_mean_of_unequal_neighbours() -> None:
    """Neighbours of 30 and 20 mm expect 25 mm; 22 mm has lost 12 %."""
    film = film_of(HandSpine())
    for level, height in ((Level.T12, 30.0), (Level.L1, 22.0), (Level.L2, 20.0)):
        film.corners_px[film.levels.index(level), 1, 1] -= (height - HEIGHT) / 0.5
    values = values_of(segmental_quantities(film, context()), points_of(film))
    assert values["height_loss_posterior_l1"] == pytest.approx(12.0, abs=1e-9)


def test_an_unknown_side_keeps_only_the_symmetric_index() -> None:
    film = film_of(HandSpine(), image_left=ImageSide.UNKNOWN)
    found = segmental_quantities(film, context())
    assert {kind.rsplit("_", 2)[0] for kind in values_of(found, points_of(film))} == {"disc_height_index"}
    refused = {item.kind for item in found if isinstance(item, Unmeasured)}
    assert refused == {
        "disc_height_anterior",
        "disc_height_posterior",
        "slip",
        "wedge",
        "height_loss_anterior",
        "height_loss_posterior",
    }


def test_without_spacing_each_family_of_millimetres_is_refused_once() -> None:
    found = segmental_quantities(film_of(HandSpine()), context(spacing_mm=None))
    refused = [(item.kind, item.reason) for item in found if isinstance(item, Unmeasured)]
    assert refused == [
        ("disc_height_anterior", "no pixel spacing: millimetres are refused"),
        ("disc_height_posterior", "no pixel spacing: millimetres are refused"),
    ]


def without_a_name(film: Landmarks) -> Landmarks:
    """The spine of ``film`` as one of six lumbar vertebrae is named that has no name for the sixth: L5 is left out, and
    what was L4 is called L5, what was L3 L4, and so on."""
    keep = [row for row, level in enumerate(film.levels) if level is not Level.L5]
    named = tuple(Level)[1 : len(keep)]
    return make_landmarks(
        view=film.view,
        image_left=film.image_left,
        levels=(*named, Level.S1),
        corners_px=film.corners_px[keep],
        femoral_heads_px=film.femoral_heads_px,
        provenance=film.provenance,
    )


def test_nothing_is_measured_across_a_vertebra_without_a_name() -> None:
    """A sixth lumbar vertebra made a slip of −38 % and a disc as high as a vertebra of its two neighbours."""
    whole = film_of(HandSpine())
    assert left_out(whole, context()) == ()
    found = assess(without_a_name(whole), context())
    assert left_out(without_a_name(whole), context()) == ((Level.L5, Level.S1),)
    assert not [
        item.kind for item in found.measurements if item.kind.endswith("_l5_s1") and "slip" in item.kind
    ]
    assert not [
        item.kind for item in found.measurements if item.kind.startswith("disc_") and "l5_s1" in item.kind
    ]
    assert found.of("slip_l4_l5") is not None and found.of("lumbar_lordosis_l1_s1") is not None
    assert [item.reason for item in found.unmeasured if item.kind == "disc_l5_s1"]
    assert any(line.startswith("Between L5 and S1 there is room for a vertebra") for line in found.red_lines)


def test_only_given_neighbours_make_a_disc_and_coronal_films_none() -> None:
    film = film_of(HandSpine(), without=(Level.L5,))
    kinds = {item.kind for item in segmental_quantities(film, context())}
    assert "slip_l3_l4" in kinds
    assert not {"slip_l4_l5", "slip_l4_s1", "slip_l5_s1"} & kinds
    coronal = make_landmarks(
        view=View.AP, levels=film.levels, corners_px=film.corners_px, provenance=film.provenance
    )
    assert segmental_quantities(coronal, context()) == ()
