"""Claim: page and PDF say the same numbers as the measurements, name what is missing, and need no network.

Source: the hand-made assessment of conftest, read back by an HTML parser and by pypdf.
"""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from unicodedata import bidirectional

import pytest
from pypdf import PdfReader

from spondyl.clinic.report.html import film_html
from spondyl.clinic.report.pdf import film_pdf
from spondyl.clinic.report.pdf_style import register_fonts
from spondyl.clinic.report.report_content import report_content
from spondyl.clinic.report.signature import confirmation_of, signed
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation

VALUES = {
    "cobb_major": ("45.0°", "42.5 to 47.5°", "T5–L1"),
    "cobb_upper": ("20.0°", "17.5 to 22.5°", "T1–T5"),
    "cobb_aasce_1": ("44.2°", "41.7 to 46.7°", "T5–L1"),
    "coronal_balance": ("−12.3 mm", "−14.8 to −9.8 mm", "—"),
    "disc_height_index_L4": ("0.31", "0.28 to 0.35", "—"),
}
"""Written by hand from conftest's numbers."""


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def pdf_text(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def sentences(result: FilmResult) -> dict[str, str]:
    return {"html": Page(film_html(result)).text, "pdf": pdf_text(film_pdf(result))}


@pytest.mark.parametrize("kind", VALUES)
def test_the_table_shows_value_interval_and_levels(measured: FilmResult, kind: str) -> None:
    page = film_html(measured)
    row = re.search(rf'<tr id="m-{kind}">(.*?)</tr>', page, re.DOTALL)
    assert row is not None
    cells = re.findall(r'<td class="number[^>]*>(.*?)</td>', row[1])
    assert tuple(cells) == VALUES[kind]


def test_page_and_pdf_say_the_same(measured: FilmResult) -> None:
    texts = sentences(measured)
    content = report_content(measured)
    wanted = [value for row in VALUES.values() for value in row[:2]]
    wanted += [name for row in content.rows for name in [row.name]]
    wanted += ["P(Cobb ≥ 10°) = 0.93", "Probability: 0.93", "whether the curve hurts, & whether it will grow"]
    wanted += [
        "Not classified, and why",
        "Lenke type",
        "bending films are needed",
        "Curve severity: moderate",
    ]
    wanted += ["Sagittal vertical axis", "needs a lateral film", "Conventions disagree: clinical Cobb 45.0°"]
    wanted += [
        "Núñez-Łoś, Šárka",
        "0.4 × 0.4 mm",
        "hand-made test points",
        "interval not calibrated",
    ]
    wanted += ["<unverified>", "Not yet reviewed by a clinician", "--landmarks FILE"]
    for name, text in texts.items():
        assert [item for item in wanted if item not in text] == [], name


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_disclaimer_is_said_once(measured: FilmResult, refused: FilmResult, form: str) -> None:
    for result in (measured, refused):
        assert sentences(result)[form].count("not a medical device") == 1


def test_the_page_is_offline_and_accessible(measured: FilmResult) -> None:
    text = film_html(measured)
    page = Page(text)
    names = [tag for tag, _ in page.tags]
    assert {"script", "link", "iframe", "object"}.isdisjoint(names)
    targets = [
        value or ""
        for _, attributes in page.tags
        for key, value in attributes.items()
        if key in ("href", "src")
    ]
    assert all(target.startswith(("#", "data:image/png;base64,")) for target in targets)
    assert "url(" not in text and "@import" not in text
    assert ("html", {"lang": "en"}) in page.tags
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    svg = next(attributes for tag, attributes in page.tags if tag == "svg")
    assert svg["role"] == "img" and f'id="{svg["aria-labelledby"]}"' in text
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_links_inside_the_page_lead_somewhere(measured: FilmResult) -> None:
    page = Page(film_html(measured))
    ids = {attributes.get("id") for _, attributes in page.tags}
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links and all((link or "")[1:] in ids for link in links)


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_refused_film_says_what_why_and_what_to_do(refused: FilmResult, form: str) -> None:
    text = sentences(refused)[form]
    for part in (
        "This is not an AP spine film.",
        "No chain of vertebrae was found.",
        "Check the file, or give",
    ):
        assert part in text
    assert "not_a_spine_film" in text and "Not yet reviewed" not in text


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_signed_report_names_person_and_time(
    measured: FilmResult, confirmation: Confirmation, form: str
) -> None:
    text = sentences(signed(measured, confirmation))[form]
    assert "Reviewed and signed by Dr. Zoë Müller, 4 February 2026, 09:30" in text
    assert "Not yet reviewed" not in text


def test_a_half_signed_report_is_unsigned(measured: FilmResult, confirmation: Confirmation) -> None:
    assert measured.assessment is not None
    first, *rest = measured.assessment.measurements
    mixed = (replace(first, provenance=first.provenance.confirmed(confirmation)), *rest)
    half = replace(measured, assessment=replace(measured.assessment, measurements=mixed))
    assert confirmation_of(half) is None and "Not yet reviewed" in film_html(half)


def test_a_refused_film_cannot_be_signed(refused: FilmResult, confirmation: Confirmation) -> None:
    with pytest.raises(ValueError, match="cannot be signed"):
        signed(refused, confirmation)


def test_the_pdf_is_the_same_bytes_each_time_with_title_and_language(measured: FilmResult) -> None:
    first = film_pdf(measured)
    assert first == film_pdf(measured)
    reader = PdfReader(io.BytesIO(first))
    assert reader.metadata is not None
    assert reader.metadata.title == "Spine film report: films/case-7.dcm"
    assert reader.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]
    width, height = (float(edge) for edge in reader.pages[0].mediabox[2:])
    assert width <= 595.3 and height <= 792  # fits A4 and Letter


