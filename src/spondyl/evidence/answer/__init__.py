"""Answers: everything the library says of an option, and all options by one yardstick."""

from spondyl.evidence.answer.answer import Answer, answer
from spondyl.evidence.answer.claims import ClaimCheck, ClauseCheck, Verdict, check_claim, verdict_on
from spondyl.evidence.answer.compare import Comparison, OptionLine, OptionPanel, compare
from spondyl.evidence.answer.findings import Finding
from spondyl.evidence.answer.icons import IconPair, People
from spondyl.evidence.answer.lists import Awaited, GuidelineLine, HarmLine, LeftOut, RuleLine, StudyLine
from spondyl.evidence.answer.panels import Panel, Row
from spondyl.evidence.answer.reading import Reading
from spondyl.evidence.answer.scales import Axis
from spondyl.evidence.answer.sureness import Published, Sureness

__all__ = [
    "Answer",
    "Awaited",
    "Axis",
    "ClaimCheck",
    "ClauseCheck",
    "Comparison",
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
    "Row",
    "RuleLine",
    "StudyLine",
    "Sureness",
    "Verdict",
    "answer",
    "check_claim",
    "compare",
    "verdict_on",
]
