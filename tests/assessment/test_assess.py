"""Claims: red lines are raised by exactly what they name; no value is lost in silence; one film takes ≤ 60 ms here.

Source: films drawn so that one thing is wrong with each.
"""

import time
from dataclasses import replace

import numpy as np
import pytest

from drawn_spines import BELOW_20, FILM, MM_FILM, film, on_film, stacked
from lateral_spines import HandSpine, film_of
from spondyl.anatomy import AP_LEVELS, ImageSide, Level, View
from spondyl.assessment import Assessment, FilmContext, Flag, assess
from spondyl.radiograph.film import SpacingSource

SIDED = {"image_left": ImageSide.PATIENT_RIGHT}
SD_PX = np.full((17, 4), 2.0)


def flags_of(assessment: Assessment, kind: str) -> tuple[Flag, ...]:
    item = assessment.of(kind)
    assert item is not None
    return item.flags


def test_a_clean_film_has_no_red_line() -> None:
    assert assess(film(BELOW_20, corner_sd_px=SD_PX, **SIDED), FILM).red_lines == ()


def test_an_unsure_vertebra_is_named_and_flags_what_uses_it() -> None:
    confidence = np.where(np.arange(17) == 7, 0.49, 0.9)
    result = assess(film(BELOW_20, confidence=confidence, **SIDED), FILM)
    assert len(result.red_lines) == 1
    assert "T8" in result.red_lines[0]
    assert Flag.LOW_CONFIDENCE in flags_of(result, "tilt_T8")
    assert Flag.LOW_CONFIDENCE in flags_of(result, "cobb_major")
    assert Flag.LOW_CONFIDENCE not in flags_of(result, "tilt_L1")


def test_doubt_about_all_names_is_said_and_a_single_unsure_vertebra_is_not_that() -> None:
    one = np.where(np.arange(17) == 7, 0.1, 0.75)
    assert not any(
        "one off" in line for line in assess(film(BELOW_20, confidence=one, **SIDED), FILM).red_lines
    )
    result = assess(film(BELOW_20, confidence=np.full(17, 0.62), **SIDED), FILM)
    assert [line for line in result.red_lines if "one off: right with a probability of 0.62" in line]


def test_conventions_that_disagree_by_more_than_five_degrees_are_shown() -> None:
    """Superior endplate of T6 lowered 12° more: the clinical angle gains 12°, the mid-vertebral one about 6°."""
    corners = stacked(BELOW_20)
    rise = np.tan(np.radians(20.0 + 12.0)) * (corners[5, 1, 0] - corners[5, 0, 0])
    corners[5, 1, 1] = corners[5, 0, 1] + rise
    result = assess(on_film(corners, **SIDED), FILM)
    assert Flag.CONVENTIONS_DISAGREE in flags_of(result, "cobb_major")
    assert Flag.CONVENTIONS_DISAGREE in flags_of(result, "cobb_aasce_1")
    assert Flag.CONVENTIONS_DISAGREE not in flags_of(result, "cobb_mt")
    assert any("AASCE" in line for line in result.red_lines)


def test_an_unknown_side_is_said_and_never_guessed() -> None:
    result = assess(film(BELOW_20), FILM)
    assert any("left" in line for line in result.red_lines)
    assert Flag.SIDE_UNKNOWN in flags_of(result, "cobb_major")
    texts = [m.label for m in result.measurements] + [f.sentence for f in result.findings]
    assert not any("patient's left" in text or "patient's right" in text for text in texts)


def test_a_squeezed_picture_is_said_unless_the_spacing_explains_it() -> None:
    """Real films exist whose pixels are not square: 1.6 times as wide makes a Cobb angle of 20° read as about 13°."""
    plain = film(BELOW_20, corner_sd_px=SD_PX, **SIDED)
    wide = replace(plain, corners_px=plain.corners_px * [2.2, 1.0])
    assert any("squeezed" in line for line in assess(wide, FILM).red_lines)
    known = FilmContext(rows=FILM.rows, columns=FILM.columns, spacing_mm=(0.5, 0.5 / 2.2))
    assert not any("squeezed" in line for line in assess(wide, known).red_lines)


def test_a_narrowed_picture_is_said_too() -> None:
    """A Cobb angle of 20° on a picture half as wide reads as about 36°."""
    plain = film(BELOW_20, corner_sd_px=SD_PX, **SIDED)
    narrow = replace(plain, corners_px=plain.corners_px * [0.5, 1.0])
    assert any("squeezed" in line for line in assess(narrow, FILM).red_lines)
    assert not any("squeezed" in line for line in assess(plain, FILM).red_lines)


