"""Published grades on both sides of every border, and probabilities that show a border.

Independent sources: SRS-Schwab borders (Terran et al. 2013 as quoted by neurosurgerywiki.com), the GAP point table and
Meyerding (radiopaedia.org), Genant (Quant Imaging Med Surg 2019), scores added by hand; probabilities against
scipy.stats.norm to 1e-12 and against 200,000 drawn values to 0.01. Limit: the grades themselves are conventions.
"""

import numpy as np
import pytest
from scipy import stats

from drawn_spines import FILM, film
from lateral_spines import HandSpine, context, film_of
from made_measurements import made_measurement as value
from spondyl.anatomy import ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.assessment.classification import classify
from spondyl.assessment.end_vertebrae import Curve
from spondyl.assessment.gap import SCALES, band_of, gap
from spondyl.assessment.genant import genant
from spondyl.assessment.grading import (
    Band,
    grade_of,
    highest,
    measured_below,
    probabilities,
    probability_above,
)
from spondyl.assessment.measurement import Classification, Measurement, Unit, Unmeasured
from spondyl.assessment.roussouly import roussouly
from spondyl.assessment.schwab import schwab
from spondyl.assessment.slip_grade import meyerding
from spondyl.provenance import Provenance

MADE = Provenance(method="by hand")


def of(results: tuple[Classification, ...], kind: str) -> Classification:
    return next(item for item in results if item.kind == kind)


BORDERS = [
    ("pi_minus_ll", 9.9, "0"),
    ("pi_minus_ll", 10.0, "+"),
    ("pi_minus_ll", 20.0, "+"),
    ("pi_minus_ll", 20.1, "++"),
    ("sva", 39.9, "0"),
    ("sva", 40.0, "+"),
    ("sva", 95.0, "+"),
    ("sva", 95.1, "++"),
    ("pelvic_tilt", 19.9, "0"),
    ("pelvic_tilt", 20.0, "+"),
    ("pelvic_tilt", 30.0, "+"),
    ("pelvic_tilt", 30.1, "++"),
    ("pi_minus_ll", -25.0, "0"),
]


@pytest.mark.parametrize(("kind", "number", "grade"), BORDERS)
def test_schwab_modifiers_on_both_sides_of_each_border(kind: str, number: float, grade: str) -> None:
    assert of(schwab((value(kind, number),), context()), f"srs_schwab_{kind}").grade == grade


@pytest.mark.parametrize(
    ("upper", "main", "lumbar", "grade"),
    [(12, 29, 29, "N"), (12, 35, 20, "T"), (33, 20, 10, "T"), (5, 25, 31, "L"), (5, 40, 38, "D")],
)
def test_schwab_curve_type(upper: float, main: float, lumbar: float, grade: str) -> None:
    curves = (
        value("cobb_major", max(upper, main, lumbar)),
        value("cobb_pt", upper),
        value("cobb_mt", main),
        value("cobb_tl_l", lumbar),
    )
    result = of(schwab(curves, context()), "srs_schwab_curve_type")
    assert result.grade == grade
    assert dict(result.probabilities)[grade] == 1.0


@pytest.mark.parametrize(
    ("apex", "angle_deg", "said"),
    [
        (2 * Level.T9.index, 40.0, False),
        (2 * Level.T9.index + 1, 40.0, True),
        (2 * Level.T10.index, 40.0, True),
        (2 * Level.T11.index + 1, 40.0, True),
        (2 * Level.T12.index, 40.0, False),
        (2 * Level.T10.index, 12.0, False),
    ],
)
def test_the_unread_border_of_the_curve_type_is_said_at_the_border_only(
    apex: int, angle_deg: float, said: bool
) -> None:
    """Between T9 and T12 the borders that are in use differ; a small curve has no say in the type."""
    given = (value("cobb_major", 40), value("cobb_mt", 40))
    levels = tuple(Level)
    curve = Curve(levels=levels, upper=8, lower=14, apex=apex, bend=1, angle_deg=angle_deg)
    result = of(schwab(given, context(), curves=(curve,)), "srs_schwab_curve_type")
    assert result.grade == "T"
    assert ("Assumed: the apex at" in result.reason) is said
    assert not said or f"the apex at {curve.apex_name} counts as thoracic" in result.reason


