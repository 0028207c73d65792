"""Claims: the propagated spread equals the error model's closed form to 1 %; an interval is the same on every run, and
changes only with the points that it is measured from; nominal 90 % intervals hold about 90 % of truths when the
error model is true; the largest of noisy angles is biased up.

Source: the variance of a difference of independent corners, and repeated simulation with known truth.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_spines import BELOW_20, FILM, MM_FILM, film, on_film, stacked
from spondyl.anatomy import Level, View
from spondyl.anatomy.landmarks import FloatArray, make_landmarks
from spondyl.assessment import Calibration, Flag, IntervalRule, assess
from spondyl.assessment.aasce import aasce_angles_deg
from spondyl.assessment.assess import assess_values
from spondyl.assessment.calibration import NORMAL_90, bounded_below
from spondyl.assessment.coronal import coronal_quantities, spine_of
from spondyl.assessment.end_vertebrae import largest_cobb_deg
from spondyl.assessment.measurement import Unmeasured
from spondyl.assessment.propagate import Spread, draw_points, spreads_of
from spondyl.assessment.quantity import Quantity, once
from spondyl.assessment.reader_agreement import CORNER_SD_SHARE, reader_sd
from spondyl.provenance import Provenance

SD_PX = np.full((17, 4), 4.0)


def test_endplate_tilt_spread_has_its_closed_form() -> None:
    """Two corners 90 px apart, own sd 4·sqrt(1/2) px each: tilt sd = 4/90 rad = 2.55°, the shared part cancels."""
    item = assess(film(BELOW_20, corner_sd_px=SD_PX), FILM).of("t1_tilt")
    assert item is not None
    assert item.sd == pytest.approx(np.degrees(4.0 / 90.0), rel=0.01)
    assert item.interval_90 == pytest.approx(
        (item.value - NORMAL_90 * item.sd, item.value + NORMAL_90 * item.sd)
    )


def test_draws_have_the_stated_spread_and_the_nominal_film_first() -> None:
    landmarks = film(BELOW_20, corner_sd_px=SD_PX)
    points = draw_points(landmarks, MM_FILM, draws=2000)
    np.testing.assert_allclose(points.corners[0], landmarks.corners_px * 0.2)
    np.testing.assert_allclose(points.corners[1:].mean(axis=0), landmarks.corners_px * 0.2, atol=1e-9)
    assert points.corners[1:].std(axis=0).mean() == pytest.approx(4.0 * 0.2, rel=0.02)
    shift = points.corners[1:].mean(axis=2).std(axis=0).mean()
    assert shift == pytest.approx(0.2 * 4.0 * np.sqrt(0.5 + 0.5 / 4.0), rel=0.02)


@pytest.mark.parametrize("shape", [(0.2, 0.1), (0.1, 0.2)])
def test_a_persons_points_err_alike_on_pixels_of_any_shape(shape: tuple[float, float]) -> None:
    """The same spine on square pixels and on ones half as high or half as wide."""
    square = film(BELOW_20)
    squeeze = np.array([0.2 / shape[1], 0.2 / shape[0]])
    other = replace(square, corners_px=square.corners_px * squeeze)
    plain = assess(square, MM_FILM).of("tilt_T8")
    turned = assess(other, replace(MM_FILM, spacing_mm=shape)).of("tilt_T8")
    assert plain is not None and turned is not None
    assert turned.value == pytest.approx(plain.value, abs=1e-6)
    assert turned.sd == pytest.approx(plain.sd, rel=0.02)


def test_statistics_taken_at_once_are_to_the_last_bit_those_of_each_value_alone() -> None:
    """And a value without a number takes no other's place. Reference: NumPy's std and mean of one row."""
    landmarks = film(BELOW_20, corner_sd_px=SD_PX)
    points = draw_points(landmarks, MM_FILM)
    given = [item for item in coronal_quantities(landmarks, MM_FILM) if isinstance(item, Quantity)]
    broken = replace(given[1], kind="broken", compute=lambda drawn: given[1].compute(drawn) * np.nan)
    quantities = (given[0], broken, *given[1:])
    found = spreads_of(quantities, points)
    for quantity, spread in zip(quantities, found, strict=True):
        values = np.array(quantity.compute(points))
        if quantity is broken:
            assert isinstance(spread, Unmeasured)
            assert spread.kind == "broken"
        else:
            drawn = values[1:].copy()
            shift = float(drawn.mean() - values[0])
            assert spread == Spread(value=float(values[0]), sd=float(drawn.std()), shift=shift)
    assert len(found) > 40


def test_what_several_values_share_is_worked_out_once_for_the_same_drawings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []

    def counted(corners: FloatArray, height: float | FloatArray) -> FloatArray:
        read.append(len(corners))
        return aasce_angles_deg(corners, height)

    monkeypatch.setattr("spondyl.assessment.coronal.aasce_angles_deg", counted)
    landmarks = film(BELOW_20, corner_sd_px=SD_PX)
    assert assess_values(landmarks, FILM).of("cobb_aasce_3") is not None
    assert read == [301]
    shared = once(lambda points: points.height)
    first, second = draw_points(landmarks, FILM), draw_points(landmarks, MM_FILM)
    assert [shared(one) for one in (first, second, second, first)] == [
        one.height for one in (first, second, second, first)
    ]


def test_an_interval_is_the_same_on_every_run_and_stays_while_other_vertebrae_are_moved_or_marked() -> None:
    landmarks = film(BELOW_20, corner_sd_px=SD_PX)
    first, again = (assess(film(BELOW_20, corner_sd_px=SD_PX), FILM) for _ in range(2))
    assert [m.interval_90 for m in first.measurements] == [m.interval_90 for m in again.measurements]
    corners = landmarks.corners_px.copy()
    corners[-1, 0] += (3.0, 5.0)
    moved = assess(replace(landmarks, corners_px=corners), FILM)
    upper = make_landmarks(
        view=landmarks.view,
        levels=landmarks.levels[:-1],
        corners_px=landmarks.corners_px[:-1],
        provenance=landmarks.provenance,
        corner_sd_px=SD_PX[:-1],
    )
    fewer = assess(upper, FILM)
    for other in (moved, fewer):
        tilts = [(m, other.of(m.kind)) for m in first.measurements if m.kind.startswith("tilt_")]
        for one, two in tilts:
            assert two is None or (one.interval_90 == two.interval_90) == (
                one.levels != landmarks.levels[-1:]
            )
        assert sum(two is not None for _, two in tilts) >= 16


def test_a_persons_points_of_the_neck_err_alike_whatever_is_marked_below() -> None:
    """Half as wide, half the error: a tilt's spread is of no size. The same neck alone, and above a trunk."""
    neck = stacked(np.zeros(2)) / 2.0
    both = np.concatenate([neck, stacked(np.zeros(4)) + np.array([0.0, 400.0])])
    names = (Level.C6, Level.C7, Level.T1, Level.T2, Level.T3, Level.T4)
    spreads: list[float] = []
    for count in (2, 6):
        points = draw_points(
            make_landmarks(
                view=View.AP,
                levels=names[:count],
                corners_px=both[:count],
                provenance=Provenance(method="test"),
            ),
            FILM,
        )
        sides = points.corners[1:, 0, 1] - points.corners[1:, 0, 0]
        spreads.append(float(np.degrees(np.arctan2(sides[:, 1], sides[:, 0])).std()))
    assert spreads[0] == spreads[1]
    assert spreads[0] == pytest.approx(np.degrees(CORNER_SD_SHARE), rel=0.01)


