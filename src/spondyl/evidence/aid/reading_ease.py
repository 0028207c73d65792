"""How easy a text reads: school grade in English, ease in Spanish.

Sources: Kincaid et al. 1975 (grade = 0.39 words/sentence + 11.8 syllables/word − 15.59); Flesch 1948; Fernández Huerta
1959 (206.84 − 60 syllables/word − 1.02 words/sentence); Szigriszt Pazos 1993 (206.835 − 62.3 syllables/word −
words/sentence) with the INFLESZ bands of Barrio Cantalejo 2008.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from spondyl.evidence.aid.syllables_en import english_syllables
from spondyl.evidence.aid.syllables_es import spanish_syllables


class Language(Enum):
    """The languages of the decision aid."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCounts:
    """What every formula is made of."""

    sentences: int
    words: int
    syllables: int

    @property
    def words_per_sentence(self) -> float:
        """Mean length of a sentence."""
        return self.words / self.sentences

    @property
    def syllables_per_word(self) -> float:
        """Mean length of a word."""
        return self.syllables / self.words

    @property
    def flesch_kincaid_grade(self) -> float:
        """The school year (United States) that reads it: 8 is age 13 to 14. English only."""
        return 0.39 * self.words_per_sentence + 11.8 * self.syllables_per_word - 15.59

    @property
    def flesch_ease(self) -> float:
        """0 to 100, higher is easier; 60 to 70 is plain English. English only."""
        return 206.835 - 1.015 * self.words_per_sentence - 84.6 * self.syllables_per_word

    @property
    def fernandez_huerta(self) -> float:
        """0 to 100, higher is easier; 60 to 70 is normal. Spanish only."""
        return 206.84 - 60.0 * self.syllables_per_word - 1.02 * self.words_per_sentence

    @property
    def inflesz(self) -> float:
        """0 to 100; 55 to 65 is normal, 65 to 80 rather easy (INFLESZ bands). Spanish only."""
        return 206.835 - 62.3 * self.syllables_per_word - self.words_per_sentence


SYLLABLES: dict[Language, Callable[[str], int]] = {
    Language.ENGLISH: english_syllables,
    Language.SPANISH: spanish_syllables,
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_END = re.compile(r"[.!?…]+[\"”»)]*(?:\s|$)|\n+")


def reading_counts(text: str, language: Language) -> ReadingCounts:
    """Sentences, words and syllables. A line break ends a sentence; a hyphen parts words; a number is as said.

    Raises ValueError for a text without a word.
    """
    words = _WORD.findall(text)
    if not words:
        raise ValueError("The text holds no word, so it has no reading grade.")
    sentences = sum(1 for part in _END.split(text) if _WORD.search(part))
    count = SYLLABLES[language]
    return ReadingCounts(
        sentences=max(1, sentences), words=len(words), syllables=sum(count(word) for word in words)
    )


def counts_of(texts: Iterable[str], language: Language) -> ReadingCounts:
    """The counts of several passages together, each ended as a sentence."""
    return reading_counts("\n".join(texts), language)
