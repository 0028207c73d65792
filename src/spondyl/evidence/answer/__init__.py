"""Answers: everything the library says of an option, and all options by one yardstick."""

from spondyl.evidence.answer.answer import Answer, answer
from spondyl.evidence.answer.claims import ClaimCheck, ClauseCheck, Verdict, check_claim, verdict_on
from spondyl.evidence.answer.compare import Comparison, OptionLine, OptionPanel, compare
from spondyl.evidence.answer.conclusion import (
    Conclusion,
    ReviewState,
    SignatureInvalidError,
    SignedConclusion,
    latest_about,
    mark_of,
)
from spondyl.evidence.answer.findings import Finding
from spondyl.evidence.answer.icons import IconPair, People
from spondyl.evidence.answer.lists import Awaited, GuidelineLine, HarmLine, LeftOut, RuleLine, StudyLine
from spondyl.evidence.answer.panels import Panel
from spondyl.evidence.answer.reading import Reading
from spondyl.evidence.answer.rows import Row
from spondyl.evidence.answer.scales import Axis
from spondyl.evidence.answer.sureness import Published, Sureness

__all__ = [
    "Answer",
    "Awaited",
    "Axis",
    "ClaimCheck",
    "ClauseCheck",
    "Comparison",
    "Conclusion",
    "Finding",
    "GuidelineLine",
    "HarmLine",
    "IconPair",
    "LeftOut",
    "OptionLine",
    "OptionPanel",
    "Panel",
    "People",
    "Published",
    "Reading",
    "ReviewState",
    "Row",
    "RuleLine",
    "SignatureInvalidError",
    "SignedConclusion",
    "StudyLine",
    "Sureness",
    "Verdict",
    "answer",
    "check_claim",
    "compare",
    "latest_about",
    "mark_of",
    "verdict_on",
]
