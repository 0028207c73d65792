"""What can go wrong and what the regulator says, in plain words for each verified record."""

from dataclasses import dataclass

from spondyl.evidence.aid.said import Said, bare
from spondyl.evidence.aid.words import Words
from spondyl.evidence.answer.lists import HarmLine, harm_lines
from spondyl.evidence.library import Figure, Library, Option, Prose, Quote, Seriousness


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One harm."""

    serious: bool
    said: Said


def risks(library: Library, option: Option, words: Words, *, short: bool = False) -> tuple[Risk, ...]:
    """Harms that may be shown, serious first: in plain words (``short``: a few), or quoted where there are none."""
    hundred = library.constant("denominator")
    denominator = Figure(value=hundred.value, decimals=0, origin=hundred.origin)
    found: list[Risk] = []
    for line in harm_lines(library, option):
        own = words.of("harms_short" if short else "harms", line.event.origin.record)
        text: Prose = Prose((own,)) if own else Prose((line.event, ": ", line.how_often, "."))
        if line.rate is not None:
            text = Prose((*text.pieces, " ", *_rate(line, line.rate, denominator, words, short=short).pieces))
        said = Said(prose=text, rests_on=(line.event.origin,))
        found.append(Risk(serious=line.seriousness is Seriousness.SERIOUS, said=said))
    return tuple(found)


def _rate(line: HarmLine, rate: Figure, hundred: Figure, words: Words, *, short: bool) -> Prose:
    low, high = rate.interval_95 or (rate.value, rate.value)
    ending = "_short" if short else ""
    numbers = {
        name: bare(rate, value, decimals=_places(line, rate, value))
        for name, value in (("value", rate.value), ("low", low), ("high", high))
    }
    if line.rate_is_ratio:
        return words.say(f"page.ratio{ending}", **numbers)
    if line.people is not None and line.counts_events:
        of = "event" if rate.value == 1 else "events"
        return words.say(f"page.{of}{ending}", value=bare(rate), people=line.people)
    if line.people is not None and rate.value == 0:
        people, most = line.people, bare(rate, high, decimals=_decimals(high))
        return words.say(f"page.rate_none{ending}", people=people, high=most, hundred=hundred)
    return words.say(f"page.rate{ending}", hundred=hundred, **numbers)


def _places(line: HarmLine, rate: Figure, value: float) -> int:
    """Whole people where the source gives whole ones; of a ratio below one as the source, so that 0.98 is not one."""
    if rate.decimals == 0:
        return 0
    return rate.decimals if line.rate_is_ratio and value < 1.0 else _decimals(value)


def _decimals(value: float) -> int:
    """One; of a small number as many as keep it within a quarter of itself: 0.02 of 100 is not 0.0."""
    if value == 0.0 or value >= 0.05:
        return 1
    return next((places for places in range(2, 6) if abs(round(value, places) - value) <= value / 4), 6)


def regulator_lines(library: Library, option: Option, words: Words) -> tuple[Said, ...]:
    """Rules that may be shown, in order; a line saying that none was found where there is none."""
    lines = [
        Said(
            prose=Prose((own,)) if own else Prose((Quote(text=rule.text, origin=rule.origin),)),
            rests_on=(rule.origin,),
        )
        for rule in library.regulation_of(option.id)
        if rule.origin.may_be_shown
        for own in [words.of("regulation", rule.id)]
    ]
    return tuple(lines) or (Said(prose=words.say("page.regulator_none")),)
