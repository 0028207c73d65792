"""The decision aid as plain text: for a screen reader, a message, or a printer without pictures."""

from collections.abc import Iterator

from spondyl.clinic.report.aid.page import reading_line
from spondyl.clinic.report.aid.plain_front import front_lines
from spondyl.clinic.report.aid.plain_parts import PlainLines, ruled, wrapped
from spondyl.clinic.report.aid.sources import Sources
from spondyl.evidence.aid import AidContent, words_of

CIRCLES = "( ) ( ) ( ) ( ) ( )"


def detail_name(content: AidContent) -> str:
    """The file that holds the detail and the sources."""
    return f"{content.option}.{content.language.value}.detail.txt"


def aid_text(content: AidContent) -> str:
    """The one page: the same words and numbers as the printed side, in its order."""
    lines = PlainLines(content, Sources())
    where = lines.text("front_sources_text").format(place=detail_name(content))
    return "\n".join(front_lines(content, lines, sources_stand=where)) + "\n"


def aid_detail_text(content: AidContent) -> str:
    """The one page, then all the detail and the sources that its numbers lead to."""
    sources = Sources()
    lines = PlainLines(content, sources)
    title = lines.text("sources_title")
    where = lines.text("front_sources_text").format(place=title)
    front = front_lines(content, lines, sources_stand=where)
    return "\n".join([*front, *_detail(content, lines), *_sources(lines, sources)]) + "\n"


def _detail(content: AidContent, lines: PlainLines) -> Iterator[str]:
    said, text = lines.said, lines.text
    yield from ("", "", f"{text('front_detail').upper()}", "=" * len(text("front_detail")))
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
        yield from lines.heading(title)
        yield from said(items)
    yield from lines.heading("ladder_title")
    yield wrapped(text("ladder_lead"))
    for row in content.ladder:
        yield from ("", f"* {row.name}")
        yield from [wrapped(text("ladder_own"), "  ")] if row.clinics_own else []
        parts = (
            ("ladder_good", row.good),
            ("ladder_bad", tuple(risk.said for risk in row.bad)),
            ("ladder_feel", row.feel),
            ("ladder_sure", (row.sure,)),
        )
        for title, items in parts:
            yield f"  {text(title)}"
            yield from said(items, "  - ")
    yield from lines.heading("ask_title")
    yield from (wrapped(one, "[ ] ") for one in content.ask)
    yield from _exercise(content, text("values_title"), text("values_lead"))
    yield from lines.heading("about_title")
    yield wrapped(text("date").format(date=content.checked_on), "- ")
    yield from (wrapped(text(key), "- ") for key in ("update", "funding", "uncertain", "not_device"))
    yield from said((content.funding_of_trial,))
    yield wrapped(reading_line(content), "- ")


def _sources(lines: PlainLines, sources: Sources) -> Iterator[str]:
    yield from lines.heading("sources_title")
    for number, (citation, locator, person, day) in sources.listed:
        checked = lines.text("sources_checked").format(person=person, day=day)
        yield wrapped(f"{citation}. {locator}. {checked}", f"[{number}] ")


def _exercise(content: AidContent, title: str, lead: str) -> Iterator[str]:
    words = words_of(content.language)
    yield from ruled(title)
    yield wrapped(lead)
    ends = f"({words.text('page.values_less')} … {words.text('page.values_more')})"
    yield wrapped(ends)
    yield from (f"{CIRCLES}  {one}" for one in content.values)
    yield from ("", words.text("page.lean_title"))
    yield from (f"( ) {words.text(f'page.lean_{key}')}" for key in ("yes", "no", "wait", "unsure"))
    yield from ("", words.text("page.next_title"))
    yield from (f"[ ] {one}" for one in words.texts("page.next"))
