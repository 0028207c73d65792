"""The one page of the decision aid as plain text, in the order of the printed side."""

from collections.abc import Iterator

from spondyl.clinic.report.aid.page import standing_lines
from spondyl.clinic.report.aid.plain_parts import PlainLines, wrapped
from spondyl.evidence.aid import AidContent
from spondyl.evidence.aid.glance import GlanceRow


def front_lines(content: AidContent, lines: PlainLines, *, sources_stand: str) -> Iterator[str]:
    """The whole choice; ``sources_stand`` says where the sources are."""
    yield from (wrapped(content.decision.upper()), "")
    yield wrapped(f"{lines.text('subtitle')} {lines.text('how_to_use')}")
    yield from lines.heading("short")
    yield lines.together((*content.short, content.regulator[0]))
    yield from (wrapped(line) for line in standing_lines(content))
    yield from ("", wrapped(lines.text("emergency"), "! "))
    yield from _expect(content, lines)
    yield from _harms(content, lines)
    yield from lines.heading("front_choices")
    for row in content.glance.rows:
        yield from _choice(row, lines)
    yield wrapped(lines.text("ladder_own"), "* ")
    yield from lines.heading("values_title")
    yield lines.text("front_matters")
    yield from (wrapped(one, "[ ] ") for one in content.values)
    yield from _next_step(content, lines)
    yield from ("", wrapped(lines.text("date").format(date=content.checked_on)))
    yield wrapped(f"{sources_stand} {lines.text('not_device')}")


def _expect(content: AidContent, lines: PlainLines) -> Iterator[str]:
    yield from lines.heading("expect_title")
    for picture in content.expect.pictures[:1]:
        yield from (lines.together((picture.title,)), lines.together((picture.lead,)))
        for group in picture.groups:
            yield lines.together((group.better,), "- ", before=f"{lines.plain(group.label)}: ")
        yield lines.together(picture.gap[:2])
    if not content.expect.pictures:
        yield from lines.said(content.glance.expect, "")


def _harms(content: AidContent, lines: PlainLines) -> Iterator[str]:
    yield from lines.heading("harms_title")
    for key, serious in (("serious", True), ("other", False)):
        found = [one.said for one in content.glance.harms if one.serious is serious]
        yield from [lines.text(key)] if found else []
        yield from lines.said(found)
    yield from (lines.text("feel_title"), lines.together(content.feel))


def _choice(row: GlanceRow, lines: PlainLines) -> Iterator[str]:
    yield f"{row.name}{' *' if row.clinics_own else ''}"
    helps = (row.helps, *((row.number,) if row.number else ()))
    yield lines.together(helps, "  ")
    yield lines.together((row.sure,), "  ", before=f"{lines.text('ladder_sure')} ")
    yield lines.together((row.harm,), "  ", before=f"{lines.text('front_harm')}: ")


def _next_step(content: AidContent, lines: PlainLines) -> Iterator[str]:
    yield from lines.heading("front_next")
    yield wrapped(lines.text("front_next_lead"))
    yield from (wrapped(one, "- ") for one in content.glance.ask)
    yield lines.text("lean_title")
    yield from (f"( ) {lines.text(f'lean_{key}')}" for key in ("yes", "no", "wait", "unsure"))
