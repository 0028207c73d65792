"""The aid on one side of paper: every choice in one line, harms in a few words, the same columns for every choice."""

from collections.abc import Iterable
from dataclasses import dataclass

from spondyl.evidence.aid.expect import Expectation
from spondyl.evidence.aid.ladder import LadderRow, ladder_row, numbers_said, verdict
from spondyl.evidence.aid.risks import Risk, risks
from spondyl.evidence.aid.said import Said
from spondyl.evidence.aid.words import Words
from spondyl.evidence.answer import answer
from spondyl.evidence.library import Library
from spondyl.evidence.living import SignedConclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceRow:
    """One choice: what fair tests found, the number behind it where there is one, how sure, and the first
    of its harms, serious ones before others."""

    option: str
    name: str
    clinics_own: bool
    helps: Said
    number: Said | None
    sure: Said
    harm: Said

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence."""
        return (self.helps, *((self.number,) if self.number else ()), self.sure, self.harm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one side holds: lines below the pictures, harms of this choice, every choice beside it, what to ask."""

    expect: tuple[Said, ...]
    harms: tuple[Risk, ...]
    rows: tuple[GlanceRow, ...]
    ask: tuple[str, ...]

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence that is on this side only."""
        inner = (said for row in self.rows for said in row.passages)
        return (*(risk.said for risk in self.harms), *inner)


def glance(library: Library, expect: Expectation, ladder: tuple[LadderRow, ...], words: Words) -> Glance:
    """The one side about the first row of the ladder."""
    name = ladder[0].option
    return Glance(
        expect=expect.lines[: 1 if expect.pictures else 3],
        harms=risks(library, library.option(name), words, short=True),
        rows=tuple(_row(library, row, words) for row in ladder),
        ask=(*words.texts(f"options.{name}.ask")[:1], *words.texts("ask.all")[:2]),
    )


def every_choice(
    library: Library, words: Words, *, signed: Iterable[SignedConclusion] = ()
) -> tuple[GlanceRow, ...]:
    """Every choice that there are plain words about, in the order of the library."""
    signed = tuple(signed)
    return tuple(
        _row(library, ladder_row(library, one.id, words, signed), words)
        for one in library.options
        if words.has_option(one.id)
    )


def _row(library: Library, row: LadderRow, words: Words) -> GlanceRow:
    found, option = answer(library, row.option), library.option(row.option)
    worst, *_ = risks(library, option, words, short=True)
    return GlanceRow(
        option=row.option,
        name=row.name,
        clinics_own=row.clinics_own,
        helps=Said(prose=verdict(row.review, words, "readings_short"), rests_on=row.good[0].origins),
        number=numbers_said(library, found, words, "glance"),
        sure=Said(
            prose=words.say(f"certainty_short.{row.review.certainty or 'none'}"), rests_on=row.sure.origins
        ),
        harm=worst.said,
    )
