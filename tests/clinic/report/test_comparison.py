"""Claim: a change is called more than noise exactly when it exceeds 1.96·sqrt(sd_a² + sd_b²), and only films of one
patient and one view are compared.

Source: the formula by hand: sd 1.5° on both films gives 1.96 · 1.5 · sqrt(2) = 4.158°.
"""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from spondyl.anatomy import ImageSide, View
from spondyl.assessment.change import MIRRORED, SIDE_UNSAID
from spondyl.clinic.cli.comparison import print_changes
from spondyl.clinic.report import ComparisonRefusedError, compare_films
from spondyl.clinic.report.comparison import comparison_html, comparison_json, comparison_pdf
from spondyl.clinic.report.comparison_content import checked_changes, comparison_content
from spondyl.clinic.result import FilmResult

Later = Callable[..., FilmResult]


@pytest.mark.parametrize(
    ("after_deg", "difference", "verdict"),
    [
        (49.1, "+4.1°", "cannot be told from noise"),
        (49.3, "+4.3°", "more than noise explains"),
        (40.7, "−4.3°", "more than noise explains"),
        (45.0, "+0.0°", "cannot be told from noise"),
    ],
)
def test_the_verdict_follows_the_smallest_detectable_change(
    measured: FilmResult, later: Later, after_deg: float, difference: str, verdict: str
) -> None:
    row = comparison_content(measured, later(after_deg)).rows[0]
    assert (row.before, row.difference, row.smallest, row.verdict) == ("45.0°", difference, "4.2°", verdict)


