"""The decision aid for a patient: plain words, icon arrays, values, and the check against the IPDAS criteria."""

from spondyl.evidence.aid.content import AidContent, AidNotPossibleError, aid_content
from spondyl.evidence.aid.glance import GlanceRow, every_choice
from spondyl.evidence.aid.reading_ease import Language, ReadingCounts, counts_of, reading_counts
from spondyl.evidence.aid.said import Said
from spondyl.evidence.aid.words import Words, words_of

__all__ = [
    "AidContent",
    "AidNotPossibleError",
    "GlanceRow",
    "Language",
    "ReadingCounts",
    "Said",
    "Words",
    "aid_content",
    "counts_of",
    "every_choice",
    "reading_counts",
    "words_of",
]
