"""What a decision aid says about one option: plain words, and numbers that come from verified records only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spondyl.evidence.aid.expect import Expectation, expectation
from spondyl.evidence.aid.glance import Glance, glance
from spondyl.evidence.aid.ladder import LadderRow, ladder_row, verdict
from spondyl.evidence.aid.reading_ease import Language
from spondyl.evidence.aid.risks import Risk, regulator_lines, risks
from spondyl.evidence.aid.said import Said
from spondyl.evidence.aid.words import Words, words_of
from spondyl.evidence.answer import Answer, answer
from spondyl.evidence.library import EvidenceError, Figure, Library, Option, Origin, Prose, Quote
from spondyl.evidence.living import Review, SignedConclusion, review


class AidNotPossibleError(EvidenceError):
    """The records do not suffice for a decision aid about an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AidContent:
    """One page. Every list is in the order of the page; ``checked_on`` is the newest day a record was verified."""

    option: str
    language: Language
    name: str
    decision: str
    condition: tuple[Said, ...]
    short: tuple[Said, ...]
    review: Review
    done: tuple[Said, ...]
    feel: tuple[Said, ...]
    expect: Expectation
    risks: tuple[Risk, ...]
    regulator: tuple[Said, ...]
    unknown: tuple[Said, ...]
    ladder: tuple[LadderRow, ...]
    glance: Glance
    ask: tuple[str, ...]
    values: tuple[str, ...]
    funding_of_trial: Said
    checked_on: str

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence that rests on a record, in the order of the page."""
        rows = (said for row in self.ladder for said in row.passages)
        harms = (risk.said for risk in self.risks)
        parts = (
            self.short,
            self.glance.passages,
            self.condition,
            self.done,
            self.feel,
            self.expect.passages,
            harms,
        )
        return tuple(
            said
            for part in (*parts, self.regulator, self.unknown, rows, (self.funding_of_trial,))
            for said in part
        )


def aid_content(
    library: Library, name: str, language: Language, *, signed: Iterable[SignedConclusion] = ()
) -> AidContent:
    """The page about an option. Raises UnknownOptionError, or AidNotPossibleError with what is missing."""
    words, option = words_of(language), library.option(name)
    refuse_insufficient(library, option, words)
    signed = tuple(signed)
    found = answer(library, name)
    judged = review(found, signed)
    others = [one for one in library.options if one.id != name and words.has_option(one.id)]
    rows = tuple(ladder_row(library, one.id, words, signed) for one in (option, *others))
    lines, expect = _lines(option, words), expectation(library, found, words)
    shown = Said(prose=verdict(judged, words), rests_on=found.short.origins or (option.origin,))
    content = AidContent(
        option=name,
        language=language,
        name=words.text(f"options.{name}.name"),
        decision=words.text(f"options.{name}.decision"),
        condition=_condition(option, words),
        short=(shown, _certainty(option, judged, words)),
        review=judged,
        done=lines["done"],
        feel=lines["feel"],
        expect=expect,
        risks=risks(library, option, words),
        regulator=regulator_lines(library, option, words),
        unknown=(*lines["unknown"], *_awaited(found, words)),
        ladder=rows,
        glance=glance(library, expect, rows, words),
        ask=(*words.texts(f"options.{name}.ask"), *words.texts("ask.all")),
        values=words.texts("values.items"),
        funding_of_trial=_funding(library, option, words),
        checked_on="",
    )
    return _dated(content)


def refuse_insufficient(library: Library, option: Option, words: Words) -> None:
    """Raise AidNotPossibleError unless the option has plain words, a verified record and a harm that may be shown."""
    missing = [
        what
        for what, there in (
            ("plain words in this language", words.has_option(option.id)),
            ("a verified record", option.origin.may_be_shown),
            ("a verified harm, or the statement that none was found", bool(risks(library, option, words))),
        )
        if not there
    ]
    if missing:
        raise AidNotPossibleError(
            what=f"There is no decision aid about {option.id}: {missing[0]} is missing.",
            why="A page without it would be lopsided.",
            do="Add it to the records or to the words, or choose another option.",
        )


def _lines(option: Option, words: Words) -> dict[str, tuple[Said, ...]]:
    rests_on = tuple(dict.fromkeys((option.origin, *(one.origin for one in option.procedure))))
    shown = tuple(origin for origin in rests_on if origin.may_be_shown)
    return {
        part: tuple(
            Said(prose=Prose((line,)), rests_on=shown) for line in words.texts(f"options.{option.id}.{part}")
        )
        for part in ("done", "feel", "unknown")
    }


def _condition(option: Option, words: Words) -> tuple[Said, ...]:
    what = words.or_quote("conditions", Quote(text=option.condition, origin=option.origin))
    lines = [words.say("page.condition_for", condition=what), words.say("page.condition")]
    if "disc" in option.condition:
        lines.append(words.say("page.condition_disc"))
    return tuple(
        Said(prose=line, rests_on=(option.origin,) if number == 0 else ())
        for number, line in enumerate(lines)
    )


def _certainty(option: Option, judged: Review, words: Words) -> Said:
    return Said(prose=words.say(f"certainty.{judged.certainty or 'none'}"), rests_on=(option.origin,))


def _awaited(found: Answer, words: Words) -> tuple[Said, ...]:
    return tuple(
        Said(prose=words.say("page.awaited", people=one.people))
        for one in found.awaited
        if one.people is not None
    )


def _funding(library: Library, option: Option, words: Words) -> Said:
    study = library.result(option.main)[0] if option.main else None
    if study is None or study.funding is None or not study.funding.origin.may_be_shown:
        return Said(prose=words.say("page.funding_trials_unknown"))
    who = words.of("funders", study.id) or study.funding.quote
    return Said(prose=words.say("page.funding_trials", funding=who), rests_on=(study.funding.origin,))


def _dated(content: AidContent) -> AidContent:
    days = [origin.verified_on for said in content.passages for origin in _with_inputs(said.origins)]
    return replace(content, checked_on=max(days))


def _with_inputs(origins: Iterable[Origin]) -> Iterable[Origin]:
    for origin in origins:
        yield origin
        yield from _with_inputs(origin.inputs)


def displayed_figures(content: AidContent) -> tuple[Figure, ...]:
    """Every number on the page."""
    return tuple(
        piece for said in content.passages for piece in said.prose.pieces if isinstance(piece, Figure)
    )