def test_a_film_with_its_apex_at_t10_says_what_was_assumed() -> None:
    """Tilted from T7 (20 deg) to L1 (20 deg the other way), level at both ends."""
    tilts_deg = np.interp(np.arange(17), [0, 6, 12, 16], [0.0, -20.0, 20.0, 0.0])
    given = (value("cobb_major", 40), value("cobb_mt", 40))
    result = of(classify(given, film(tilts_deg), FILM), "srs_schwab_curve_type")
    assert "Assumed: the apex at T10 counts as thoracic" in result.reason


def test_schwab_needs_both_views_and_says_which_is_missing() -> None:
    lateral = (value("pi_minus_ll", 5), value("sva", 30), value("pelvic_tilt", 15))
    whole = of(schwab(lateral, context()), "srs_schwab")
    assert whole.grade is None
    assert whole.reason.startswith(
        "cannot be classified because the curves are not measured (needs an AP film"
    )
    both = (*lateral, value("cobb_major", 34), value("cobb_mt", 34), value("cobb_tl_l", 12))
    assert of(schwab(both, context()), "srs_schwab").grade == "T; PI-LL 0; SVA 0; PT 0"


def test_adult_classifications_are_refused_for_children() -> None:
    child = context(age_years=14)
    results = (
        *schwab((value("sva", 30),), child),
        gap(gap_values(), child),
        roussouly((value("sacral_slope", 40),), child),
    )
    assert all(item.grade is None and "made for adults" in item.reason for item in results)


def gap_values(
    rpv: float = 0, rll: float = 0, ldi: float = 60, rsa: float = 0, sd: float = 0
) -> tuple[Measurement, ...]:
    return tuple(
        value(kind, number, sd=sd) for kind, number in zip(SCALES, (rpv, rll, ldi, rsa), strict=True)
    )


@pytest.mark.parametrize(
    ("kind", "number", "points"),
    [
        ("relative_pelvic_version", -15.1, "3"),
        ("relative_pelvic_version", -15.0, "2"),
        ("relative_pelvic_version", -7.1, "2"),
        ("relative_pelvic_version", -7.0, "0"),
        ("relative_pelvic_version", 5.0, "0"),
        ("relative_pelvic_version", 5.1, "1"),
        ("relative_lumbar_lordosis", -25.1, "3"),
        ("relative_lumbar_lordosis", -25.0, "2"),
        ("relative_lumbar_lordosis", -14.1, "2"),
        ("relative_lumbar_lordosis", -14.0, "0"),
        ("relative_lumbar_lordosis", 11.0, "0"),
        ("relative_lumbar_lordosis", 11.1, "3"),
        ("lordosis_distribution_index", 39.9, "2"),
        ("lordosis_distribution_index", 40.0, "1"),
        ("lordosis_distribution_index", 49.0, "1"),
        ("lordosis_distribution_index", 50.0, "0"),
        ("lordosis_distribution_index", 80.0, "0"),
        ("lordosis_distribution_index", 80.1, "3"),
        ("relative_spinopelvic_alignment", 18.1, "3"),
        ("relative_spinopelvic_alignment", 18.0, "1"),
        ("relative_spinopelvic_alignment", 10.1, "1"),
        ("relative_spinopelvic_alignment", 10.0, "0"),
        ("relative_spinopelvic_alignment", -7.0, "0"),
        ("relative_spinopelvic_alignment", -7.1, "1"),
    ],
)
def test_gap_points_on_both_sides_of_each_threshold(kind: str, number: float, points: str) -> None:
    assert grade_of(number, SCALES[kind]) == points


