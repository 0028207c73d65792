"""Claims: coronal values equal those a drawn spine was built from, to 0.01° and 0.01 mm; mirroring the film mirrors
signs and sides and leaves sizes; turning by 10° and scaling leave every Cobb angle, to 1e-6°.

Source: the tilts the spine is built from, chosen by hand; expected values follow by subtraction.
"""

from dataclasses import replace

import numpy as np
import pytest

from drawn_spines import BELOW_20, FILM, MM_FILM, film, mirrored, on_film, stacked, turned
from spondyl.anatomy import AP_LEVELS, Convexity, ImageSide, Landmarks, Level, View
from spondyl.assessment import Assessment, FilmContext, assess
from spondyl.assessment.coronal import coronal_quantities, curves_of, nominal_spine
from spondyl.assessment.end_vertebrae import find_curves
from spondyl.assessment.measurement import Unmeasured

WHOLE = (Level.C7, *AP_LEVELS, Level.S1)


def value(assessment: Assessment, kind: str) -> float:
    measurement = assessment.of(kind)
    assert measurement is not None, kind
    return measurement.value


def reason(landmarks: Landmarks, context: FilmContext, kind: str) -> str:
    found = [q for q in coronal_quantities(landmarks, context) if q.kind == kind]
    assert isinstance(found[0], Unmeasured)
    return found[0].reason


def grade(assessment: Assessment, kind: str) -> str | None:
    return next(c.grade for c in assessment.classifications if c.kind == kind)


def test_cobb_angle_end_vertebrae_and_side_of_one_curve() -> None:
    result = assess(film(BELOW_20), FILM)
    major = result.of("cobb_major")
    assert major is not None
    assert major.value == pytest.approx(45.0, abs=0.01)
    assert (major.levels[0], major.levels[-1]) == (Level.T6, Level.T12)
    assert "convex to the picture's left" in major.label
    assert major.convex_to is None
    assert value(result, "cobb_mt") == pytest.approx(45.0, abs=0.01)
    assert value(result, "cobb_tl_l") == pytest.approx(28.0, abs=0.01)
    assert value(result, "cobb_pt") == pytest.approx(16.0, abs=0.01)


def test_the_convex_side_is_where_the_apex_lies() -> None:
    """Independent of any tilt: the apex of the drawn curve lies left of the line between its ends."""
    corners = stacked(BELOW_20)
    x = corners.mean(axis=1)[:, 0]
    apex_x = x[5:12].min()
    assert apex_x < min(x[5], x[11]) - 20.0
    assert curves_of(on_film(corners), FILM)[1].picture_side == "left"


def test_the_clinical_angle_takes_outer_endplates_and_the_aasce_angle_middle_lines() -> None:
    """T6's superior endplate lowered 6° more than its body by a wedge: clinical 45 + 6, AASCE 45 + 3."""
    corners = stacked(BELOW_20)
    corners[5, :2] = (
        turned(corners[5, :2] - corners[5, :2].mean(axis=0) + 1000.0, 6.0)
        - 1000.0
        + corners[5, :2].mean(axis=0)
    )
    result = assess(on_film(corners), FILM)
    assert value(result, "cobb_major") == pytest.approx(51.0, abs=0.01)
    assert value(result, "cobb_aasce_1") == pytest.approx(48.0, abs=0.05)


def test_regions_follow_the_apex() -> None:
    triple = np.interp(np.arange(17), [0, 4, 10, 15, 16], [-15.0, 18.0, -22.0, 14.0, 10.0])
    curves = curves_of(film(triple), FILM)
    assert [curve.region for curve in curves] == ["pt", "mt", "tl_l"]
    assert [curve.picture_side for curve in curves] == ["right", "left", "right"]
    assert [round(curve.angle_deg, 6) for curve in curves] == [33.0, 40.0, 36.0]
    result = assess(film(triple), FILM)
    kinds = {m.kind: m.value for m in result.measurements}
    assert (kinds["cobb_pt"], kinds["cobb_mt"], kinds["cobb_tl_l"]) == pytest.approx((33.0, 40.0, 36.0))
    assert kinds["cobb_major"] == pytest.approx(40.0)


def test_a_straight_spine_has_no_regional_curve_but_a_largest_angle() -> None:
    result = assess(film(np.zeros(17)), FILM)
    assert value(result, "cobb_major") == pytest.approx(0.0, abs=1e-9)
    assert reason(film(np.zeros(17)), FILM, "cobb_pt").startswith("no curve of 5")


