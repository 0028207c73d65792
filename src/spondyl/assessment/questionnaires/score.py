"""What a questionnaire is and what its score says: value, scale, direction, how much was answered, and the source."""

from dataclasses import dataclass
from enum import Enum

from spondyl.assessment.refused import Refused
from spondyl.provenance import Provenance


class Direction(Enum):
    """Which end of the scale is the bad one."""

    HIGHER_IS_WORSE = "higher_is_worse"
    HIGHER_IS_BETTER = "higher_is_better"


class ScoreRefused(Refused):
    """Answers that cannot be scored. ``what`` is wrong, ``why``, and what to ``do`` next, each a plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of scores with its name; ``upper`` belongs to it."""

    name: str
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire: its scale, its rules in words, and where each was read.

    ``items`` are the codes that answers are given by. ``wording`` holds the published sentences where they may be
    shipped, in the order of ``items``; elsewhere it is empty and the clinic uses its own licensed form.
    """

    code: str
    name: str
    unit: str
    lowest: float
    highest: float
    direction: Direction
    items: tuple[str, ...]
    answers: str
    definition: str
    missing_rule: str
    source: str
    licence: str
    wording: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    is_outcome: bool = True
    is_whole: bool = False
    """Whether one person's score is always a whole number; a mean of several is not."""

    def __post_init__(self) -> None:
        if self.wording and len(self.wording) != len(self.items):
            raise ValueError(f"{self.name} has {len(self.items)} items but {len(self.wording)} sentences.")

    def band_of(self, value: float) -> str | None:
        """The name of the band that holds the value, or None where no bands are published."""
        return next((band.name for band in self.bands if value <= band.upper), None)

    def check(self, value: float) -> float:
        """The value when it lies on the scale; a score outside it is refused by name."""
        if self.lowest <= value <= self.highest:
            return value
        raise ScoreRefused(
            what=f"{self.name}: {value:g} is not on its scale.",
            why=f"The scale runs from {self.lowest:g} to {self.highest:g}.",
            do="Correct the value, or name the questionnaire that it came from.",
        )

    def check_given(self, value: float) -> float:
        """The value as one person can have given it: on the scale, and whole where nothing between is possible."""
        if self.is_whole and self.check(value) % 1:
            raise ScoreRefused(
                what=f"{self.name}: {value:g} is not a score of it.",
                why="It is always a whole number.",
                do="Look at the form again, and write its number.",
            )
        return self.check(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One scored questionnaire. ``unanswered`` names the items without an answer, ``parts`` the published subscores."""

    instrument: Instrument
    value: float
    answered: int
    provenance: Provenance
    unanswered: tuple[str, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    group: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.instrument.check(self.value)

    @property
    def asked(self) -> int:
        """How many items the questionnaire has."""
        return len(self.instrument.items)