def test_the_spread_of_a_difference_of_two_tilts_has_its_closed_form() -> None:
    """Two vertebrae err independently: a Cobb angle between them spreads by √2 of a tilt's 4/90 rad."""
    points = draw_points(film(np.zeros(17), corner_sd_px=SD_PX), FILM)
    sides = points.corners[..., 1, :] - points.corners[..., 0, :]
    tilts = np.degrees(np.arctan2(sides[..., 1], sides[..., 0]))[1:]
    apart = np.array([(tilts[:, i] - tilts[:, j]).std() for i in range(17) for j in range(i)])
    np.testing.assert_allclose(apart, np.degrees(4.0 / 90.0) * np.sqrt(2.0), rtol=0.01)


def test_intervals_cover_when_the_error_model_is_true() -> None:
    """150 films of one 45° curve, noise as stated, fixed end vertebrae: 90 % ± 2.5 binomial sd (6 %) hold."""
    rng, truth, held = np.random.default_rng(11), stacked(BELOW_20), 0
    for _ in range(150):
        own, shared = rng.normal(0, 4 / 2**0.5, (17, 4, 2)), rng.normal(0, 4 / 2**0.5, (17, 1, 2))
        item = assess(on_film(truth + own + shared, corner_sd_px=SD_PX), FILM).of("tilt_T8")
        assert item is not None
        held += item.interval_90[0] <= BELOW_20[7] <= item.interval_90[1]
    assert 0.84 <= held / 150 <= 0.96


def test_the_largest_angle_is_biased_upwards_on_a_straight_spine() -> None:
    """The bias the docstring warns of: truth 0°, tilt sd 2.5° an endplate, and the largest of 120 pairs is read."""
    rng = np.random.default_rng(3)
    own = rng.normal(0, 4 / 2**0.5, (40, 17, 4, 2))
    items = [
        assess(on_film(stacked(np.zeros(17)) + e, corner_sd_px=SD_PX), FILM).of("cobb_major") for e in own
    ]
    values = [item.value for item in items if item is not None]
    assert len(values) == 40
    assert 6.0 < np.mean(values) < 14.0


