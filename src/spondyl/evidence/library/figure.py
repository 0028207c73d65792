"""What an answer is made of: numbers and quotations that know their origin, and plain words without digits."""

import math
import re
from dataclasses import dataclass

from spondyl.evidence.library.errors import UnverifiedValueError
from spondyl.evidence.library.origin import Origin
from spondyl.true_minus import true_minus


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that a person may see, with its 95 % interval where there is one.

    ``unit`` follows the number as it is (``" %"``, ``" months"``); ``decimals`` is how many are printed.
    Raises UnverifiedValueError when its origin may not be shown.
    """

    value: float
    origin: Origin
    unit: str = ""
    decimals: int = 1
    interval_95: tuple[float, float] | None = None
    signed: bool = False

    def __post_init__(self) -> None:
        _refuse_unverified(self.origin)
        numbers = (self.value, *(self.interval_95 or ()))
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.origin.key} holds a number that is not finite: {numbers}.")
        if self.interval_95 and not self.interval_95[0] <= self.value <= self.interval_95[1]:
            raise ValueError(f"{self.origin.key}: {self.value} lies outside its interval {self.interval_95}.")

    @property
    def text(self) -> str:
        """``53.5 % (37.7 to 68.8)``: a true minus sign, and never ``−0``."""
        shown = self.number(self.value) + self.unit
        if self.interval_95 is None:
            return shown
        low, high = (self.number(bound) for bound in self.interval_95)
        return f"{shown} ({low} to {high})"

    def number(self, value: float) -> str:
        """A number with this figure's decimals and sign."""
        rounded = round(value, self.decimals) + 0.0
        sign = "+" if self.signed else ""
        return true_minus(f"{rounded:{sign}.{self.decimals}f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words from a record: a name, a rule, a finding. Raises UnverifiedValueError when they may not be shown."""

    text: str
    origin: Origin

    def __post_init__(self) -> None:
        _refuse_unverified(self.origin)


Piece = str | Figure | Quote


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence or paragraph: plain words, figures and quotations in order.

    Plain words hold no digit, so that every number shown has an origin; "a hundred" and the like are words.
    """

    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        for piece in self.pieces:
            if isinstance(piece, str) and re.search(r"\d", piece):
                raise ValueError(f"Plain words hold a digit: {piece!r}. Make the number a Figure or a Quote.")

    @property
    def text(self) -> str:
        """The words and numbers as one string."""
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The origin of every figure and quotation, in order."""
        return tuple(piece.origin for piece in self.pieces if not isinstance(piece, str))

    def __bool__(self) -> bool:
        return bool(self.pieces)


def prose(*pieces: Piece) -> Prose:
    """A paragraph of the pieces."""
    return Prose(pieces)


def _refuse_unverified(origin: Origin) -> None:
    if not origin.may_be_shown:
        raise UnverifiedValueError(
            what=f"The value {origin.key} is tagged '{origin.tag.value}'.",
            why="Recalled and unknown values are shown to nobody.",
            do="Read the source, then set its tag to 'read' with who verified it and when.",
        )
