"""Claims: every aid is one page, in both languages: at most four and a tenth telephone screens, one printed side,
nothing beyond the edge; each number on it has its source one press away; all choices stand in it alike.

In a real browser: a telephone of 390 x 844 pixels, and printing on A4 and US Letter. The bound on screens is "three to
four", with room for Spanish, which is an eighth longer than English."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from aid_pages import content_of, html_of, page_of
from live_clinic import violations
from spondyl.clinic.report.aid.pdf import aid_pdf
from spondyl.evidence.aid import Language
from spondyl.evidence.library import shipped_library

OPTIONS = [option.id for option in shipped_library().options]
EVERY = [(option, language) for option in OPTIONS for language in Language]
LONGEST = "stem-cells"
SCREEN_PX = {"width": 390, "height": 844}
SCREENS = 4.1
SHEETS_PT = {"A4": [595, 842], "Letter": [612, 792]}
SHORTER = "Letter"
"""A thirtieth wider than A4 and a sixteenth shorter: what stands on one side of it stands on one of A4."""
NIGHTLY_ENGLISH = [
    pytest.param(option, Language.ENGLISH, marks=pytest.mark.nightly)
    for option in OPTIONS
    if option != LONGEST
]
DAILY_PDFS = [*((option, Language.SPANISH) for option in OPTIONS), (LONGEST, Language.ENGLISH)]


def opened(browser_program: Browser, folder: Path, option: str, language: Language):
    file = folder / f"{option}.{language.value}.html"
    file.write_text(html_of(option, language))
    page = browser_program.new_page(viewport=SCREEN_PX)  # type: ignore[arg-type]
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize(
    "language", [pytest.param(Language.ENGLISH, marks=pytest.mark.nightly), Language.SPANISH]
)
def test_on_a_telephone_and_on_paper(browser_program: Browser, tmp_path: Path, language: Language) -> None:
    for option in OPTIONS:
        page = opened(browser_program, tmp_path, option, language)
        height, width = page.evaluate(
            "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
        )
        assert height <= SCREENS * SCREEN_PX["height"], (option, height)
        assert width == SCREEN_PX["width"], option
        for paper in SHEETS_PT if option == LONGEST else [SHORTER]:
            printed = page.pdf(format=paper, prefer_css_page_size=True)
            (sheet,) = PdfReader(io.BytesIO(printed)).pages
            size_pt = [float(one) for one in sheet.mediabox[2:]]
            assert size_pt == pytest.approx(SHEETS_PT[paper], abs=2), (option, paper)
        page.close()


@pytest.mark.parametrize(
    ("language", "options"),
    [
        (Language.SPANISH, [LONGEST]),
        *(pytest.param(one, OPTIONS, marks=pytest.mark.nightly) for one in Language),
    ],
)
def test_axe_finds_nothing_on_any_aid(
    browser_program: Browser, tmp_path: Path, language: Language, options: list[str]
) -> None:
    """As each opens; the longest one with all its detail too, which the others have in the same form."""
    for option in options:
        page = opened(browser_program, tmp_path, option, language)
        if option == LONGEST:
            page.locator("summary").click()
        assert violations(page) == [], option
        page.close()


def test_a_source_is_one_press_away(browser_program: Browser, tmp_path: Path) -> None:
    """The detail is closed; a raised number opens it at the source, which names who checked it and when."""
    page = opened(browser_program, tmp_path, "stem-cells", Language.ENGLISH)
    expect(page.locator("#sources")).not_to_be_visible()
    mark = page.locator(".front sup a").first
    target = page.locator(mark.get_attribute("href") or "")
    mark.click()
    expect(target).to_be_visible()
    expect(target).to_be_in_viewport()
    expect(target).to_contain_text("Checked by")
    page.close()


def test_who_asks_where_a_closed_field_stands_does_not_lay_out_the_whole_detail(
    browser_program: Browser, tmp_path: Path
) -> None:
    """Chromium asks so of every textarea when a page opens (to fill in forms): a telephone was blocked for a fifth of
    a second. Counted is what the browser laid out: its section holds 125 boxes, the detail 2,600."""
    page = opened(browser_program, tmp_path, LONGEST, Language.SPANISH)
    measured = page.context.new_cdp_session(page)
    measured.send("Performance.enable")

    def boxes() -> int:
        metrics = measured.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "LayoutObjects")

    closed = boxes()
    assert page.evaluate("document.querySelector('textarea').getBoundingClientRect().height") > 0
    assert 0 < boxes() - closed < 300
    page.close()


@pytest.mark.parametrize(("option", "language"), EVERY)
def test_all_choices_stand_side_by_side_and_every_number_has_its_source(
    option: str, language: Language
) -> None:
    content, page = content_of(option, language), page_of(option, language)
    (table,) = [one for one in page.elements if one.tag == "table"]
    rows = [one for one in page.elements if one.tag == "tr" and one.inner_tags[1:] == ("td", "td", "td")]
    assert [row.children[0].text.removesuffix(" *") for row in rows] == [row.name for row in content.ladder]
    own = [row.children[0].text for row in rows if row.children[0].text.endswith(" *")]
    assert len(own) == sum(row.clinics_own for row in content.ladder) == 2
    assert all(cell.text for row in rows for cell in row.children)
    numbers = [one for one in page.elements if "n" in one.classes and _within(one, table)]
    assert len(numbers) > 12
    assert all(one.attributes["data-origin"] for one in numbers)
    for row in rows:
        marks = [one for one in page.elements if one.tag == "sup" and _within(one, row)]
        assert marks
        for mark in marks:
            assert page.by_id[mark.children[0].attributes["href"].removeprefix("#")].text


def _within(element, outer) -> bool:
    above = element.parent
    while above is not None and above is not outer:
        above = above.parent
    return above is outer


@pytest.mark.parametrize(("option", "language"), [*DAILY_PDFS, *NIGHTLY_ENGLISH])
def test_the_first_sheet_of_the_pdf_is_the_whole_choice(option: str, language: Language) -> None:
    content = content_of(option, language)
    first, second = (
        " ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(aid_pdf(content))).pages[:2]
    )
    assert all(row.name in first for row in content.ladder)
    assert all(one in first for one in (*content.values, *content.glance.ask))
    assert content.checked_on in first
    assert content.decision in second


def test_what_is_too_long_for_one_side_goes_on_over_the_next() -> None:
    content = content_of("stem-cells", Language.ENGLISH)
    values = tuple(f"{one}, said once more ({number})" for one in content.values for number in range(6))
    sheets = [
        one.extract_text() for one in PdfReader(io.BytesIO(aid_pdf(replace(content, values=values)))).pages
    ]
    assert content.checked_on not in sheets[0] and content.checked_on in sheets[1]