def test_a_persons_points_take_the_published_spread_between_readers() -> None:
    """Inter-radiologist mean difference 3.3°: a difference spreads by 3.3 / sqrt(2/π) = 4.14°, one reading by 2.92°;
    limits ±14° for PI: 7.14° and 5.05°."""
    assert reader_sd("cobb_tl_l_2") == pytest.approx(2.925, abs=0.001)
    assert reader_sd("pelvic_incidence") == pytest.approx(5.051, abs=0.001)
    assert reader_sd("cobb_aasce_1") is None
    calibration = Calibration(rules={"default": IntervalRule(lo_scale=9.0, hi_scale=9.0)}, source="test")
    item = assess(film(BELOW_20), FILM, calibration=calibration).of("cobb_major")
    assert item is not None
    assert item.sd == pytest.approx(2.925, abs=0.001)
    assert Flag.UNCALIBRATED_INTERVAL in item.flags


def test_default_corner_noise_reproduces_the_distance_between_two_labellings() -> None:
    rng = np.random.default_rng(1)
    pair = rng.normal(0.0, CORNER_SD_SHARE * 95.0, (2, 200_000, 2))
    assert np.median(np.linalg.norm(pair[0] - pair[1], axis=1)) == pytest.approx(10.9, abs=0.1)


def test_calibration_changes_the_interval_as_defined() -> None:
    rule = IntervalRule(lo_scale=1.0, hi_scale=3.0, floor=2.0, offset=-0.5)
    calibration = Calibration(rules={"tilt_": rule, "tilt_T8": IntervalRule()}, source="test")
    landmarks = film(BELOW_20, corner_sd_px=SD_PX)
    plain, fitted = assess(landmarks, FILM), assess(landmarks, FILM, calibration=calibration)
    before, after = plain.of("tilt_T7"), fitted.of("tilt_T7")
    assert before is not None
    assert after is not None
    reach = np.hypot(before.sd, 2.0)
    assert after.interval_90 == pytest.approx((after.value - 0.5 - reach, after.value - 0.5 + 3.0 * reach))
    assert after.sd == pytest.approx(4.0 * reach / (2.0 * NORMAL_90))
    assert Flag.UNCALIBRATED_INTERVAL not in after.flags
    assert fitted.of("tilt_T8").interval_90 == plain.of("tilt_T8").interval_90  # type: ignore[union-attr]
    assert Flag.UNCALIBRATED_INTERVAL in fitted.of("cobb_major").flags  # type: ignore[union-attr]


@settings(max_examples=100, deadline=None)
@given(
    st.floats(-90, 90), st.floats(0, 20), st.floats(0, 5), st.floats(0, 5), st.floats(0, 9), st.floats(-5, 5)
)
def test_an_interval_holds_its_value_and_survives_json(
    value: float, sd: float, low: float, high: float, floor: float, offset: float
) -> None:
    rule = IntervalRule(lo_scale=low, hi_scale=high, floor=floor, offset=offset)
    lower, upper = rule.interval_90(value, sd)
    assert lower <= value <= upper
    calibration = Calibration(rules={"cobb_": rule, "default": IntervalRule()}, source="test")
    assert Calibration.from_dict(calibration.to_dict()) == calibration
    size = abs(value)
    assert 0.0 <= bounded_below("cobb_mt", size, rule.interval_90(size, sd))[0] <= size


def test_unbias_takes_off_what_noise_adds_to_a_largest_angle() -> None:
    """On a straight spine the drawings lie above the value; the unbiased interval lies lower, in proportion."""
    landmarks = on_film(stacked(np.zeros(17)), corner_sd_px=SD_PX)
    rule = IntervalRule(lo_scale=0.0, hi_scale=0.0, unbias=0.5)
    values = largest_cobb_deg(spine_of(draw_points(landmarks, FILM), landmarks.levels))
    drawn = float(values[1:].mean() - values[0])
    assert drawn > 5.0
    assert rule.interval_90(20.0, 1.0, shift=drawn) == pytest.approx((20.0 - 0.5 * drawn, 20.0))


def test_a_symmetric_scale_may_be_written_once_and_typing_errors_are_refused() -> None:
    read = Calibration.from_dict({"source": "cv", "rules": {"default": {"scale": 2.0, "floor": 1.0}}})
    assert read.rule_for("anything") == IntervalRule(lo_scale=2.0, hi_scale=2.0, floor=1.0)
    with pytest.raises(ValueError, match="flor"):
        Calibration.from_dict({"source": "cv", "rules": {"default": {"flor": 1.0}}})
    with pytest.raises(ValueError, match="finite"):
        IntervalRule(lo_scale=-1.0)
