"""One offline HTML page: no script, nothing loaded, nothing sent; it prints on A4 and Letter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from spondyl.clinic.report.aid.ipdas import CRITERIA
from spondyl.clinic.report.aid.people_picture import hundred_svg
from spondyl.clinic.report.aid.sources import Sources
from spondyl.clinic.report.html import environment
from spondyl.evidence.aid import AidContent, Language, Said, Words, counts_of, words_of
from spondyl.evidence.aid.expect import Hundred
from spondyl.evidence.library import Figure, Origin, Piece, Quote

STEPS = 5
"""Circles in a row of the values exercise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLinks:
    """Where a page leads that stands on a clinic's site; ``option`` gives the address of another option's page."""

    everything: str
    book: str
    other_language: str
    option: Callable[[str], str]


def aid_html(content: AidContent, site: SiteLinks | None = None) -> str:
    """The whole page; without ``site`` a file for itself."""
    words, sources = words_of(content.language), Sources()

    def say(said: Said) -> Markup:
        return _said(said, content.language, sources)

    def bare(said: Said) -> Markup:
        return prose_html(said, content.language)

    def marks(together: Iterable[Said]) -> Markup:
        return _marks((origin for said in together for origin in said.origins), content.language, sources)

    def mini(key: str, **values: str) -> str:
        return words.text(key).format(**values)

    def plain(said: Said) -> str:
        return said.prose.text

    def picture(group: Hundred) -> Markup:
        return hundred_svg(
            round(group.number.value), f"{_first_upper(plain(group.label))}: {plain(group.better)}"
        )

    return (
        environment()
        .get_template("aid.html.j2")
        .render(
            aid=content,
            site=site,
            words=words,
            text=words.text,
            texts=words.texts,
            mini=mini,
            say=say,
            bare=bare,
            marks=marks,
            plain=plain,
            picture=picture,
            steps=range(1, STEPS + 1),
            sources=sources,
            criteria=CRITERIA,
            ease=reading_line(content),
            standing=standing_lines(content),
            first=_first_upper,
        )
    )


def _said(said: Said, language: Language, sources: Sources) -> Markup:
    return prose_html(said, language) + _marks(said.origins, language, sources)


def prose_html(said: Said, language: Language) -> Markup:
    """The words of a sentence with its figures marked, without the numbers of its sources."""
    return Markup("").join(_piece(piece, language) for piece in said.prose.pieces)


def _marks(origins: Iterable[Origin], language: Language, sources: Sources) -> Markup:
    numbers = Markup("").join(
        Markup('<sup><a href="#s{0}" aria-label="{1} {0}">{0}</a></sup>').format(number, _SOURCE[language])
        for number in sources.cite(origins)
    )
    return Markup("<span>{}</span>").format(numbers) if numbers else numbers


_SOURCE = {Language.ENGLISH: "source", Language.SPANISH: "fuente"}


def _piece(piece: Piece, language: Language) -> Markup:
    text = escape(piece if isinstance(piece, str) else piece.text)
    if isinstance(piece, Figure):
        return Markup('<b class="n" data-origin="{}">{}</b>').format(piece.origin.key, text)
    if isinstance(piece, Quote) and language is not Language.ENGLISH:
        return Markup('<span lang="en" data-origin="{}">{}</span>').format(piece.origin.key, text)
    return text


def _first_upper(text: str) -> str:
    """The text with a capital at its start, marked up or not."""
    return type(text)(text[:1].upper() + text[1:])


def reading_line(content: AidContent) -> str:
    """The measured ease of reading, in words."""
    words = words_of(content.language)
    counts = counts_of(reading_texts(content), content.language)
    value = counts.flesch_kincaid_grade if content.language is Language.ENGLISH else counts.inflesz
    number = f"{value:.1f}" if content.language is Language.ENGLISH else f"{value:.0f}"
    return words.text("page.reading").format(grade=words.text("page.reading_grade").format(value=number))


def reading_texts(content: AidContent) -> list[str]:
    """Every sentence that a patient reads, sources and the list of criteria left out."""
    words = words_of(content.language)
    fixed = (
        *(
            "subtitle",
            "how_to_use",
            "emergency",
            "decision_other",
            "harms_title",
            "ladder_lead",
            "ladder_own",
        ),
        *("values_lead", "update", "funding", "uncertain", "not_device", "unknown_title"),
    )
    said = [one.prose.text for one in content.passages]
    return [
        content.decision,
        *(words.text(f"page.{name}") for name in fixed),
        *said,
        *content.ask,
        *content.values,
    ]


def standing_lines(content: AidContent) -> list[str]:
    """Who signed the conclusion, and whether new data waits."""
    words: Words = words_of(content.language)
    signature = content.review.signature
    if signature is None:
        return [words.text("page.unsigned")]
    signed = words.text("page.signed").format(person=signature.person, role=signature.role, day=signature.at)
    return [signed, words.text("page.new_data")] if content.review.proposed else [signed]
