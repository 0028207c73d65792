"""The first side of the printed decision aid: the whole choice on one sheet, with circles and boxes to mark by hand."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spondyl.clinic.report.aid.page import standing_lines
from spondyl.clinic.report.aid.pdf_parts import (
    UNBROKEN,
    bullet,
    framed,
    heading,
    hundred_drawing,
    lined,
    text,
    two_beside,
)
from spondyl.clinic.report.aid.sources import Sources
from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, MARGIN, PAGE, RULE
from spondyl.evidence.aid import AidContent, Said, words_of
from spondyl.evidence.aid.expect import Picture
from spondyl.evidence.aid.glance import GlanceRow

SMALL, TINY = 7.9, 7.2
"""Points: one side is for an overview; the sheets after it say the same in large print."""

SCALES = tuple(one / 100 for one in range(100, 84, -1))
"""Sizes that are tried, the first that fits on one side is taken; what never fits is as small as the last, and goes on
over the next side."""

FRAME_PADDING = 12.0
"""Points that the frame of a page keeps above and below."""

SHARES = ("20%", "44%", "11%", "25%")
"""Widths of the columns: choice, does it help, how sure, harm."""


def front_side(content: AidContent, sources: Sources) -> Iterator[Any]:
    """One side, made a little smaller where it must be, then a new page; sources are numbered as first used."""
    from reportlab.platypus import PageBreak

    room, side = PAGE[1] - 2 * MARGIN - FRAME_PADDING, list[Any]()
    for scale in SCALES:
        side = list(_Side(content, sources, scale).parts())
        if _height(side) <= room:
            break
    yield from side
    yield PageBreak()


def _height(parts: list[Any]) -> float:
    """Height of the parts one below the other, points."""
    return sum(
        one.wrap(CONTENT_WIDTH, PAGE[1])[1] + one.getSpaceBefore() + one.getSpaceAfter() for one in parts
    )


class _Side:
    def __init__(self, content: AidContent, sources: Sources, scale: float) -> None:
        self.content, self.sources = content, sources
        self.words = words_of(content.language)
        self.scale, self.small, self.tiny = scale, scale * SMALL, scale * TINY

    def parts(self) -> Iterator[Any]:
        yield from self.top()
        yield two_beside(list(self.expect()), list(self.harms()))
        yield from self.choices()
        yield two_beside(list(self.values()), list(self.next_step()))
        foot = f"{self.say('date').format(date=self.content.checked_on)} {self.say('front_sources')}"
        yield text(foot, size=self.tiny)

    def say(self, key: str) -> str:
        return self.words.text(f"page.{key}")

    def top(self) -> Iterator[Any]:
        content = self.content
        yield text(content.decision, size=13 * self.scale, bold=True)
        yield text(f"{self.say('subtitle')} {self.say('how_to_use')}", size=self.small)
        short = self._together((*content.short, content.regulator[0]), text, size=8.6 * self.scale)
        yield framed([short, *(text(line, size=self.tiny) for line in standing_lines(content))])
        yield lined(text(self.say("emergency"), size=self.tiny))

    def expect(self) -> Iterator[Any]:
        expect = self.content.expect
        yield self._heading("expect_title")
        for picture in expect.pictures[:1]:
            yield from self._picture(picture)
        for line in () if expect.pictures else self.content.glance.expect:
            yield self._together((line,), text)

    def _picture(self, picture: Picture) -> Iterator[Any]:
        from reportlab.platypus import Table

        dots = [
            hundred_drawing(round(group.number.value), step_pt=5.6 * self.scale) for group in picture.groups
        ]
        under = [self._together((group.better, group.label), text) for group in picture.groups]
        yield self._together((picture.title,), text, bold=True)
        yield self._together((picture.lead,), text, size=self.tiny)
        flush = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        yield Table(
            [dots, under], colWidths=[f"{96 / len(dots):.0f}%"] * len(dots), hAlign="LEFT", style=flush
        )
        yield text(f"● {self.say('filled')}  ○ {self.say('ring')}", size=self.tiny)
        yield self._together(picture.gap[:2], text)

    def harms(self) -> Iterator[Any]:
        yield self._heading("harms_title")
        for key, serious in (("serious", True), ("other", False)):
            found = [one.said for one in self.content.glance.harms if one.serious is serious]
            yield from [text(self.say(key), size=self.small, bold=True)] if found else []
            yield from (self._together((one,), bullet, indent=9.0) for one in found)
        yield text(self.say("feel_title"), size=self.small, bold=True)
        yield self._together(self.content.feel, text)

    def choices(self) -> Iterator[Any]:
        from reportlab.platypus import Table

        yield self._heading("front_choices")
        keys = ("ladder_option", "front_help", "ladder_sure", "front_harm")
        head = [text(self.say(key), size=self.tiny, bold=True) for key in keys]
        rows = [self._choice(row) for row in self.content.glance.rows]
        lines = [("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        tight = [("TOPPADDING", (0, 0), (-1, -1), 0.6), ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6)]
        sides = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 6)]
        yield Table([head, *rows], colWidths=SHARES, hAlign="LEFT", style=[*lines, *tight, *sides])
        yield text(f"* {self.say('ladder_own')}", size=self.tiny)

    def _choice(self, row: GlanceRow) -> list[Any]:
        name = f"{row.name}{' *' if row.clinics_own else ''}"
        helps = (row.helps, *((row.number,) if row.number else ()))
        numbers = self.sources.cite(origin for said in row.passages for origin in said.origins)
        return [
            text(name, size=self.tiny, bold=True),
            text(self._plain(helps), size=self.tiny),
            text(self._plain((row.sure,)), size=self.tiny),
            text(self._plain((row.harm,)), numbers, size=self.tiny),
        ]

    def values(self) -> Iterator[Any]:
        yield self._heading("values_title")
        yield text(self.say("front_matters"), size=self.small)
        boxes = [bullet(one, mark="☐", size=self.small, indent=12.0) for one in self.content.values]
        yield two_beside(boxes[::2], boxes[1::2])

    def next_step(self) -> Iterator[Any]:
        yield self._heading("front_next")
        yield text(self.say("front_next_lead"), size=self.small)
        yield from (bullet(one, size=self.small, indent=9.0) for one in self.content.glance.ask)
        leans = (self.say(f"lean_{key}") for key in ("yes", "no", "wait", "unsure"))
        yield text(self.say("lean_title"), size=self.small, bold=True)
        yield text("   ".join(f"○ {one}".replace(" ", UNBROKEN) for one in leans), size=self.small)

    def _heading(self, key: str) -> Any:
        return heading(self.say(key), size=10 * self.scale)

    def _plain(self, items: Iterable[Said]) -> str:
        return " ".join(one.prose.text for one in items)

    def _together(
        self, items: Iterable[Said], part: Callable[..., Any], *, size: float = 0.0, **style: Any
    ) -> Any:
        """Sentences in one paragraph, their sources at its end."""
        said = tuple(items)
        numbers = self.sources.cite(origin for one in said for origin in one.origins)
        return part(self._plain(said), numbers, size=size or self.small, **style)