@pytest.mark.parametrize(
    ("ratios", "age", "grade"),
    [
        ((0, 0, 60, 0), 45, "proportioned (0 points)"),
        ((-8, 0, 60, 0), 45, "proportioned (2 points)"),
        ((-8, 0, 60, 0), 60, "moderately disproportioned (3 points)"),
        ((-8, 0, 45, 0), 59.9, "moderately disproportioned (3 points)"),
        ((-20, -20, 45, 0), 40, "moderately disproportioned (6 points)"),
        ((-20, -20, 45, 0), 70, "severely disproportioned (7 points)"),
        ((-20, -30, 90, 20), 70, "severely disproportioned (13 points)"),
    ],
)
def test_gap_scores_added_by_hand(ratios: tuple[float, float, float, float], age: float, grade: str) -> None:
    assert gap(gap_values(*ratios), context(age_years=age)).grade == grade


def test_a_whole_gap_example_from_raw_angles() -> None:
    """PI 55, SS 30, LL 40, L4-S1 30, GT 35, age 65, worked by hand: 2 + 2 + 0 + 3 + 1 = 8 points."""
    ratios = (30 - (0.59 * 55 + 9), 40 - (0.62 * 55 + 29), 100 * 30 / 40, 35 - (0.48 * 55 - 15))
    assert ratios == pytest.approx((-11.45, -23.1, 75.0, 23.6))
    assert gap(gap_values(*ratios), context(age_years=65)).grade == "severely disproportioned (8 points)"


def test_gap_without_age_names_the_age_and_both_scores() -> None:
    result = gap(gap_values(-8, 0, 60, 0), context(age_years=None))
    assert result.grade is None
    assert result.reason.endswith("the age is unknown: 2 points without the age factor, 3 from 60 years")


def test_gap_probabilities_match_drawn_values() -> None:
    means, sd = (-14.0, -13.0, 52.0, 9.0), 3.0
    result = gap(gap_values(*means, sd=sd), context(age_years=50))
    rng = np.random.default_rng(5)
    draws = rng.normal(means, sd, size=(20_000, 4))
    scales = tuple(SCALES.values())
    scores = [sum(int(grade_of(x, s)) for x, s in zip(row, scales, strict=True)) for row in draws]
    bands = [band_of(score) for score in scores]
    for band, probability in result.probabilities:
        assert probability == pytest.approx(bands.count(band) / len(bands), abs=0.012)


@pytest.mark.parametrize(
    ("middle", "interval"),
    [(14.0, (8.0, 16.0)), (14.0, (8.0, 20.0)), (10.0, (9.0, 31.0)), (-3.0, (-9.0, -1.0))],
)
def test_a_probability_agrees_with_the_interval_shown_however_lopsided(
    middle: float, interval: tuple[float, float]
) -> None:
    """The central 90 % leave 5 % on each side; a normal about the value said 1 to 50 % of these."""
    item = value("cobb_major", middle, interval_90=interval)
    low, high = interval
    assert measured_below(low, item) == pytest.approx(0.05, abs=1e-9)
    assert probability_above(high, item) == pytest.approx(0.05, abs=1e-9)
    rising = [measured_below(low + (high - low) * step / 50, item) for step in range(-50, 101)]
    assert rising == sorted(rising)


def test_probabilities_are_normal_areas_and_sum_to_one() -> None:
    scale = (Band(grade="a", upper=10), Band(grade="b", upper=20, closed=True), Band(grade="c"))
    found = dict(probabilities(value("x", 12.0, sd=3.0), scale))
    normal = stats.norm(12.0, 3.0)
    assert found == pytest.approx(
        {"a": normal.cdf(10), "b": normal.cdf(20) - normal.cdf(10), "c": normal.sf(20)}, abs=1e-12
    )


def test_a_value_on_a_border_shows_both_grades_evenly() -> None:
    result = of(schwab((value("pelvic_tilt", 20.0, sd=2.0),), context()), "srs_schwab_pelvic_tilt")
    shown = dict(result.probabilities)
    assert shown["0"] == pytest.approx(0.5, abs=1e-9)
    assert shown["+"] == pytest.approx(0.5, abs=1e-5)


