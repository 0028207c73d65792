"""Sagittal values equal the slopes and positions a spine is built from.

Tolerance 1e-9 deg and mm: the truth is closed form, so only rounding may differ. Independent sources: the construction
itself, the identity PI = PT + SS (BMC Surg 2019;19:7, table 1), GT = PT + C7 vertical tilt (Obeid et al. 2016) and
TPA = PT + T1 spinopelvic inclination (Protopsaltis et al. 2014). Limit: says nothing about finding the landmarks.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lateral_spines import HandSpine, context, film_of, points_of, values_of
from spondyl.anatomy import ImageSide, Level, View, make_landmarks
from spondyl.assessment.assess import assess
from spondyl.assessment.measurement import Unit, Unmeasured
from spondyl.assessment.propagate import Spread, draw_points, spreads_of
from spondyl.assessment.quantity import Quantity
from spondyl.assessment.reader_agreement import READER_SD
from spondyl.assessment.sagittal import FACING_DOUBTED, PARAMETERS, sagittal_quantities

SLOPES = {
    Level.C2: (0.0, 3.0),
    Level.C7: (18.0, 21.0),
    Level.T1: (26.5, 24.0),
    Level.T4: (23.0, 20.0),
    Level.T5: (19.0, 15.0),
    Level.T12: (-11.0, -16.0),
    Level.L1: (-19.0, -18.0),
    Level.L4: (-4.0, 1.0),
    Level.S1: (41.0, 0.0),
}
CENTRES = {Level.C2: (47.0, 800.0), Level.C7: (31.0, 640.0), Level.T1: (22.0, 600.0)}
SPINE = HandSpine(slopes_deg=SLOPES, centres_mm=CENTRES)
HIPS = np.array([23.0, -93.0])

SIGNED = {one.kind for one in PARAMETERS if not one.mirror_safe}
ROTATES_AWAY = {"pelvic_tilt": -1.0, "sacral_slope": 1.0, "t1_slope": 1.0}


def measured(spine: HandSpine, side: ImageSide = ImageSide.ANTERIOR) -> dict[str, float]:
    film = film_of(spine, image_left=side)
    return values_of(sagittal_quantities(film, context()), points_of(film))


def test_every_value_equals_what_the_spine_was_built_from() -> None:
    posterior_s1 = 34 / 2 * np.cos(np.radians(41.0))
    posterior_c7 = 31.0 - 34 / 2 * np.cos(np.radians(18.0))
    pelvic_tilt = np.degrees(np.arctan2(23.0, 93.0))
    c7_tilt = np.degrees(np.arctan2(31.0, 640.0))
    t1_lean = np.degrees(np.arctan2(22.0 - 23.0, 600.0 + 93.0))
    incidence = 41.0 + pelvic_tilt
    expected = {
        "sacral_slope": 41.0,
        "pelvic_tilt": pelvic_tilt,
        "pelvic_incidence": incidence,
        "lumbar_lordosis_l1_s1": 60.0,
        "lordosis_l4_s1": 45.0,
        "thoracic_kyphosis_t4_t12": 39.0,
        "kyphosis_t5_t12": 35.0,
        "sva": 31.0 + posterior_s1,
        "t1_pelvic_angle": pelvic_tilt + t1_lean,
        "global_tilt": pelvic_tilt + c7_tilt,
        "cervical_lordosis_c2_c7": 18.0,
        "csva": 47.0 - posterior_c7,
        "t1_slope": 26.5,
        "pi_minus_ll": incidence - 60.0,
        "relative_pelvic_version": 41.0 - 0.59 * incidence - 9,
        "relative_lumbar_lordosis": 60.0 - 0.62 * incidence - 29,
        "lordosis_distribution_index": 75.0,
        "relative_spinopelvic_alignment": pelvic_tilt + c7_tilt - 0.48 * incidence + 15,
    }
    assert measured(SPINE) == pytest.approx(expected, abs=1e-9)


def test_tpa_is_the_plain_angle_between_its_two_lines() -> None:
    """An unsigned law-of-cosines angle, computed without slopes or leans."""
    to_t1, to_sacrum = np.array([22.0, 600.0]) - HIPS, -HIPS
    cosine = to_t1 @ to_sacrum / np.linalg.norm(to_t1) / np.linalg.norm(to_sacrum)
    assert measured(SPINE)["t1_pelvic_angle"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=1e-9)


@given(slope=st.floats(-10, 70), forward=st.floats(-30, 60), down=st.floats(60, 130))
@settings(max_examples=60, deadline=None)
def test_incidence_is_tilt_plus_slope(slope: float, forward: float, down: float) -> None:
    spine = HandSpine(slopes_deg={Level.S1: (slope, 0.0)}, hips_mm=((forward, -down),))
    values = measured(spine)
    total = values["pelvic_tilt"] + values["sacral_slope"]
    assert values["pelvic_incidence"] == pytest.approx(abs(total), abs=1e-9)


def test_a_mirrored_film_gives_the_same_values() -> None:
    assert measured(SPINE, ImageSide.POSTERIOR) == pytest.approx(
        measured(SPINE, ImageSide.ANTERIOR), abs=1e-9
    )


@given(scale=st.floats(0.3, 3.0))
@settings(max_examples=25, deadline=None)
def test_scale_changes_millimetres_only(scale: float) -> None:
    film = film_of(SPINE)
    quantities = sagittal_quantities(film, context())
    small, large = (values_of(quantities, points_of(film, spacing)) for spacing in (0.5, 0.5 * scale))
    for item in quantities:
        assert isinstance(item, Quantity)
        factor = scale if item.unit is Unit.MM else 1.0
        assert large[item.kind] == pytest.approx(factor * small[item.kind], rel=1e-9, abs=1e-9)


@given(turn_deg=st.floats(-12, 12))
@settings(max_examples=25, deadline=None)
def test_turning_the_film_changes_only_values_that_refer_to_the_vertical(turn_deg: float) -> None:
    """The patient faces left and the picture turns clockwise by ``turn_deg``: the front goes up."""
    film, turn = film_of(SPINE), np.radians(turn_deg)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    heads = film.femoral_heads_px.copy()
    heads[:, :2] = heads[:, :2] @ matrix.T
    turned = make_landmarks(
        view=film.view,
        image_left=film.image_left,
        levels=film.levels,
        corners_px=film.corners_px @ matrix.T,
        femoral_heads_px=heads,
        provenance=film.provenance,
    )
    quantities = sagittal_quantities(film, context())
    before, after = values_of(quantities, points_of(film)), values_of(quantities, points_of(turned))
    for item in quantities:
        if isinstance(item, Quantity) and item.unit is Unit.DEG and item.kind != "relative_pelvic_version":
            shift = -turn_deg * ROTATES_AWAY.get(item.kind, 0.0)
            assert after[item.kind] == pytest.approx(before[item.kind] + shift, abs=1e-9), item.kind


def test_an_unknown_side_refuses_signed_values_and_keeps_the_unsigned_ones() -> None:
    known, unknown = film_of(SPINE), film_of(SPINE, image_left=ImageSide.UNKNOWN)
    given_values = values_of(sagittal_quantities(unknown, context()), points_of(unknown))
    truth = values_of(sagittal_quantities(known, context()), points_of(known))
    assert set(given_values) == {"pelvic_incidence"}
    assert given_values == pytest.approx({kind: truth[kind] for kind in given_values}, abs=1e-9)
    reasons = {i.reason for i in sagittal_quantities(unknown, context()) if isinstance(i, Unmeasured)}
    assert reasons == {"which way the patient faces is unknown: the sign of this value cannot be given"}


@pytest.mark.parametrize("stated", [ImageSide.ANTERIOR, ImageSide.POSTERIOR])
def test_a_facing_that_puts_the_hips_behind_the_sacrum_gives_no_signed_value(stated: ImageSide) -> None:
    """Lordosis 60 and PT 14 would read −60 and −14: a healthy-looking spine out of a sick one, or the reverse."""
    other = {ImageSide.ANTERIOR: ImageSide.POSTERIOR, ImageSide.POSTERIOR: ImageSide.ANTERIOR}[stated]
    right, wrong = (
        film_of(SPINE, image_left=stated),
        replace(film_of(SPINE, image_left=stated), image_left=other),
    )
    good, bad = assess(right, context()), assess(wrong, context())
    assert good.of("pelvic_tilt") is not None and FACING_DOUBTED not in good.red_lines
    assert FACING_DOUBTED in bad.red_lines
    assert {item.kind for item in bad.measurements} & SIGNED == set()
    assert all(one.grade is None for one in bad.classifications if one.kind in ("gap", "srs_schwab_sva"))
    assert bad.of("pelvic_incidence") is not None


def test_what_rests_on_the_hips_spreads_as_pelvic_tilt_does_between_readers() -> None:
    """TPA and GT are read off the line that PT is: the same error. PT of two readers agrees within 5°: sd 1.8."""
    film = film_of(SPINE)
    points = draw_points(film, context())
    wanted = ("pelvic_tilt", "t1_pelvic_angle", "global_tilt")
    found = [
        one
        for one in sagittal_quantities(film, context())
        if one.kind in wanted and isinstance(one, Quantity)
    ]
    for spread in spreads_of(found, points):
        assert isinstance(spread, Spread)
        assert spread.sd == pytest.approx(READER_SD["pelvic_tilt"], rel=0.35)


def test_a_lumbar_kyphosis_gives_no_share_of_a_lordosis() -> None:
    """−20° of which −13 lie below L4 would read as 67 %, within what is called aligned."""
    film = film_of(
        HandSpine(slopes_deg={Level.L1: (10.0, 0.0), Level.L4: (3.0, 0.0), Level.S1: (-10.0, 0.0)})
    )
    for one in (film, replace(film, image_left=ImageSide.UNKNOWN)):
        found = {item.kind: item for item in sagittal_quantities(one, context())}
        assert isinstance(found["lordosis_distribution_index"], Unmeasured)


def test_a_lordosis_is_judged_in_millimetres_before_a_share_of_it_is_given() -> None:
    """19° on pixels half as high as wide read as 9 to 10° in pixels."""
    film = film_of(HandSpine(slopes_deg={Level.L1: (-6.0, 0.0), Level.S1: (13.0, 0.0)}))
    squeezed = replace(film, corners_px=film.corners_px * [1.0, 0.5], femoral_heads_px=np.empty((0, 3)))
    spaced = replace(context(), spacing_mm=(1.0, 0.5))
    found = {item.kind: item for item in sagittal_quantities(squeezed, spaced)}
    assert isinstance(found["lordosis_distribution_index"], Quantity)


def test_without_spacing_millimetres_are_refused_by_name_and_angles_stay() -> None:
    film = film_of(SPINE)
    quantities = sagittal_quantities(film, context(spacing_mm=None))
    refused = {item.kind: item.reason for item in quantities if isinstance(item, Unmeasured)}
    assert refused == dict.fromkeys(("sva", "csva"), "no pixel spacing: millimetres are refused")


@pytest.mark.parametrize(
    ("without", "hips", "kind", "reason"),
    [
        ((Level.C7,), SPINE.hips_mm, "sva", "landmarks are missing: C7"),
        ((Level.T1, Level.S1), SPINE.hips_mm, "t1_pelvic_angle", "landmarks are missing: T1, S1"),
        ((), (), "pelvic_tilt", "landmarks are missing: femoral heads"),
    ],
)
def test_missing_landmarks_are_named(
    without: tuple[Level, ...], hips: tuple[tuple[float, float], ...], kind: str, reason: str
) -> None:
    film = film_of(HandSpine(slopes_deg=SLOPES, hips_mm=hips), without=without)
    found = next(item for item in sagittal_quantities(film, context()) if item.kind == kind)
    assert isinstance(found, Unmeasured)
    assert found.reason == reason


def test_a_corner_that_was_not_given_counts_as_missing() -> None:
    film = film_of(SPINE)
    film.corners_px[film.levels.index(Level.L1), 0] = np.nan
    found = {item.kind: item for item in sagittal_quantities(film, context())}
    assert isinstance(found["lumbar_lordosis_l1_s1"], Unmeasured)
    assert isinstance(found["sacral_slope"], Quantity)


def test_a_flat_back_has_no_lordosis_distribution() -> None:
    film = film_of(HandSpine(slopes_deg={Level.S1: (8.0, 0.0)}))
    found = {item.kind: item for item in sagittal_quantities(film, context())}
    assert isinstance(found["lordosis_distribution_index"], Unmeasured)


def test_a_share_of_a_lordosis_that_may_be_none_is_not_given() -> None:
    """Lordosis 12° ± 9°: its low part in per cent of it ran from −6240 to 6740 %."""
    film = film_of(HandSpine(slopes_deg={Level.L1: (-6.0, -6.0), Level.S1: (6.0, 0.0)}))
    found = assess(film, context())
    whole = found.of("lumbar_lordosis_l1_s1")
    assert whole is not None and whole.value == pytest.approx(12.0, abs=0.1) and whole.interval_90[0] < 10.0
    assert found.of("lordosis_distribution_index") is None
    (why,) = (item.reason for item in found.unmeasured if item.kind == "lordosis_distribution_index")
    assert "may be below 10°" in why


def test_a_coronal_film_is_not_asked_and_an_unknown_view_is_refused() -> None:
    film = film_of(SPINE)
    for view, count in ((View.AP, 0), (View.UNKNOWN, 1)):
        other = make_landmarks(
            view=view, levels=film.levels, corners_px=film.corners_px, provenance=film.provenance
        )
        found = sagittal_quantities(other, context())
        assert len(found) == count
        assert all(isinstance(item, Unmeasured) and "view is unknown" in item.reason for item in found)


def test_many_drawings_are_computed_at_once() -> None:
    film = film_of(SPINE)
    one = points_of(film)
    many = type(one)(
        view=one.view,
        image_left=one.image_left,
        levels=one.levels,
        corners=np.repeat(one.corners, 5, axis=0),
        femoral_heads=np.repeat(one.femoral_heads, 5, axis=0),
        pedicles=np.repeat(one.pedicles, 5, axis=0),
        height=one.height,
        in_mm=True,
    )
    for item in sagittal_quantities(film, context()):
        assert isinstance(item, Quantity)
        assert item.compute(many).shape == (5,)


def test_the_overlay_line_of_the_sacral_slope_is_the_sacral_endplate() -> None:
    film = film_of(SPINE)
    slope = next(item for item in sagittal_quantities(film, context()) if item.kind == "sacral_slope")
    assert isinstance(slope, Quantity)
    corners = film.corners_of(Level.S1)
    assert corners is not None
    ends = np.array(sorted(slope.draw(film)[0]))
    np.testing.assert_allclose(ends, corners[:2], atol=1e-9)


def test_every_parameter_states_definition_and_source_and_draws_inside_the_spine() -> None:
    film = film_of(SPINE)
    for item in sagittal_quantities(film, context()):
        assert isinstance(item, Quantity)
        assert item.definition.endswith(".")
        assert item.source
        assert np.isfinite(np.array(item.draw(film))).all()
