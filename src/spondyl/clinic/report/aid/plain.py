"""The decision aid as plain text: for a screen reader, a message, or a printer without pictures."""

from collections.abc import Iterable, Iterator
from textwrap import fill

from spondyl.clinic.report.aid.page import reading_line, standing_lines
from spondyl.clinic.report.aid.sources import Sources
from spondyl.evidence.aid import AidContent, Said, plain_text, words_of

WIDTH = 78
CIRCLES = "( ) ( ) ( ) ( ) ( )"


def aid_text(content: AidContent) -> str:
    """The same words and numbers as the page, in the same order."""
    return "\n".join(_lines(content)) + "\n"


def _lines(content: AidContent) -> Iterator[str]:
    words, sources = words_of(content.language), Sources()

    def text(key: str) -> str:
        return words.text(f"page.{key}")

    def said(items: Iterable[Said], mark: str = "- ") -> Iterator[str]:
        for one in items:
            numbers = "".join(f" [{number}]" for number in sources.cite(one.origins))
            yield _wrapped(plain_text(one.prose, content.language) + numbers, mark)

    yield from (_wrapped(content.decision.upper()), "", _wrapped(f"{text('subtitle')} {text('how_to_use')}"))
    yield from _heading(text("short"))
    yield from said(content.short)
    yield from said(content.regulator[:1])
    yield from (_wrapped(line, "- ") for line in standing_lines(content))
    yield from ("", _wrapped(text("emergency"), "! "))
    sections = (
        ("condition_title", content.condition),
        ("done_title", content.done),
        ("feel_title", content.feel),
        ("expect_title", content.expect.passages),
        ("harms_title", tuple(risk.said for risk in content.risks)),
        ("regulator_title", content.regulator),
        ("unknown_title", content.unknown),
    )
    for title, items in sections:
        yield from _heading(text(title))
        yield from said(items)
    yield from _heading(text("ladder_title"))
    yield _wrapped(text("ladder_lead"))
    for row in content.ladder:
        yield from ("", f"* {row.name}")
        yield from [_wrapped(text("ladder_own"), "  ")] if row.clinics_own else []
        parts = (
            ("ladder_good", row.good),
            ("ladder_bad", tuple(risk.said for risk in row.bad)),
            ("ladder_feel", row.feel),
            ("ladder_sure", (row.sure,)),
        )
        for title, items in parts:
            yield f"  {text(title)}"
            yield from said(items, "  - ")
    yield from _heading(text("ask_title"))
    yield from (_wrapped(one, "[ ] ") for one in content.ask)
    yield from _exercise(content, text("values_title"), text("values_lead"))
    yield from _heading(text("about_title"))
    yield _wrapped(text("date").format(date=content.checked_on), "- ")
    yield from (_wrapped(text(key), "- ") for key in ("update", "funding", "uncertain", "not_device"))
    yield from said((content.funding_of_trial,))
    yield _wrapped(reading_line(content), "- ")
    yield from _heading(text("sources_title"))
    for number, (citation, locator, person, day) in sources.listed:
        checked = text("sources_checked").format(person=person, day=day)
        yield _wrapped(f"{citation}. {locator}. {checked}", f"[{number}] ")


def _exercise(content: AidContent, title: str, lead: str) -> Iterator[str]:
    words = words_of(content.language)
    yield from _heading(title)
    yield _wrapped(lead)
    ends = f"({words.text('page.values_less')} … {words.text('page.values_more')})"
    yield _wrapped(ends)
    yield from (f"{CIRCLES}  {one}" for one in content.values)
    yield from ("", words.text("page.lean_title"))
    yield from (f"( ) {words.text(f'page.lean_{key}')}" for key in ("yes", "no", "wait", "unsure"))
    yield from ("", words.text("page.next_title"))
    yield from (f"[ ] {one}" for one in words.texts("page.next"))


def _heading(text: str) -> tuple[str, str, str]:
    return "", text.upper(), "-" * len(text)


def _wrapped(text: str, mark: str = "") -> str:
    return fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
