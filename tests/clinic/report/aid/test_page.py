"""Claim: the page meets all twelve IPDAS criteria and the structural rules of WCAG 2.2 AA, loads and sends nothing.

A full run of axe-core (see docs/how-to/print-a-decision-aid.md) needs a browser; what can be told from the page alone
is told here. Contrast: WCAG 2.2, definitions of relative luminance and contrast ratio.
"""

import re
from itertools import pairwise

import pytest

from aid_pages import content_of, html_of, page_of
from spondyl.clinic.report.aid import CRITERIA, aid_detail_text, aid_html, aid_text, check_ipdas
from spondyl.clinic.report.aid.page_reader import Element, Page
from spondyl.evidence.aid import Language, aid_content
from spondyl.evidence.library import shipped_library

OPTIONS = [option.id for option in shipped_library().options]
EVERY = [(option, language) for option in OPTIONS for language in Language]


@pytest.fixture(scope="module", params=list(Language), ids=[one.value for one in Language])
def html(request: pytest.FixtureRequest) -> str:
    return html_of("stem-cells", request.param)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page.read(html)


@pytest.mark.parametrize(("option", "language"), EVERY)
def test_every_page_meets_all_twelve_criteria(option: str, language: Language) -> None:
    results = check_ipdas(html_of(option, language), content_of(option, language))
    assert [one.code for one in results] == [f"q{n}" for n in range(1, 7)] + [f"c{n}" for n in range(1, 7)]
    assert [(one.code, one.missing) for one in results if not one.met] == []


SPOILT = {
    "q1": ('id="problem"', 'id="gone"'),
    "q2": ("<strong>Should I have a stem cell injection for my back pain?</strong>", "Hm?"),
    "q3": ('data-option="exercise"', ""),
    "q4": ('data-part="good"', 'data-part="nice"'),
    "q5": ('data-part="bad"', 'data-part="poor"'),
    "q6": ('data-part="feel"', 'data-part="touch"'),
    "c1": ('<div data-part="bad"><h4>', '<div data-part="bad"><h6>'),
    "c2": ('id="s3"', 'id="x3"'),
    "c3": ("data-date=", "data-day="),
    "c4": ('id="update"', 'id="gone"'),
    "c5": ('id="uncertain"', 'id="gone"'),
    "c6": ('id="funding"', 'id="gone"'),
}


@pytest.mark.parametrize("code", [one.code for one in CRITERIA])
def test_each_criterion_fails_when_what_meets_it_is_taken_away(code: str) -> None:
    content = content_of("stem-cells", Language.ENGLISH)
    html, (old, new) = html_of("stem-cells", Language.ENGLISH), SPOILT[code]
    assert old in html
    spoilt = check_ipdas(html.replace(old, new, 1), content)
    assert code in [one.code for one in spoilt if not one.met]


