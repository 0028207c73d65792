"""What is not a study: harms, regulation, guideline rules, constants of presentation, and the claim to check."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from spondyl.evidence.library.effect import Effect, Measure, Outcome
from spondyl.evidence.library.errors import RecordInvalidError
from spondyl.evidence.library.origin import Origin


class Seriousness(Enum):
    """How bad a harm is."""

    SERIOUS = "serious"
    OTHER = "other"


class Counted(Enum):
    """What the number of a harm counts: one person may have several events."""

    PEOPLE = "people"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """One harm of one option, or the statement that none was read."""

    id: Annotated[str, "Stable name: the file's name"]
    options: Annotated[tuple[str, ...], "Of which options"]
    event: Annotated[str, "What happens to a person"]
    seriousness: Annotated[Seriousness, "Serious or other"]
    events: Annotated[int | None, "People harmed, or events where ``counted`` says so"] = None
    counted: Annotated[Counted, "Whether people or events were counted"] = Counted.PEOPLE
    n: Annotated[int | None, "People treated"] = None
    percent: Annotated[float | None, "People harmed of a hundred, as a review pooled them"] = None
    percent_low: Annotated[float | None, "Lower end of its 95 % interval"] = None
    percent_high: Annotated[float | None, "Upper end of its 95 % interval"] = None
    effect: Annotated[Effect | None, "How much more often than without: a risk ratio"] = None
    how_often: Annotated[str, "How often, in words; says so when unknown"]
    note: Annotated[str, "What a reader must know"] = ""
    origin: Origin

    def __post_init__(self) -> None:
        if self.events is not None and not self._can_be_counted(self.events):
            raise RecordInvalidError(
                what=f"The harm {self.id} counts {self.events} of {self.n} people.",
                why="People harmed are some of the people treated; one person may have several events.",
                do="Count the people and give how many were treated; of events say counted = 'events'.",
            )
        ends = (self.percent_low, self.percent, self.percent_high)
        numbers = [end for end in ends if end is not None]
        if numbers and (len(numbers) < len(ends) or [0.0, *numbers, 100.0] != sorted([0.0, *numbers, 100.0])):
            raise RecordInvalidError(
                what=f"The harm {self.id} has percent, low and high {ends}.",
                why="A pooled share of people lies between the ends of its interval, and all three within 0 and 100.",
                do="Give all three, as the source prints them, or say in how_often that no interval was read.",
            )
        if self.effect is not None and self.effect.measure is not Measure.RISK_RATIO:
            raise RecordInvalidError(
                what=f"The harm {self.id} has the effect {self.effect.measure.value!r}.",
                why="It is read as 'times as often', and of the measures only a risk ratio says that: an odds ratio is "
                "farther from one.",
                do="Give the risk ratio, or the counts; leave another measure in the study's results.",
            )

    def _can_be_counted(self, events: int) -> bool:
        if self.n is None or events < 0:
            return False
        return events <= self.n if self.counted is Counted.PEOPLE else self.n > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulationRule:
    """One rule or position of a regulator."""

    id: Annotated[str, "Stable name: the file's name"]
    options: Annotated[tuple[str, ...], "Which options it touches"]
    jurisdiction: Annotated[str, "Where it holds"]
    title: Annotated[str, "The rule's name"]
    text: Annotated[str, "What it says"]
    headline: Annotated[bool, "True when it belongs into the one-paragraph answer"] = False
    order: Annotated[int, "Place in the list"] = 100
    origin: Origin


class Direction(Enum):
    """What a guideline says of an option."""

    FOR = "offer"
    CONDITIONAL = "only under conditions"
    AGAINST = "do not offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineRule:
    """One recommendation of one guideline."""

    id: Annotated[str, "Stable name: the file's name"]
    guideline: Annotated[str, "ACP 2017, NICE NG59, BMJ 2025"]
    options: Annotated[tuple[str, ...], "Which options it touches; empty for general advice"]
    direction: Annotated[Direction, "For, conditional, against"]
    strength: Annotated[str, "As the guideline states it"]
    applies_to: Annotated[str, "Which people"]
    text: Annotated[str, "What it says"]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number of the method, not of a study: the minimal important change of a scale, a certainty's start."""

    id: Annotated[str, "Stable name: the file's name"]
    name: Annotated[str, "What it is"]
    value: Annotated[float, "The number"]
    unit: Annotated[str, "Its unit"] = ""
    text: Annotated[str, "What it means and does not mean"]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One checkable part of a claim: 'less than this share of people had that outcome at that time'."""

    id: Annotated[str, "Name within the claim"]
    text: Annotated[str, "The clause as claimed"]
    outcome: Annotated[Outcome, "What was measured"]
    months: Annotated[float, "When"]
    less_than_numerator: Annotated[int, "1 of 'one half'"]
    less_than_denominator: Annotated[int, "2 of 'one half'"]
    study: Annotated[str, "The review whose counts decide"]
    origin: Origin

    @property
    def threshold(self) -> float:
        """The share that the claim says is not reached."""
        return self.less_than_numerator / self.less_than_denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence in circulation, taken apart into clauses that numbers can decide."""

    id: Annotated[str, "Stable name: the file's name"]
    options: Annotated[tuple[str, ...], "About which options"]
    text: Annotated[str, "The claim as it circulates"]
    clauses: Annotated[tuple[Clause, ...], "Its parts"]
    origin: Origin