@pytest.mark.parametrize("angle_deg", [-10.0, 10.0])
def test_turning_the_film_leaves_cobb_angles(angle_deg: float) -> None:
    before = find_curves(nominal_spine(film(BELOW_20), FILM))
    after = find_curves(nominal_spine(on_film(turned(stacked(BELOW_20), angle_deg)), FILM))
    assert [c.angle_deg for c in after] == pytest.approx([c.angle_deg for c in before], abs=1e-6)
    assert [(c.upper, c.lower, c.bend) for c in after] == [(c.upper, c.lower, c.bend) for c in before]


@pytest.mark.parametrize("squeeze", [0.25, 0.8, 3.0])
def test_pixels_that_are_not_square_leave_curves_levels_and_sides(squeeze: float) -> None:
    """The same spine in millimetres: pixels so many times as narrow, and so many times more of them in a row."""
    for tilts_deg in (BELOW_20, BELOW_20 * 0.32):
        corners = stacked(tilts_deg)
        given = on_film(corners * [squeeze, 1.0])
        context = replace(MM_FILM, columns=round(1000 * squeeze), spacing_mm=(0.2, 0.2 / squeeze))
        found, wanted = assess(given, context), assess(on_film(corners), MM_FILM)
        cobb, cobb_wanted = ([m for m in a.measurements if "cobb" in m.kind] for a in (found, wanted))
        assert [m.label for m in cobb] == [m.label for m in cobb_wanted]
        assert [m.value for m in cobb] == pytest.approx([m.value for m in cobb_wanted], abs=1e-6)
        drawn, drawn_wanted = (np.array(a[0].points_px) for a in (cobb, cobb_wanted))
        assert drawn == pytest.approx(drawn_wanted * [squeeze, 1.0], abs=1e-6)
        names, names_wanted = ([(c.kind, c.grade) for c in a.classifications] for a in (found, wanted))
        assert names == names_wanted


def test_scaling_the_film_leaves_angles() -> None:
    context = FilmContext(rows=7200, columns=3000)
    before, after = assess(film(BELOW_20), FILM), assess(on_film(stacked(BELOW_20) * 3.0), context)
    assert {m.kind: m.value for m in after.measurements} == pytest.approx(
        {m.kind: m.value for m in before.measurements}, abs=1e-6
    )


def whole_spine() -> Landmarks:
    """C7 to S1 with hips and pedicles, patient's right on the picture's left; S1 endplate and hips set by hand."""
    corners = stacked(np.concatenate([[2.0], BELOW_20, [0.0]]))
    corners[-1] = [[455.0, 1500.0], [545.0, 1504.0], [np.nan, np.nan], [np.nan, np.nan]]
    body = corners[:, :, :].mean(axis=1)
    pedicles = np.stack([body - [25.0, 0.0], body + np.array([25.0, 0.0])], axis=1)
    heads = np.array([[350.0, 1700.0, 60.0], [650.0, 1715.0, 60.0]])
    return on_film(
        corners,
        levels=WHOLE,
        pedicles_px=pedicles,
        femoral_heads_px=heads,
        image_left=ImageSide.PATIENT_RIGHT,
    )


def test_balance_translation_and_pelvis_by_hand() -> None:
    landmarks = whole_spine()
    result = assess(landmarks, MM_FILM)
    c7_x = landmarks.corners_px[0, :, 0].mean()
    assert value(result, "coronal_balance") == pytest.approx((c7_x - 500.0) * 0.2, abs=0.01)
    assert value(result, "femoral_head_height_difference") == pytest.approx(15.0 * 0.2, abs=0.01)
    assert value(result, "pelvic_obliquity") == pytest.approx(np.degrees(np.arctan(15.0 / 300.0)), abs=0.01)
    assert value(result, "t1_tilt") == pytest.approx(4.0, abs=0.01)
    assert value(result, "tilt_T6") == pytest.approx(20.0, abs=0.01)
    assert value(result, "disc_wedge_T6_T7") == pytest.approx(-7.5, abs=0.01)
    x = landmarks.corners_px[1:-1].mean(axis=1)[:, 0]
    assert value(result, "avt_mt") == pytest.approx((x[5:12].min() - c7_x) * 0.2, abs=0.5)
    assert value(result, "avt_tl_l") == pytest.approx((x[11:].max() - 500.0) * 0.2, abs=0.5)


