"""Check a finished page against the IPDAS criteria: each one names the elements that meet it, and how to tell.

Source: IPDAS minimum standards (Joseph-Williams et al., Med Decis Making 2014;34:699-710): six qualifying and six
certifying criteria.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from spondyl.clinic.report.aid.page_reader import Page
from spondyl.evidence.aid import AidContent

Check = Callable[[Page, AidContent], str]
"""Looks at the page and returns what is missing, or '' when the criterion is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion: ``code`` q1 to q6 or c1 to c6, the ids of the elements that meet it, and the check."""

    code: str
    ids: tuple[str, ...]
    check: Check
    every_option: bool = False

    def places(self, content: AidContent) -> tuple[str, ...]:
        """The ids on this page; those of every option where the criterion is about all of them."""
        return tuple(f"option-{row.option}" for row in content.ladder) if self.every_option else self.ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """Whether one criterion is met; ``missing`` says what is not there."""

    code: str
    places: tuple[str, ...]
    missing: str

    @property
    def met(self) -> bool:
        """True when nothing is missing."""
        return not self.missing


def check_ipdas(html: str, content: AidContent) -> tuple[CriterionResult, ...]:
    """All twelve criteria, checked on the page as it is, not on what it was made from."""
    page = Page.read(html)
    return tuple(_result(one, page, content) for one in CRITERIA)


def _result(criterion: Criterion, page: Page, content: AidContent) -> CriterionResult:
    places = criterion.places(content)
    absent = [place for place in places if place not in page.by_id]
    links = page.links_of_criterion(criterion.code)
    missing = f"no element {absent[0]!r}" if absent else criterion.check(page, content)
    if not missing and tuple(links) != places:
        missing = "the page's own list does not lead to it"
    return CriterionResult(code=criterion.code, places=places, missing=missing)


def _words_at(*ids: str, at_least: int = 3) -> Check:
    def check(page: Page, _content: AidContent) -> str:
        short = [one for one in ids if len(page.section_text(one).split()) < at_least]
        return f"too few words at {short[0]!r}" if short else ""

    return check


def _decision(page: Page, content: AidContent) -> str:
    return "" if content.decision in page.section_text("choice") else "the decision is not stated"


def _options(page: Page, content: AidContent) -> str:
    listed = page.values("data-option")
    wanted = [row.option for row in content.ladder]
    if listed != wanted or len(wanted) < 2:
        return "the page does not list every option"
    return (
        ""
        if all(row.name in page.text_of(f"option-{row.option}") for row in content.ladder)
        else "a name is missing"
    )


def _part(name: str) -> Check:
    def check(page: Page, content: AidContent) -> str:
        for row in content.ladder:
            found = page.part(f"option-{row.option}", name)
            if found is None or len(found.text.split()) < 4:
                return f"{row.option} has no {name}"
        return ""

    return check


def _equal_detail(page: Page, content: AidContent) -> str:
    """Good and bad: the same element, the same heading, in the same order, for every option."""
    shapes = {
        tuple(
            (part.tag, part.attributes.get("data-part"), part.inner_tags)
            for part in page.parts(f"option-{row.option}")
        )
        for row in content.ladder
    }
    wanted = ["good", "bad", "feel", "sure"]
    if any([name for _, name, _ in shape] != wanted for shape in shapes):
        return "the parts of the options differ"
    tags = {inner for shape in shapes for _, _, inner in shape}
    return "" if tags == {("h4", "ul")} else "the parts of the options are not laid out alike"


def _citations(page: Page, _content: AidContent) -> str:
    cited = {link.removeprefix("#") for link in page.values("href") if re.fullmatch(r"#s\d+", link)}
    listed = {one for one in page.by_id if re.fullmatch(r"s\d+", one)}
    if not listed or cited != listed:
        return "sources cited and listed differ"
    numbers = [element for element in page.elements if "n" in element.classes]
    unsourced = [element for element in numbers if not element.attributes.get("data-origin")]
    return "a number has no source" if unsourced or not numbers else ""


def _date(page: Page, _content: AidContent) -> str:
    shown = page.by_id["date"].attributes.get("data-date", "")
    return "" if re.match(r"\d{4}-\d{2}", shown) and shown in page.text_of("date") else "there is no date"


def _uncertainty(page: Page, content: AidContent) -> str:
    silent = [row.option for row in content.ladder if not (page.part(f"option-{row.option}", "sure"))]
    return f"{silent[0]} does not say how sure" if silent else _words_at("expect", "uncertain")(page, content)


CRITERIA = (
    Criterion(code="q1", ids=("problem",), check=_words_at("problem", at_least=15)),
    Criterion(code="q2", ids=("choice",), check=_decision),
    Criterion(code="q3", ids=(), check=_options, every_option=True),
    Criterion(code="q4", ids=(), check=_part("good"), every_option=True),
    Criterion(code="q5", ids=(), check=_part("bad"), every_option=True),
    Criterion(code="q6", ids=(), check=_part("feel"), every_option=True),
    Criterion(code="c1", ids=("others",), check=_equal_detail),
    Criterion(code="c2", ids=("sources",), check=_citations),
    Criterion(code="c3", ids=("date",), check=_date),
    Criterion(code="c4", ids=("update",), check=_words_at("update", at_least=20)),
    Criterion(code="c5", ids=("expect", "uncertain"), check=_uncertainty),
    Criterion(code="c6", ids=("funding",), check=_words_at("funding", at_least=10)),
)
"""The twelve criteria. Their words in each language stand in evidence/aid/texts."""
