"""Claims: who opens the clinic's address without an account finds booking and, from there, what is known about each
treatment: all of them by one yardstick, in both languages, in plain words, each with its decision aid."""

import re
from collections.abc import Callable

import pytest

from aid_pages import html_of
from clinic_apps import Browser
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.evidence_files import records_or_shipped
from spondyl.clinic.serve import ServeOptions, welcome
from spondyl.clinic.web.public.words import WORDS
from spondyl.clinic.web.services import Services
from spondyl.evidence.aid import Language, counts_of

Open = Callable[[Role], Browser]
ROW = re.compile(
    r'<li class="card"><h2><a href="([^"]+)">([^<]+)</a>( \*)?</h2>\s*<p>(.*?)</p>.*?</li>', re.DOTALL
)
FRONT_ROW = re.compile(
    r'<th role="rowheader" scope="row">([^<]+?)( \*)?</th>\s*<td role="cell">(.*?)</td>', re.DOTALL
)


@pytest.fixture
def visitor(browser: Open) -> Browser:
    return browser(Role.NOBODY)


def links_of(page: str) -> list[str]:
    return [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', page)]


def words_in(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.mark.parametrize("language", Language)
def test_every_treatment_stands_there_as_its_decision_aid_says_it(
    visitor: Browser, language: Language
) -> None:
    """The names, the clinic's own mark and the verdicts are those of the table in every aid, in the library's order."""
    options = [one.id for one in records_or_shipped(None).options]
    page = visitor.get(f"/aid?lang={language.value}").text
    rows = ROW.findall(page)
    assert [href for href, *_ in rows] == [f"/aid/{one}?lang={language.value}" for one in options]
    in_aid = FRONT_ROW.findall(html_of(options[0], language))
    assert [(name, own, words_in(text)) for _, name, own, text in rows] == [
        (name, own, words_in(text)) for name, own, text in in_aid
    ]
    assert [one for one, row in zip(options, rows, strict=True) if row[2]] == [
        "manual-manipulation",
        "instrument-manipulation",
    ]


def test_who_opens_the_clinics_address_finds_their_way(visitor: Browser, services: Services) -> None:
    first = visitor.get("/")
    while first.status_code == 303:
        first = visitor.get(first.headers["location"])
    assert {"/book", "/book?lang=es"} <= set(links_of(first.text))
    assert any(one.endswith("/book") for one in welcome(services, ServeOptions(), None))
    assert "/aid?lang=es" in links_of(visitor.get("/book?lang=es").text)
    assert "/aid/stem-cells?lang=es" in links_of(visitor.get("/aid?lang=es").text)
    guide = visitor.get("/aid/stem-cells?lang=es")
    assert '<html lang="es"' in guide.text
    ways = {"/aid?lang=es", "/book?lang=es", "/aid/stem-cells?lang=en", "/aid/exercise?lang=es"}
    assert ways <= set(links_of(guide.text))
    assert "/aid" not in "".join(
        links_of(html_of("stem-cells", Language.SPANISH))
    )  # a file for itself leads nowhere


def test_a_decision_aid_has_a_policy_of_its_own_and_one_that_is_not_there_is_said_plainly(
    visitor: Browser,
) -> None:
    policy = visitor.get("/aid/stem-cells").headers["content-security-policy"]
    assert "style-src 'sha256-" in policy and "default-src 'none'" in policy and "unsafe" not in policy
    missing = visitor.get("/aid/magnets?lang=es")
    assert missing.status_code == 404 and WORDS["es"]["title"] in missing.text


def test_the_words_around_the_treatments_are_plain() -> None:
    names = ("known_title", "known_next", "known_lead")
    counts = counts_of([WORDS["en"][one].capitalize() for one in names], Language.ENGLISH)
    assert counts.flesch_kincaid_grade <= 8.0
    assert counts_of([WORDS["es"][one] for one in names], Language.SPANISH).inflesz >= 55.0
