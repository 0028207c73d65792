"""Options for one patient: filtered by flags, cautions and wishes, ranked by one stated rule for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from spondyl.assessment.intake import Stop
from spondyl.evidence.answer import GuidelineLine, OptionLine, Reading
from spondyl.evidence.certainty import Level
from spondyl.evidence.library import Direction
from spondyl.treatment.plan.cautions import CAUTIONS
from spondyl.treatment.plan.option_kind import OptionKind, kind_of
from spondyl.treatment.plan.situation import Situation

RANKING_RULE = (
    "First what may be had now, on a guideline's condition where it says so; then what must be asked first because of "
    "an answer of this patient; then what a guideline keeps for when other care has failed, or for a trial; then what "
    "guidelines advise against; then what the patient does not want; last what must wait.",
    "Then what guidelines offer for this duration of pain, before what they allow under conditions or do not mention.",
    "Then the effect in controlled trials: as much as one person would notice, then smaller or of unknown size, then "
    "not shown, then unknown, then worse. A benefit of very low certainty counts as not shown.",
    "Then the certainty, and last the less invasive before the more invasive. Trials of pain of another duration than "
    "this patient's count a step less certain.",
    "Who sells an option does not enter the rule: the clinic's own treatments stand where the rule puts them.",
)
"""Shown with every ranking."""
LAST_RESORT = {
    "acp-chronic-opioids": "last, when all else has failed",
    "nice-radiofrequency": "only when non-surgical care has failed",
    "nice-surgery": "only inside a randomised trial",
}
"""Guideline records (docs/reference/evidence-records.md) that keep an option for the end, with their words."""


class Standing(Enum):
    """Whether an option may be had, the freest first."""

    OPEN = "open"
    ON_CONDITION = "on a condition"
    ASK_FIRST = "ask first"
    LAST_RESORT = "last resort"
    ADVISED_AGAINST = "advised against"
    NOT_WANTED = "not wanted"
    NOT_NOW = "not now"

    @property
    def bucket(self) -> int:
        """The part of the list: what is open and what is open on a condition stand together."""
        return max(0, list(Standing).index(self) - 1)


class GuidelinesSay(Enum):
    """What the guidelines that fit the patient say together, the most favourable first."""

    OFFER = "offer"
    MIXED_OR_SILENT = "under conditions, mixed or silent"
    AGAINST = "do not offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedOption:
    """One option in its place. ``reasons`` say why it is not simply open, or that its trials were of other
    people (``is_indirect``), each a sentence.
    """

    place: int
    line: OptionLine
    kind: OptionKind
    standing: Standing
    reasons: tuple[str, ...]
    guidelines: tuple[GuidelineLine, ...]
    guidelines_say: GuidelinesSay
    is_indirect: bool


def rank_options(lines: Iterable[OptionLine], situation: Situation) -> tuple[RankedOption, ...]:
    """Every option in the order of :data:`RANKING_RULE`; ``lines`` stand from least to most invasive.

    Nothing is left out: an option that is not open stays on the list with its reason.
    """
    weighed = [_weighed(line, situation) for line in lines]
    order = sorted(range(len(weighed)), key=lambda place: (*_key(weighed[place]), place))
    return tuple(replace(weighed[index], place=place) for place, index in enumerate(order, start=1))


def _weighed(line: OptionLine, situation: Situation) -> RankedOption:
    kind = kind_of(line.id)
    guidelines = tuple(one for one in line.guidelines if counts_for(one, situation.is_chronic))
    say, of_others = _say(guidelines), _duration_reasons(line, situation)
    found = [
        *_flag_reasons(kind, situation),
        *_wish_reasons(kind, situation),
        *_guideline_reasons(guidelines, say),
        *_caution_reasons(line.id, kind, situation),
        *of_others,
    ]
    return RankedOption(
        place=0,
        line=line,
        kind=kind,
        standing=max((standing for standing, _ in found), key=list(Standing).index, default=Standing.OPEN),
        reasons=tuple(reason for _, reason in found),
        guidelines=guidelines,
        guidelines_say=say,
        is_indirect=bool(of_others),
    )


def lasts_long(condition: str) -> bool | None:
    """Whether the people that a record names have long-lasting pain; None where it does not say."""
    if "chronic" in condition:
        return True
    return False if "acute" in condition or "within 12 weeks" in condition else None


def counts_for(guideline: GuidelineLine, is_chronic: bool | None) -> bool:
    """Whether a recommendation counts for this patient's duration.

    An offer counts for the duration it was made for. A condition or a warning counts for everybody: that nobody
    warned of something in acute pain does not make it open.
    """
    about = lasts_long(guideline.applies_to.text)
    if guideline.direction is not Direction.FOR or None in (is_chronic, about):
        return True
    return about is is_chronic


def _say(guidelines: tuple[GuidelineLine, ...]) -> GuidelinesSay:
    directions = {one.direction for one in guidelines}
    if directions and directions <= {Direction.AGAINST}:
        return GuidelinesSay.AGAINST
    if Direction.FOR in directions and Direction.AGAINST not in directions:
        return GuidelinesSay.OFFER
    return GuidelinesSay.MIXED_OR_SILENT


def _flag_reasons(kind: OptionKind, situation: Situation) -> list[tuple[Standing, str]]:
    if situation.stop is Stop.EVERYTHING:
        return [
            (Standing.NOT_NOW, "A red flag comes first: nothing is planned until a clinician has looked.")
        ]
    if kind is OptionKind.HANDS_ON and situation.held:
        return [(Standing.NOT_NOW, f"Not while this stands: {'; '.join(situation.held)}.")]
    if situation.stop is Stop.TREATMENT:
        return [(Standing.ASK_FIRST, "A flag of the intake has not been weighed yet.")]
    return []


def _wish_reasons(kind: OptionKind, situation: Situation) -> list[tuple[Standing, str]]:
    if kind not in situation.not_wanted:
        return []
    return [(Standing.NOT_WANTED, f"The patient would rather not have {kind.words}.")]


def _guideline_reasons(
    guidelines: tuple[GuidelineLine, ...], say: GuidelinesSay
) -> list[tuple[Standing, str]]:
    if say is GuidelinesSay.AGAINST:
        said = "; ".join(f"{one.guideline.text}, {one.applies_to.text}" for one in guidelines)
        return [(Standing.ADVISED_AGAINST, f"Every guideline read about it says: do not offer ({said}).")]
    conditions = [one for one in guidelines if one.direction is Direction.CONDITIONAL]
    return [
        (
            Standing.LAST_RESORT if one.text.origin.record in LAST_RESORT else Standing.ON_CONDITION,
            f"{one.guideline.text}: {one.text.text}",
        )
        for one in conditions
    ]


def _caution_reasons(option: str, kind: OptionKind, situation: Situation) -> list[tuple[Standing, str]]:
    weighed = situation.weighed if kind is OptionKind.HANDS_ON else frozenset[str]()
    return [
        (Standing.ASK_FIRST, f"Ask first: {caution.about} (said, or not known).")
        for caution in CAUTIONS
        if caution.key in situation.cautions - weighed and caution.touches(option)
    ]


def _duration_reasons(line: OptionLine, situation: Situation) -> list[tuple[Standing, str]]:
    tried = lasts_long(line.tried_in.text) if line.tried_in else None
    if line.tried_in is None or None in (tried, situation.is_chronic) or tried is situation.is_chronic:
        return []
    lasted = "12 weeks or longer" if situation.is_chronic else "under 12 weeks"
    said = f"Tried in {line.tried_in.text}; this pain has lasted {lasted}, so it is less certain here."
    return [(Standing.OPEN, said)]


_EFFECT = {
    Reading.NOTICEABLE: 0,
    Reading.SMALL: 1,
    Reading.BETTER_SIZE_UNKNOWN: 1,
    Reading.NOT_SHOWN: 2,
    Reading.UNKNOWN: 3,
    Reading.WORSE: 4,
}


def _key(option: RankedOption) -> tuple[int, int, int, int]:
    effect, certainty = _EFFECT[option.line.conclusion.reading], option.line.conclusion.certainty
    steps = max(Level.VERY_LOW.steps, certainty.steps - option.is_indirect) if certainty else 0
    if steps <= Level.VERY_LOW.steps:
        effect = max(effect, _EFFECT[Reading.NOT_SHOWN])
    return (
        option.standing.bucket,
        list(GuidelinesSay).index(option.guidelines_say),
        effect,
        -steps,
    )
