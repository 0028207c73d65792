"""A text in the two languages that a patient may choose."""

from dataclasses import dataclass
from enum import Enum


class PatientLanguage(Enum):
    """What the patient reads; staff read English."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True, slots=True)
class InBoth:
    """The same sentence in English and in Spanish; neither may be empty.

    The Spanish is written by the authors of this software, not by a certified translator.
    """

    en: str
    es: str

    def __post_init__(self) -> None:
        if not (self.en.strip() and self.es.strip()):
            raise ValueError(f"A text lacks a language: {self.en!r} / {self.es!r}. Write it in both.")

    def in_(self, language: PatientLanguage) -> str:
        """The sentence in that language."""
        return self.en if language is PatientLanguage.ENGLISH else self.es
