"""Claims, in a real browser: no standalone page scrolls sideways at 320 px (WCAG 2.2, 1.4.10), and there each number
of a film stands with the name of its column.

The aid is held in tests/clinic/report/aid at 390 px.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from spondyl.assessment.outcomes import judge_outcomes, synthetic_visits_csv, visits_from_csv
from spondyl.clinic.report.comparison import comparison_html
from spondyl.clinic.report.evidence import html as evidence
from spondyl.clinic.report.html import film_html
from spondyl.clinic.report.outcomes_html import outcomes_html
from spondyl.clinic.report.published_beside import published_beside
from spondyl.clinic.result import FilmResult
from spondyl.evidence.answer import answer, compare
from spondyl.evidence.library import shipped_library

WIDTH_PX = 320
Later = Callable[..., FilmResult]


def outcomes_page() -> str:
    found = judge_outcomes(visits_from_csv(synthetic_visits_csv(30)))
    assert found is not None
    return outcomes_html(found, published=published_beside())


def pages(film: FilmResult, later: FilmResult) -> dict[str, str]:
    return {
        "film": film_html(film),
        "comparison": comparison_html(film, later),
        "answer": evidence.answer_html(answer(shipped_library(), "stem-cells")),
        "options": evidence.comparison_html(compare(shipped_library())),
        "cohort": outcomes_page(),
    }


@pytest.fixture
def opened(browser_program: Browser, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """A page of its text, on a screen of 320 px."""
    page = browser_program.new_page(viewport={"width": WIDTH_PX, "height": 640})

    def shown(text: str) -> Page:
        (tmp_path / "page.html").write_text(text, "utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield shown
    page.close()


def test_no_standalone_page_scrolls_sideways(
    opened: Callable[[str], Page], measured: FilmResult, later: Later
) -> None:
    for name, text in pages(measured, later(49.3)).items():
        assert opened(text).evaluate("document.documentElement.scrollWidth") == WIDTH_PX, name


def test_a_number_stands_with_the_name_of_its_column(
    opened: Callable[[str], Page], measured: FilmResult
) -> None:
    page = opened(film_html(measured))
    heads = page.locator(".records").first.locator("thead th").all_text_contents()
    cells = page.locator("#m-cobb_major td")
    names = cells.evaluate_all("all => all.map((one) => getComputedStyle(one, '::before').content)")
    assert names == [f'"{head}: "' for head in heads[1:]]
