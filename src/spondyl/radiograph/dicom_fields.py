"""Reading single fields of a DICOM header that may be broken: a bad value gives None and a note, never a crash."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

MAX_TEXT = 200


@dataclass(slots=True, kw_only=True)
class Fields:
    """A header, and the notes on what was wrong with it."""

    dataset: Dataset
    notes: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        """Remember something that a reader of the film should know."""
        self.notes.append(text)

    def values(self, keyword: str) -> list[Any]:
        """All values of a field; empty when it is absent, empty or unreadable."""
        try:
            value = self.dataset.get(keyword)
            return [one for one in _listed(value) if one is not None and str(one) != ""]
        except Exception as error:  # pydicom raises anything at all on damaged fields
            self.note(f"{keyword} is damaged ({type(error).__name__}) and was not used.")
            return []

    def text(self, keyword: str) -> str | None:
        """A field as text without padding, None when it is absent."""
        values = self.values(keyword)
        text = "\\".join(str(value) for value in values).replace("\0", "").strip()[:MAX_TEXT]
        return text or None

    def word(self, keyword: str) -> str | None:
        """A field as upper-case text: a DICOM code string."""
        text = self.text(keyword)
        return text.upper() if text else None

    def numbers(self, keyword: str) -> list[float]:
        """All values as finite numbers; empty with a note when one of them is none."""
        values = self.values(keyword)
        try:
            numbers = [float(value) for value in values]
        except (TypeError, ValueError, OverflowError):
            numbers = [math.nan]
        if not all(math.isfinite(number) for number in numbers):
            self.note(f"{keyword} is not a number and was not used.")
            return []
        return numbers

    def number(self, keyword: str) -> float | None:
        """The first value as a finite number, or None."""
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def whole(self, keyword: str) -> int | None:
        """The first value as a whole number, or None."""
        number = self.number(keyword)
        return None if number is None or number != int(number) else int(number)

    def items(self, keyword: str) -> "list[Fields]":
        """The items of a sequence, sharing these notes."""
        return [
            Fields(dataset=item, notes=self.notes)
            for item in self.values(keyword)
            if isinstance(item, Dataset)
        ]


def _listed(value: object) -> Sequence[Any]:
    if value is None:
        return []
    if isinstance(value, MultiValue | list | tuple):
        return list(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return [value]
