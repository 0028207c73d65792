"""Claims: the page says first that there is no control group, never draws published numbers, and is whole offline."""

import json
import re
from pathlib import Path

from spondyl.assessment.outcomes import judge_outcomes, synthetic_visits_csv, visits_from_csv
from spondyl.clinic.report.outcomes_html import outcomes_html, write_outcomes
from spondyl.clinic.report.outcomes_words import words_of
from spondyl.clinic.report.published_beside import published_beside
from spondyl.evidence.library import shipped_library


def page_of(text: str) -> str:
    found = judge_outcomes(visits_from_csv(text))
    assert found is not None
    return outcomes_html(found, published=published_beside())


def test_the_warning_comes_before_every_number() -> None:
    page = page_of(synthetic_visits_csv(30))
    assert page.index("There is no control group") < page.index("Mean change")
    assert "regression to the mean" in page
    assert page.count("not a medical device") == 1
    assert "Synthetic data" in page


def test_the_page_is_offline_and_has_no_script() -> None:
    page = page_of(synthetic_visits_csv(30))
    assert not re.search(r"<script|<link|@import|url\(", page)
    assert set(re.findall(r"https?://[^\"'\s<]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert page == page_of(synthetic_visits_csv(30))


def test_published_numbers_are_words_and_never_in_a_picture() -> None:
    page = page_of(synthetic_visits_csv(30))
    pictures = "".join(re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL))
    assert "RESPINE" in page
    assert "RESPINE" not in pictures
    assert "cannot be subtracted" in page


def test_only_verified_published_numbers_are_shown() -> None:
    """Every group in the library with a share that may not be shown stays away."""
    shown = {(line.study, line.group, line.share) for line in published_beside()}
    assert shown
    for study in shipped_library().studies:
        for result in study.results:
            for group in result.groups:
                if group.percent is not None and not group.origin.may_be_shown:
                    assert (study.name, group.name, f"{group.percent:g} of 100") not in shown


def test_a_name_from_the_file_cannot_break_the_page() -> None:
    rows = "patient_id,date,instrument,score\n<b>x</b>,2026-01-01,nrs,8\n<b>x</b>,2026-04-01,nrs,5\n"
    assert "<b>x</b>" not in page_of(rows)


def test_one_patient_is_no_hundred_and_is_said_in_the_singular(tmp_path: Path) -> None:
    from pypdf import PdfReader

    text = "patient_id,date,instrument,score\nA,2026-01-01,rmdq,15\nA,2026-02-12,rmdq,5\n"
    found = judge_outcomes(visits_from_csv(text))
    assert found is not None
    paths = write_outcomes(found, tmp_path, published=())
    said = " ".join(page.extract_text() for page in PdfReader(paths[1]).pages)
    for one in (paths[0].read_text(), said):
        assert "1 patient, 2 rows" in one and "1 patient with a score" in one
        assert "1 patients" not in one and "hundred people" not in one


def test_files_are_written_whole(tmp_path: Path) -> None:
    found = judge_outcomes(visits_from_csv(synthetic_visits_csv(400)))
    assert found is not None
    page, _, data = write_outcomes(found, tmp_path / "new", published=())
    assert json.loads(data.read_text())["patients"] == 400
    assert "320 of them drawn" in page.read_text()


def test_the_pdf_says_what_the_page_says_warnings_first(tmp_path: Path) -> None:
    from pypdf import PdfReader

    found = judge_outcomes(visits_from_csv(synthetic_visits_csv(30)))
    assert found is not None
    paths = write_outcomes(found, tmp_path, published=published_beside())
    assert [path.name for path in paths] == ["outcomes.html", "outcomes.pdf", "outcomes.json"]
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(paths[1]).pages).split())
    assert text.index("There is no control group") < text.index("Mean change")
    assert "Synthetic data" in text and "cannot be subtracted" in text and "\ufffd" not in text
    page = " ".join(re.sub(r"<[^>]+>", " ", paths[0].read_text()).split())
    for one in found.outcomes:
        words = words_of(one)
        for said in (words.change, words.observed, words.worst, words.best):
            assert " ".join(said.split()) in text and said in page
    again = write_outcomes(found, tmp_path / "again", published=published_beside())
    assert again[1].read_bytes() == paths[1].read_bytes()
