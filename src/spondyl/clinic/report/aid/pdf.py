"""The decision aid as PDF: one side with the whole choice, then all words, numbers and pictures in large print, to mark
by hand."""

from collections.abc import Iterable, Iterator
from typing import Any

from spondyl.clinic.report.aid.page import reading_line, standing_lines
from spondyl.clinic.report.aid.pdf_front import front_side
from spondyl.clinic.report.aid.pdf_parts import (
    bullet,
    choice_box,
    framed,
    heading,
    hundred_drawing,
    lined,
    text,
)
from spondyl.clinic.report.aid.sources import Sources
from spondyl.clinic.report.pdf_document import pdf_bytes
from spondyl.evidence.aid import AidContent, Language, Said, words_of
from spondyl.evidence.aid.expect import Picture
from spondyl.evidence.aid.ladder import LadderRow

CIRCLES = "○  ○  ○  ○  ○"
PAGE_WORD = {Language.ENGLISH: "page", Language.SPANISH: "página"}


def aid_pdf(content: AidContent) -> bytes:
    """The same words and numbers as the page, in the same order; the same content gives the same bytes."""
    return pdf_bytes(
        list(_Sheet(content).flowables()),
        title=content.decision,
        subject="Decision aid",
        footer=words_of(content.language).text("page.not_device"),
        page_word=PAGE_WORD[content.language],
        language=content.language.value,
    )


class _Sheet:
    """One page in the making: its words, and the sources numbered as they are first used."""

    def __init__(self, content: AidContent) -> None:
        self.content = content
        self.words = words_of(content.language)
        self.sources = Sources()

    def flowables(self) -> Iterator[Any]:
        yield from front_side(self.content, self.sources)
        yield from self._top()
        yield from self._first_parts()
        yield from self._choices()
        yield from self._to_mark()
        yield from self._about()

    def _say(self, key: str) -> str:
        return self.words.text(f"page.{key}")

    def _said(self, said: Said) -> tuple[str, list[int]]:
        return said.prose.text, self.sources.cite(said.origins)

    def _lines(self, items: Iterable[Said]) -> Iterator[Any]:
        found = [self._said(one) for one in items]
        for words, numbers in found:
            yield text(words, numbers) if len(found) == 1 else bullet(words, numbers)

    def _top(self) -> Iterator[Any]:
        content = self.content
        yield text(content.decision, size=18, bold=True)
        yield text(f"{self._say('subtitle')} {self._say('how_to_use')}")
        short = [heading(self._say("short"), ruled=False)]
        short += [text(*self._said(one), size=12) for one in (*content.short, content.regulator[0])]
        short += [text(line, size=9) for line in standing_lines(content)]
        yield framed(short)
        yield lined(text(self._say("emergency")))

    def _first_parts(self) -> Iterator[Any]:
        content = self.content
        yield heading(self._say("condition_title"))
        yield from (text(*self._said(one)) for one in content.condition)
        yield heading(self._say("decision_title"))
        yield text(f"{content.decision} {self._say('decision_other')}")
        yield heading(self._say("done_title"))
        yield from self._lines(content.done)
        yield text(self._say("feel_title"), bold=True)
        yield from self._lines(content.feel)
        title = heading(self._say("expect_title"))
        yield from () if content.expect.pictures else (title,)
        for number, picture in enumerate(content.expect.pictures):
            yield self._picture(picture, () if number else (title,))
        yield from (text(*self._said(one)) for one in content.expect.lines)
        yield text(self._say("uncertain"), size=9)
        yield heading(self._say("harms_title"))
        for key, serious in (("serious", True), ("other", False)):
            found = [one.said for one in content.risks if one.serious is serious]
            yield from [text(self._say(key), bold=True)] if found else []
            yield from (bullet(*self._said(one)) for one in found)
        for key, lines in (("regulator_title", content.regulator), ("unknown_title", content.unknown)):
            yield heading(self._say(key))
            yield from self._lines(lines)

    def _picture(self, picture: Picture, above: tuple[Any, ...]) -> Any:
        from reportlab.platypus import KeepTogether, Table

        dots = [hundred_drawing(round(group.number.value)) for group in picture.groups]
        under = [
            text(f"{group.better.prose.text}. {_first_upper(*self._said(group.label))}")
            for group in picture.groups
        ]
        top = [("VALIGN", (0, 0), (-1, -1), "TOP")]
        grid = Table([dots, under], colWidths=[170] * len(dots), hAlign="LEFT", style=top)
        key = f"● {self._say('filled')}  ○ {self._say('ring')}"
        head = [text(*self._said(picture.title), bold=True), text(*self._said(picture.lead))]
        gap = [text(*self._said(one)) for one in picture.gap]
        return KeepTogether([*above, *head, grid, text(key, size=9), *gap])

    def _choices(self) -> Iterator[Any]:
        yield heading(self._say("ladder_title"))
        yield text(self._say("ladder_lead"))
        for row in self.content.ladder:
            yield self._choice(row)

    def _choice(self, row: LadderRow) -> Any:
        """One choice: the same four parts, in the same order and size, for every one."""
        parts = (
            ("ladder_good", row.good),
            ("ladder_bad", tuple(risk.said for risk in row.bad)),
            ("ladder_feel", row.feel),
            ("ladder_sure", (row.sure,)),
        )
        own = [text(self._say("ladder_own"), size=9)] if row.clinics_own else []
        what = " ".join(self._said(one)[0] for one in row.what)
        numbers = sorted({number for one in row.what for number in self._said(one)[1]})
        cells = [
            [
                text(self._say(title), size=9.5, bold=True),
                *(bullet(*self._said(one), size=9.5) for one in lines),
            ]
            for title, lines in parts
        ]
        return choice_box([text(row.name, size=12, bold=True), *own, text(what, numbers)], cells)

    def _to_mark(self) -> Iterator[Any]:
        yield heading(self._say("ask_title"))
        yield from (bullet(one, mark="☐") for one in self.content.ask)
        yield heading(self._say("values_title"))
        yield text(self._say("values_lead"))
        yield text(f"{self._say('values_less')}  {CIRCLES}  {self._say('values_more')}", size=9)
        yield from (bullet(one, mark=CIRCLES, indent=88) for one in self.content.values)
        yield text(self._say("lean_title"), bold=True)
        yield from (bullet(self._say(f"lean_{key}"), mark="○") for key in ("yes", "no", "wait", "unsure"))
        yield text(self._say("next_title"), bold=True)
        yield from (bullet(one, mark="☐") for one in self.words.texts("page.next"))

    def _about(self) -> Iterator[Any]:
        yield heading(self._say("about_title"))
        yield text(self._say("date").format(date=self.content.checked_on))
        yield from (text(self._say(key)) for key in ("update", "funding"))
        yield text(*self._said(self.content.funding_of_trial))
        yield text(reading_line(self.content))
        yield heading(self._say("sources_title"))
        for number, (citation, locator, person, day) in self.sources.listed:
            checked = self._say("sources_checked").format(person=person, day=day)
            yield bullet(f"{citation}. {locator}. {checked}", mark=f"{number}.", size=8, indent=20)


def _first_upper(words: str, _numbers: list[int]) -> str:
    return f"{words[:1].upper()}{words[1:]}"