def test_nothing_is_loaded_sent_or_run(html: str, page: Page) -> None:
    tags = {element.tag for element in page.elements}
    assert not tags & {"script", "form", "iframe", "link", "img", "button", "object", "video", "audio"}
    names = {name for element in page.elements for name in element.attributes}
    assert not [
        name for name in names if name in ("src", "action", "formaction", "ping") or name.startswith("on")
    ]
    assert "url(" not in html
    assert "@import" not in html
    assert all(link.startswith("#") for link in page.values("href"))
    (policy,) = [
        one for one in page.elements if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.attributes["content"].startswith("default-src 'none'")
    assert "form-action 'none'" in policy.attributes["content"]


def test_it_sells_nothing(html: str) -> None:
    words = r"\b(book (now|today)|discount|free consult|special offer|call us|we offer|guarantee|reserve su cita)\b"
    assert not re.search(words, html, re.IGNORECASE)
    assert "$" not in html
    assert "€" not in html


def test_title_language_and_headings(page: Page) -> None:
    (root,) = [one for one in page.elements if one.tag == "html"]
    (title,) = [
        one for one in page.elements if one.tag == "title" and one.parent and one.parent.tag == "head"
    ]
    levels = [int(one.tag[1]) for one in page.elements if re.fullmatch(r"h[1-6]", one.tag)]
    assert root.attributes["lang"] in ("en", "es")
    assert title.text
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.twice == []


def test_every_link_leads_to_a_place_on_the_page(page: Page) -> None:
    assert [link for link in page.values("href") if link.removeprefix("#") not in page.by_id] == []
    labels = [name for value in page.values("aria-labelledby") for name in value.split()]
    assert [name for name in labels if name not in page.by_id] == []


def _labelled(element: Element) -> bool:
    above = element.parent
    while above is not None:
        if above.tag == "label":
            return bool(above.text)
        above = above.parent
    return False


def test_every_field_has_a_label_and_every_group_a_legend(page: Page) -> None:
    fields = [one for one in page.elements if one.tag in ("input", "textarea")]
    assert len(fields) > 40
    assert all(_labelled(one) for one in fields)
    for group in [one for one in page.elements if one.tag == "fieldset"]:
        assert group.children[0].tag == "legend"
        assert group.children[0].text


def test_the_values_exercise_works_without_a_script(page: Page) -> None:
    """Radio buttons of one name per row: arrow keys move in it, the tab key leaves it, a printer prints circles."""
    rows: dict[str, int] = {}
    for one in page.elements:
        if one.attributes.get("type") == "radio":
            rows[one.attributes["name"]] = rows.get(one.attributes["name"], 0) + 1
    assert rows.pop("lean") == 4
    assert len(rows) == 8
    assert set(rows.values()) == {5}


def test_pictures_are_said_in_words_and_agree_with_them(page: Page) -> None:
    pictures = [one for one in page.elements if one.tag == "svg" and one.attributes.get("role") == "img"]
    assert len(pictures) == 2
    for picture in pictures:
        title, *dots = picture.children
        full = sum("full" in dot.classes for dot in dots)
        assert len(dots) == 100
        assert str(full) in title.text
        figure = picture.parent
        assert figure is not None
        assert str(full) in figure.text.replace(title.text, "", 1)


def test_digits_stand_only_where_they_have_a_source(page: Page) -> None:
    """Outside figures, quotations, source numbers, dates, steps of a scale and measured ease there is no digit."""
    excused: list[Element] = []
    for one in page.elements:
        known = one.tag in ("sup", "style", "title", "svg") or one.classes in (["n"], ["away"], ["sources"])
        if (
            known
            or one.attributes.get("id") in ("date", "ease", "ipdas")
            or "data-criterion" in one.attributes
        ):
            excused.append(one)
    (main,) = [one for one in page.elements if one.tag == "main"]
    text = main.text
    for one in sorted(excused, key=lambda element: -len(element.text)):
        if one.text:
            text = text.replace(one.text, " ", 1)
    assert re.findall(r"\d+", text) == []


def _luminance(colour: str) -> float:
    long = colour.lstrip("#") if len(colour) == 7 else "".join(2 * letter for letter in colour.lstrip("#"))
    channels = [int(long[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_of_every_colour_on_white(html: str) -> None:
    """Text 4.5:1, graphics and focus 3:1 (WCAG 2.2, 1.4.3, 1.4.11); black on white is 21 by definition."""
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    assert 1.05 / (_luminance("#000") + 0.05) == pytest.approx(21.0)
    for name, colour in re.findall(r"([a-z-]+):[^;{}]*?(#[0-9a-f]{3,6})\b", style):
        if colour in ("#fff",):
            continue
        ratio = 1.05 / (_luminance(colour) + 0.05)
        assert ratio >= (4.5 if name == "color" else 3.0), (name, colour, ratio)


def test_the_same_records_give_the_same_bytes(html: str) -> None:
    language = Language.ENGLISH if 'lang="en">' in html[:200] else Language.SPANISH
    assert aid_html(aid_content(shipped_library(), "stem-cells", language)) == html


@pytest.mark.parametrize("language", Language)
def test_the_text_says_what_the_page_says(language: Language) -> None:
    """The short text what the one page says, the long one all of it; a number in brackets means the same in both."""
    content = content_of("stem-cells", language)
    short, whole = (" ".join(text(content).split()) for text in (aid_text, aid_detail_text))
    page = page_of("stem-cells", language)
    (front,) = [one for one in page.elements if "front" in one.classes]
    for figure in [one for one in page.elements if "n" in one.classes]:
        assert figure.text in whole
        assert figure.text in short or not _within(figure, front)
    for question in content.ask:
        assert question in whole
    assert all(one in short for one in (*content.values, *content.glance.ask, content.checked_on))
    assert all(row.name in short for row in content.ladder)
    shared = short[: short.index(content.checked_on)]
    assert whole.startswith(shared) and "[1]" in shared
    for text in (aid_text, aid_detail_text):
        assert max(map(len, text(content).splitlines())) <= 80


@pytest.mark.parametrize(("option", "language"), EVERY)
def test_the_short_text_is_short_and_says_where_the_sources_are(option: str, language: Language) -> None:
    content = content_of(option, language)
    text, whole = aid_text(content), aid_detail_text(content)
    assert len(text.splitlines()) <= 150
    assert f"{option}.{language.value}.detail.txt" in text
    for number in set(re.findall(r"\[\d+\]", text)):
        assert f"\n{number} " in whole


def _within(element: Element, outer: Element) -> bool:
    above = element.parent
    while above is not None and above is not outer:
        above = above.parent
    return above is outer