def test_named_levels_by_hand() -> None:
    landmarks = whole_spine()
    result = assess(landmarks, MM_FILM)
    assert grade(result, "end_vertebrae_major") == "T6-T12"
    x = landmarks.corners_px[1:-1].mean(axis=1)[:, 0]
    from_lower_end = AP_LEVELS[11:]
    assert grade(result, "stable_vertebra") == from_lower_end[int(np.abs(x[11:] - 500.0).argmin())].value
    assert grade(result, "neutral_vertebra") == "T12"
    assert {c.grade for c in result.classifications if c.kind.startswith("nash_moe")} == {"0"}


@pytest.mark.parametrize(
    ("shift", "wanted"), [(0.0, "0"), (0.1, "I"), (0.35, "II"), (0.60, "III"), (0.9, "IV")]
)
def test_nash_moe_grade_follows_the_convex_pedicle(shift: float, wanted: str) -> None:
    """Left-convex apex; pedicles at ∓0.8 half widths move to the right: the convex one is left, at −0.8 + shift."""
    landmarks = film(BELOW_20)
    left, right = landmarks.corners_px[:, 0::2].mean(axis=1), landmarks.corners_px[:, 1::2].mean(axis=1)
    middle, half = (left + right) / 2.0, (right - left) / 2.0
    pedicles = np.stack([middle + half * (-0.8 + shift), middle + half * (0.8 + shift)], axis=1)
    result = assess(replace(landmarks, pedicles_px=pedicles), FILM)
    apex = next(c.grade for c in result.classifications if c.kind == "apex_mt")
    assert apex is not None
    level = apex.split("-")[0].removesuffix(" disc")
    assert grade(result, f"nash_moe_{level}") == wanted
    assert value(result, f"pedicle_shift_{level}") == pytest.approx(shift, abs=1e-9)


def test_mirroring_the_film_mirrors_signs_and_keeps_the_patients_side() -> None:
    landmarks = whole_spine()
    straight, flipped = assess(landmarks, MM_FILM), assess(mirrored(landmarks), MM_FILM)
    sized = {m.kind for m in straight.measurements if m.kind.startswith("cobb_")}
    for item in straight.measurements:
        sign = 1.0 if item.kind in sized else -1.0
        assert value(flipped, item.kind) == pytest.approx(sign * item.value, abs=1e-6), item.kind
    first, second = straight.of("cobb_major"), flipped.of("cobb_major")
    assert first is not None
    assert second is not None
    assert "convex to the patient's right" in first.label
    assert first.label == second.label
    assert first.convex_to is second.convex_to is Convexity.RIGHT
    assert grade(straight, "apex_mt") == grade(flipped, "apex_mt")


def test_what_a_film_cannot_give_is_refused_by_name() -> None:
    assert reason(whole_spine(), FILM, "coronal_balance") == "no pixel spacing: millimetres are refused"
    assert reason(film(BELOW_20), MM_FILM, "coronal_balance") == "landmarks are missing: C7, S1"
    assert reason(film(BELOW_20), MM_FILM, "pelvic_obliquity") == "landmarks are missing: both femoral heads"
    short = film(BELOW_20[3:9], levels=AP_LEVELS[3:9])
    assert reason(short, FILM, "cobb_aasce_1") == "it needs all 17 vertebrae T1 to L5"
    assert value(assess(short, FILM), "cobb_major") == pytest.approx(np.ptp(BELOW_20[5:9]), abs=0.01)
    two = film(BELOW_20[:2], levels=AP_LEVELS[:2])
    assert "fewer than three" in reason(two, FILM, "cobb_major")


def test_a_lateral_film_gives_no_coronal_value() -> None:
    assert coronal_quantities(film(BELOW_20, view=View.LATERAL), FILM) == ()
    unknown = coronal_quantities(film(BELOW_20, view=View.UNKNOWN), FILM)
    assert [type(item) for item in unknown] == [Unmeasured]


def test_the_major_angle_never_falls_below_a_regional_one() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        landmarks = film(np.cumsum(rng.normal(0.0, 6.0, 17)))
        kinds = {m.kind: m.value for m in assess(landmarks, FILM).measurements}
        regional = [kinds[kind] for kind in kinds if kind.startswith(("cobb_pt", "cobb_mt", "cobb_tl_l"))]
        assert kinds["cobb_major"] == pytest.approx(max(regional))
