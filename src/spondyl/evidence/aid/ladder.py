"""One row for each choice, the same columns for every one, the clinic's own included."""

from collections.abc import Iterable
from dataclasses import dataclass

from spondyl.evidence.aid.expect import hundred_of, outcome_name, points_said, time_of
from spondyl.evidence.aid.risks import Risk, risks
from spondyl.evidence.aid.said import Said, bare
from spondyl.evidence.aid.words import Words
from spondyl.evidence.answer import Answer, answer
from spondyl.evidence.answer.icons import deciding_pair
from spondyl.evidence.library import Library, Prose
from spondyl.evidence.living import Review, SignedConclusion, review


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """One choice."""

    option: str
    name: str
    clinics_own: bool
    what: tuple[Said, ...]
    good: tuple[Said, ...]
    bad: tuple[Risk, ...]
    feel: tuple[Said, ...]
    sure: Said
    review: Review

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence."""
        return (*self.what, *self.good, *(risk.said for risk in self.bad), *self.feel, self.sure)


def ladder_row(library: Library, name: str, words: Words, signed: Iterable[SignedConclusion]) -> LadderRow:
    """The row of an option."""
    found = answer(library, name)
    option = found.option
    judged = review(found, signed)
    rests_on = (option.origin,)

    def lines(part: str) -> tuple[Said, ...]:
        return tuple(
            Said(prose=Prose((line,)), rests_on=rests_on) for line in words.texts(f"options.{name}.{part}")
        )

    good = [Said(prose=verdict(judged, words), rests_on=found.short.origins)]
    numbers = numbers_said(library, found, words, "ladder")
    good += [numbers] if numbers else []
    return LadderRow(
        option=name,
        name=words.text(f"options.{name}.name"),
        clinics_own=option.clinics_own,
        what=lines("done"),
        good=tuple(good),
        bad=risks(library, option, words),
        feel=lines("feel"),
        sure=Said(prose=words.say(f"certainty.{judged.certainty or 'none'}"), rests_on=rests_on),
        review=judged,
    )


def verdict(judged: Review, words: Words, where: str = "readings") -> Prose:
    """The reading in plain words: the signed one, against what it was signed against, while new data awaits review."""
    versus = words.or_quote("versus", judged.versus) if judged.versus else ""
    return words.say(f"{where}.{judged.reading}", versus=versus)


def numbers_said(library: Library, found: Answer, words: Words, where: str) -> Said | None:
    """The deciding result as points of a scale or as people of a hundred, in the words of ``ladder`` or ``glance``.

    People are never counted without what they were counted for and when: other trials count something else.
    """
    points = points_said(library, found.option, words, f"page.{where}_points")
    pair = deciding_pair(found.option, found.icons)
    if points or pair is None:
        return points
    active, control = pair.active, pair.control
    versus = words.or_quote("versus", found.versus or control.name)
    return Said(
        prose=words.say(
            f"page.{where}_people",
            outcome=outcome_name(words, pair, short=where == "glance"),
            time=time_of(library, pair, words),
            active=bare(active.better),
            control=bare(control.better),
            hundred=hundred_of(library),
            versus=versus,
        )
    )
