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
    numbers = {
        "value": bare(rate, decimals=1),
        "low": bare(rate, low, decimals=2 if 0.0 < low < 0.05 else 1),
        "high": bare(rate, high, decimals=1),
    }
    ending = "_short" if short else ""
    if line.rate_is_ratio:
        return words.say(f"page.ratio{ending}", **numbers)
    return words.say(f"page.rate{ending}", hundred=hundred, **numbers)


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