@pytest.mark.parametrize(
    ("name", "page", "page_pdf"),
    [
        ("山田^太郎", "山田, 太郎", "��, ��"),
        ("לוי^דוד", "לוי, דוד", "���, ���"),
        ("حداد^ليلى", "حداد, ليلى", "����, ����"),
    ],
)
def test_letters_that_the_typeface_lacks_are_shown_and_said_as_missing(
    measured: FilmResult, name: str, page: str, page_pdf: str
) -> None:
    """No right-to-left letter is in the typeface, so none can stand in the wrong order."""
    assert measured.radiograph is not None
    header = replace(measured.radiograph.header, patient_name=name)
    named = replace(measured, radiograph=replace(measured.radiograph, header=header))
    assert page in film_html(named)
    text = " ".join(pdf_text(film_pdf(named)).split())
    assert f"{page_pdf} (each � is a letter that this PDF cannot print; the HTML page shows it)" in text
    letters = [chr(code) for code in register_fonts() if chr(code).isalpha()]
    assert not [one for one in letters if bidirectional(one) in ("R", "AL")]


def test_a_name_that_the_typeface_has_bears_no_remark(measured: FilmResult) -> None:
    assert "cannot print" not in pdf_text(film_pdf(measured))


def test_a_flag_on_every_value_is_said_once_above_the_table(measured: FilmResult) -> None:
    assert measured.assessment is not None
    flag = measured.assessment.measurements[0].flags
    every = tuple(replace(m, flags=flag) for m in measured.assessment.measurements)
    content = report_content(replace(measured, assessment=replace(measured.assessment, measurements=every)))
    assert "not calibrated" in content.table_caption and all(row.flags == () for row in content.rows)
    assert "not calibrated" not in report_content(measured).table_caption


def test_reference_values_stand_beside_adult_measurements_only(measured: FilmResult) -> None:
    assert measured.assessment is not None and measured.radiograph is not None
    kyphosis = replace(
        measured.assessment.measurements[0], kind="thoracic_kyphosis_t4_t12", label="Thoracic kyphosis (TK)"
    )
    only = replace(measured, assessment=replace(measured.assessment, measurements=(kyphosis,)))
    header = replace(measured.radiograph.header, age_years=40.0)
    adult = replace(only, radiograph=replace(measured.radiograph, header=header))
    # 37.4 ± 1.96 · 10.9 (MEANS, n = 468; shared/reference/alignment.md section 2)
    assert report_content(adult).rows[0].reference == "16.0 to 58.8°"
    child = report_content(only)
    assert child.rows[0].reference == "" and "18 years" in child.references[0]
