"""Everything an answer says about one option, every number and quotation with its origin."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from spondyl.evidence.answer.claims import ClaimCheck, check_claim
from spondyl.evidence.answer.conclusion import Conclusion, SignedConclusion, conclude, latest_about
from spondyl.evidence.answer.findings import Finding, summary_of_findings
from spondyl.evidence.answer.icons import IconPair, icon_pairs
from spondyl.evidence.answer.lists import (
    Awaited,
    GuidelineLine,
    HarmLine,
    LeftOut,
    RuleLine,
    StudyLine,
    awaited_of,
    guideline_lines,
    guidelines_conflict,
    harm_lines,
    left_out_of,
    rule_lines,
    study_lines,
    withheld_of,
)
from spondyl.evidence.answer.panels import Panel, controlled_panels, uncontrolled_panels
from spondyl.evidence.answer.paragraph import paragraph, short_answer
from spondyl.evidence.answer.reading import Reading, reading_of
from spondyl.evidence.answer.signable import as_shown, words_of_option
from spondyl.evidence.answer.sureness import Sureness, sureness_of
from spondyl.evidence.certainty.signature import digest_of
from spondyl.evidence.library import Figure, Library, Option, Prose, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One option answered, with the same fields for every option, the clinic's own included.

    ``reading``, ``short``, ``paragraph`` and ``sureness`` are what the records say now; ``conclusion`` is what a page
    shows: the same, or the signed words while new data awaits review.
    """

    option: Option
    reading: Reading
    short: Prose
    paragraph: Prose
    procedure: tuple[Quote, ...]
    controlled: tuple[Panel, ...]
    uncontrolled: tuple[Panel, ...]
    findings: tuple[Finding, ...]
    icons: tuple[IconPair, ...]
    harms: tuple[HarmLine, ...]
    regulation: tuple[RuleLine, ...]
    guidelines: tuple[GuidelineLine, ...]
    guidelines_conflict: bool
    sureness: Sureness
    claims: tuple[ClaimCheck, ...]
    awaited: tuple[Awaited, ...]
    studies: tuple[StudyLine, ...]
    left_out: tuple[LeftOut, ...]
    withheld: Figure | None
    digest: str
    conclusion: Conclusion

    @property
    def versus(self) -> Quote | None:
        """What the deciding result compares with; None where there is none."""
        return next((piece for piece in self.short.pieces if isinstance(piece, Quote)), None)


def answer(library: Library, name: str, *, signed: Iterable[SignedConclusion] = ()) -> Answer:
    """Answer the option of that name from the records. Raises UnknownOptionError."""
    option = library.option(name)
    main = library.result(option.main)[1] if option.main else None
    reading = reading_of(library, main, option.id)
    controlled, uncontrolled = controlled_panels(library, option), uncontrolled_panels(library, option)
    icons, sureness = icon_pairs(library, option), sureness_of(library, option)
    claims = tuple(check_claim(library, claim) for claim in library.claims_of(option.id))
    words = paragraph(
        library,
        option,
        reading=reading,
        controlled=controlled,
        uncontrolled=uncontrolled,
        icons=icons,
        sureness=sureness,
    )
    short = short_answer(library, option, reading)
    said = (reading, short, words, sureness)
    guidelines = guideline_lines(library, option)
    found = Answer(
        option=option,
        reading=reading,
        short=short,
        paragraph=words,
        procedure=tuple(step.quote for step in option.procedure if step.origin.may_be_shown),
        controlled=controlled,
        uncontrolled=uncontrolled,
        findings=summary_of_findings(library, option),
        icons=icons,
        harms=harm_lines(library, option),
        regulation=rule_lines(library, option),
        guidelines=guidelines,
        guidelines_conflict=guidelines_conflict(guidelines),
        sureness=sureness,
        claims=claims,
        awaited=awaited_of(library, option),
        studies=study_lines(library, option),
        left_out=left_out_of(library, option),
        withheld=withheld_of(library, option),
        digest="",
        conclusion=conclude(said, digest="", signed=None),
    )
    digest = digest_of(_signable(found))
    conclusion = conclude(said, digest=digest, signed=latest_about(option.id, signed))
    return replace(found, digest=digest, conclusion=conclusion)


NOT_SIGNED = ("option", "withheld", "digest", "conclusion")
"""Fields that a signature does not rest on as they stand: the option is signed by its words, and what is withheld from
everybody, such as a draft, disturbs no signature."""


def _signable(found: Answer) -> dict[str, Any]:
    """Everything that a page shows: the conclusion, its certainty with the steps, harms, numbers, rules, studies."""
    names = (field.name for field in fields(found) if field.name not in NOT_SIGNED)
    return {
        "option": words_of_option(found.option),
        **{name: as_shown(getattr(found, name)) for name in names},
    }