def test_the_highest_of_several_matches_drawn_maxima() -> None:
    items = (value("a", 18.0, sd=3.0), value("b", 17.0, sd=3.0), value("c", 5.0, sd=3.0))
    scale = (Band(grade="low", upper=20), Band(grade="mid", upper=25), Band(grade="high"))
    draws = np.random.default_rng(1).normal((18, 17, 5), 3.0, size=(200_000, 3)).max(axis=1)
    found = dict(highest(items, scale))
    assert found["low"] == pytest.approx((draws < 20).mean(), abs=0.01)
    assert found["high"] == pytest.approx((draws >= 25).mean(), abs=0.01)


@pytest.mark.parametrize(
    ("slope", "grade"), [(34.9, "1 or 2"), (35.0, "3"), (45.0, "3"), (45.1, "4"), (-3.0, "1 or 2")]
)
def test_roussouly_by_sacral_slope(slope: float, grade: str) -> None:
    result = roussouly((value("sacral_slope", slope),), context())
    assert result.grade == grade
    assert "types 1 and 2 cannot be told apart" in result.reason


@pytest.mark.parametrize(
    ("slip", "grade"),
    [
        (3, "none or I"),
        (25, "none or I"),
        (26, "II"),
        (51, "III"),
        (76, "IV"),
        (101, "V"),
        (-40, "none or I"),
    ],
)
def test_meyerding_grades(slip: float, grade: str) -> None:
    assert meyerding((value("slip_l5_s1", slip, unit=Unit.PERCENT),)).grade == grade


@pytest.mark.parametrize(
    ("loss", "grade"), [(19.9, "0"), (20, "1"), (24.9, "1"), (25, "2"), (40, "2"), (40.1, "3")]
)
def test_genant_grades_and_leaves_l5_out(loss: float, grade: str) -> None:
    items = (
        value("height_loss_anterior_t12", loss, unit=Unit.PERCENT),
        value("height_loss_anterior_l5", 60.0, unit=Unit.PERCENT),
    )
    result = genant(items)
    assert result.grade == grade
    assert "no middle height" in result.reason


def coronal_film(
    shift_px: float, *, pedicles: bool = True, sacrum: bool = True, tilt_deg: float = 12.0
) -> Landmarks:
    """L1 to S1 from the front, convex to the side that ``shift_px`` names: bodies 80 px wide, pedicles 50 px apart, the
    apex L3 moved by ``shift_px``, its neighbours less; L1 and L5 tilted by ``tilt_deg`` to either side."""
    levels = tuple(level for level in tuple(Level)[Level.L1.index :] if sacrum or level is not Level.S1)
    turns = dict(zip(tuple(Level)[Level.L1.index :], (-1.0, -0.5, 0.0, 0.5, 1.0, 0.0), strict=True))
    corners, marks = [], []
    for i, level in enumerate(levels):
        turn = np.radians(tilt_deg) * turns[level] * np.sign(shift_px)
        share = 0.0 if level is Level.S1 else 1.0 - abs(turns[level])
        middle = np.array([300 + shift_px * share, 100.0 * i + 35])
        spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        corners.append(middle + np.array([[-40, -35], [40, -35], [-40, 35], [40, 35]]) @ spin)
        marks.append(middle + np.array([[-25, -5], [25, -5]]) if pedicles else [[np.nan] * 2] * 2)
    return make_landmarks(
        view=View.AP,
        image_left=ImageSide.UNKNOWN,
        levels=levels,
        corners_px=np.array(corners),
        pedicles_px=np.array(marks),
        provenance=MADE,
    )


def lumbar_modifier(film: Landmarks) -> Classification:
    return of(classify((), film, context()), "lenke_lumbar_modifier")