def test_page_pdf_and_json_agree(measured: FilmResult, later: Later) -> None:
    after = later(52.0)
    page = re.sub(r"\s+", " ", comparison_html(measured, after))
    data = comparison_pdf(measured, after)
    assert data == comparison_pdf(measured, after)
    text = re.sub(r"\s+", " ", " ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages))
    for part in (
        "+7.0°",
        "52.0°",
        "more than noise explains",
        "Núñez-Łoś Šárka",
        "3 February 2026",
        "20 February 2026",
    ):
        assert part in page and part in text
    assert page.count("not a medical device") == text.count("not a medical device") == 1
    change = comparison_json(measured, after)["changes"][0]
    assert (change["before"], change["after"], change["difference"]) == (45.0, 52.0, 7.0)
    assert change["smallest_detectable"] == pytest.approx(4.158, abs=5e-4) and change["beyond_noise"]


def test_the_terminal_and_the_json_say_what_the_page_warns_of(
    measured: FilmResult, later: Later, capsys: pytest.CaptureFixture[str]
) -> None:
    """Swapped in time, and one film given twice."""
    for before, after, part in (
        (later(52.0), measured, "is the later one"),
        (measured, measured, "are the same picture"),
    ):
        assert any(part in alert for alert in comparison_json(before, after)["alerts"])
        print_changes(before, after)
        assert part in re.sub(r"\s+", " ", capsys.readouterr().out)


def test_the_terminal_says_the_notes_and_the_chance_of_progression_of_each_change(
    measured: FilmResult, later: Later, capsys: pytest.CaptureFixture[str]
) -> None:
    after = later(52.0)
    print_changes(measured, after)
    said = re.sub(r"\s+", " ", capsys.readouterr().out)
    content = comparison_content(measured, after)
    rows = (*content.rows, *content.level_rows)
    notes = {note for row in rows for note in row.notes}
    assert any("Probability of more than 5° of progression" in note for note in notes)
    for part in (*notes, *content.explanation):
        assert said.count(part) == 1, part
    assert all(row.name in said for row in rows if row.notes)


def test_both_pictures_stand_on_the_page_with_ids_of_their_own(measured: FilmResult, later: Later) -> None:
    page = comparison_html(measured, later(52.0))
    assert page.count("<svg") == 2 and page.count("data:image/png;base64,") == 2
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and "<script" not in page


def test_other_patients_views_and_refused_films_are_refused(
    measured: FilmResult, refused: FilmResult, later: Later
) -> None:
    after = later(50.0)
    assert after.radiograph is not None and after.landmarks is not None
    header = replace(after.radiograph.header, patient_id="PAT-008")
    stranger = replace(after, radiograph=replace(after.radiograph, header=header))
    header = replace(after.radiograph.header, birth_date=date(1901, 2, 3))
    older = replace(after, radiograph=replace(after.radiograph, header=header))
    assert measured.radiograph is not None
    header = replace(measured.radiograph.header, birth_date=date(1950, 2, 3))
    known = replace(measured, radiograph=replace(measured.radiograph, header=header))
    lateral = replace(after, landmarks=replace(after.landmarks, view=View.LATERAL))
    for other, word in (
        (stranger, "different patients"),
        (older, "born on different days"),
        (lateral, "different views"),
        (refused, "not measured"),
    ):
        with pytest.raises(ComparisonRefusedError, match=word) as caught:
            comparison_html(known, other)
        assert caught.value.do


def test_ap_and_pa_may_be_compared(measured: FilmResult, later: Later) -> None:
    after = later(50.0)
    assert after.landmarks is not None
    pa = replace(after, landmarks=replace(after.landmarks, view=View.PA))
    assert comparison_content(measured, pa).rows[0].after == "50.0°"


@pytest.mark.parametrize(
    ("side", "why"), [(ImageSide.PATIENT_LEFT, MIRRORED), (ImageSide.UNKNOWN, SIDE_UNSAID)]
)
def test_what_turns_with_the_picture_is_compared_only_where_both_films_show_one_side(
    measured: FilmResult, later: Later, side: ImageSide, why: str
) -> None:
    after = later(50.0)
    assert after.landmarks is not None and after.assessment is not None
    assert after.landmarks.image_left is ImageSide.PATIENT_RIGHT
    tilt = replace(after.assessment.measurements[0], kind="tilt_t4", value=7.0)
    films = [
        replace(one, assessment=replace(one.assessment, measurements=(*one.assessment.measurements, tilt)))
        for one in (measured, after)
        if one.assessment is not None
    ]
    turned = replace(films[1], landmarks=replace(after.landmarks, image_left=side))
    assert "tilt_t4" in {one.kind for one in checked_changes(*films)}
    kinds = {one.kind for one in checked_changes(films[0], turned)}
    assert "tilt_t4" not in kinds and "cobb_major" in kinds
    assert why in comparison_content(films[0], turned).alerts


def test_doubt_about_the_pair_is_said_first(measured: FilmResult, later: Later) -> None:
    after = later(50.0)
    assert after.radiograph is not None
    nameless = replace(after.radiograph.header, patient_id=None, patient_name=None)
    unnamed = replace(after, radiograph=replace(after.radiograph, header=nameless))
    assert "of one person" in comparison_content(measured, unnamed).alerts[0]
    named = replace(after.radiograph.header, patient_name="Šárka^Novotná")
    renamed = replace(after, radiograph=replace(after.radiograph, header=named))
    assert "bear different names" in comparison_content(measured, renamed).alerts[0]
    assert "the other way round" in comparison_content(after, measured).alerts[0]
    undated = replace(after.radiograph.header, study_date=None)
    sometime = replace(after, radiograph=replace(after.radiograph, header=undated))
    for pair in ((measured, sometime), (sometime, measured)):
        assert "is the earlier one" in comparison_content(*pair).alerts[0]
    assert "same picture" in comparison_content(measured, measured).alerts[0]


def test_what_only_one_film_has_is_named(measured: FilmResult, later: Later) -> None:
    after = later(50.0)
    assert after.assessment is not None
    fewer = replace(
        after, assessment=replace(after.assessment, measurements=after.assessment.measurements[:2])
    )
    content = comparison_content(measured, fewer)
    assert "Coronal balance (only before)" in content.only_on_one and len(content.rows) == 2


def test_compare_films_writes_three_files(measured: FilmResult, later: Later, tmp_path: Path) -> None:
    files = compare_films(measured, later(50.0), tmp_path / "new")
    assert [file.name for file in files] == ["comparison.html", "comparison.pdf", "comparison.json"]
    assert sorted(tmp_path.glob("new/*")) == sorted(files)