@pytest.mark.parametrize(("share", "is_said"), [(0.5, True), (1.0, False), (2.0, True)])
def test_a_squeezed_lateral_picture_is_said(share: float, is_said: bool) -> None:
    plain = film_of(HandSpine(slopes_deg={Level.S1: (40.0, 0.0)}))
    squeezed = replace(plain, corners_px=plain.corners_px * [share, 1.0])
    lines = assess(squeezed, FILM).red_lines
    assert any("squeezed" in line and "deep as tall" in line for line in lines) is is_said


def test_millimetres_that_may_be_the_detectors_are_flagged_as_that() -> None:
    heads = np.array([[300.0, 1700.0, 50.0], [700.0, 1712.0, 50.0]])
    context = replace(MM_FILM, spacing_at_patient=SpacingSource.PIXEL_SPACING.is_at_patient)
    result = assess(film(BELOW_20, femoral_heads_px=heads, **SIDED), context)
    assert Flag.CORRECTION_UNKNOWN in flags_of(result, "femoral_head_height_difference")
    assert Flag.CORRECTION_UNKNOWN not in flags_of(result, "pelvic_obliquity")
    assert any("does not say whether its millimetres are corrected" in line for line in result.red_lines)


def test_detector_spacing_is_flagged_on_millimetres_only() -> None:
    heads = np.array([[300.0, 1700.0, 50.0], [700.0, 1712.0, 50.0]])
    context = FilmContext(rows=2400, columns=1000, spacing_mm=(0.2, 0.2), spacing_at_patient=False)
    result = assess(film(BELOW_20, femoral_heads_px=heads, **SIDED), context)
    assert Flag.SPACING_UNCORRECTED in flags_of(result, "femoral_head_height_difference")
    assert Flag.SPACING_UNCORRECTED not in flags_of(result, "pelvic_obliquity")
    assert any("magnification" in line for line in result.red_lines)
    corrected = assess(film(BELOW_20, femoral_heads_px=heads, **SIDED), MM_FILM)
    assert corrected.red_lines == ()


def test_unequal_pixel_spacing_is_made_equal_before_angles() -> None:
    """Rows 0.4 mm, columns 0.2 mm: the same spine with its y halved in pixels measures the same."""
    stretched = stacked(BELOW_20) * [1.0, 0.5]
    context = FilmContext(rows=1200, columns=1000, spacing_mm=(0.4, 0.2))
    item = assess(on_film(stretched, **SIDED), context).of("cobb_major")
    assert item is not None
    assert item.value == pytest.approx(45.0, abs=0.01)


@pytest.mark.parametrize("view", [View.AP, View.PA, View.LATERAL, View.UNKNOWN])
def test_every_kind_is_measured_or_has_a_reason_and_never_both(view: View) -> None:
    result = assess(film(BELOW_20, view=view), FILM)
    kinds = [m.kind for m in result.measurements] + [u.kind for u in result.unmeasured]
    assert len(kinds) == len(set(kinds))
    assert all(u.reason for u in result.unmeasured)
    assert all(m.definition and m.source and m.provenance.inputs for m in result.measurements)


def test_points_that_coincide_are_unmeasured_and_not_an_error() -> None:
    corners = np.full((17, 4, 2), 100.0)
    result = assess(on_film(corners, corner_sd_px=np.zeros((17, 4))), FILM)
    assert result.measurements == ()
    assert any("coincide" in item.reason for item in result.unmeasured)
    assert any("cannot be measured" in line for line in result.red_lines)


def test_nothing_marked_is_said() -> None:
    result = assess(on_film(np.full((17, 4, 2), np.nan)), FILM)
    assert result.measurements == ()
    assert any("cannot be measured" in line for line in result.red_lines)


@pytest.mark.alone
def test_one_film_is_assessed_in_time() -> None:
    """Target 60 ms on an idle core; ten times that is allowed here, where other jobs share the core."""
    landmarks = film(BELOW_20, corner_sd_px=SD_PX, levels=AP_LEVELS)
    times_s = []
    for _ in range(5):
        start = time.perf_counter()
        assess(landmarks, FILM)
        times_s.append(time.perf_counter() - start)
    assert min(times_s) < 0.6