@pytest.mark.parametrize(
    ("shift", "grade"), [(24, "A"), (-24, "A"), (26, "B"), (-39, "B"), (41, "C"), (-90, "C")]
)
def test_lenke_lumbar_modifier(shift: float, grade: str) -> None:
    result = lumbar_modifier(coronal_film(shift))
    assert result.grade == grade
    assert "L3, the apex" in result.reason


def test_lenke_lumbar_modifier_is_read_at_the_apex_of_the_lumbar_curve() -> None:
    """Lumbar vertebrae beside the line that belong to no lumbar curve, such as the end of a long thoracic one, are not
    looked at: the straight spine of this film lies far off the line and has no apex."""
    straight = coronal_film(90, tilt_deg=0.0)
    assert lumbar_modifier(straight).grade is None
    assert "there is no thoracolumbar or lumbar curve" in lumbar_modifier(straight).reason
    assert lumbar_modifier(coronal_film(10, tilt_deg=0.0)).grade == "A"


def test_lenke_lumbar_modifier_says_what_is_missing() -> None:
    no_sacrum, no_pedicles = (
        lumbar_modifier(film) for film in (coronal_film(10, sacrum=False), coronal_film(10, pedicles=False))
    )
    assert (no_sacrum.grade, no_pedicles.grade) == (None, None)
    assert "S1 is not marked" in no_sacrum.reason
    assert "A or B, but not C" in no_pedicles.reason
    assert lumbar_modifier(coronal_film(60, pedicles=False)).grade == "C"


def test_a_curve_type_needs_the_whole_spine() -> None:
    """T12 to L5 alone say nothing of the thoracic spine."""
    result = of(classify((value("cobb_major", 12),), coronal_film(30), context()), "srs_schwab_curve_type")
    assert result.grade is None
    assert "not all of T1 to L5 are marked" in result.reason


def test_a_grade_is_that_of_the_value_as_it_is_shown() -> None:
    """ "10.0°" must not stand beside the grade of 9.96°."""
    item = of(schwab((value("pi_minus_ll", 9.96),), context()), "srs_schwab_pi_minus_ll")
    assert (item.grade, "10.0°" in item.reason) == ("+", True)


def test_a_neck_has_no_meyerding_grade() -> None:
    assert meyerding((value("slip_c4_c5", 30, unit=Unit.PERCENT),)).grade is None


def test_a_refusal_says_what_this_film_lacks() -> None:
    why = (Unmeasured(kind="sva", label="SVA", reason="no pixel spacing: millimetres are refused"),)
    result = of(classify((), film_of(HandSpine()), context(), why), "srs_schwab_sva")
    assert result.reason.endswith("SVA is not measured: no pixel spacing: millimetres are refused")


def test_lenke_type_is_never_given_and_reports_the_curves() -> None:
    result = of(classify((value("cobb_mt", 52), value("cobb_tl_l", 31)), coronal_film(0), context()), "lenke")
    assert result.grade is None
    assert "side-bending films are missing" in result.reason
    assert "main thoracic 52°, thoracolumbar/lumbar 31°" in result.reason
    assert "kyphosis of 20° or more" in result.reason


@pytest.mark.parametrize(("kyphosis", "grade"), [(9.9, "-"), (10, "N"), (40, "N"), (40.1, "+")])
def test_lenke_sagittal_modifier(kyphosis: float, grade: str) -> None:
    film = film_of(HandSpine())
    assert (
        of(classify((value("kyphosis_t5_t12", kyphosis),), film, context()), "lenke_sagittal_modifier").grade
        == grade
    )


def test_everything_that_cannot_be_classified_says_why() -> None:
    for result in classify((), film_of(HandSpine()), context()):
        assert result.grade is None
        assert result.reason.startswith("cannot be classified because ")
        assert result.probabilities == ()
        assert result.source


def test_instability_is_never_graded_from_one_film() -> None:
    result = of(classify((), film_of(HandSpine()), context()), "white_panjabi")
    assert result.grade is None
    assert "flexion" in result.reason
    assert "No validated test" in result.reason
