"""The structured examination: one click a normal group, exceptions typed, nothing normal that was not examined."""

from spondyl.assessment.exam.alerts import ExamAlert, exam_alerts
from spondyl.assessment.exam.definition import EXAM, GROUPS, TESTS, ExamGroup, ExamTest, Means, Side, Value
from spondyl.assessment.exam.exam import Deviation, Exam, ExamRefused, exam_lines
from spondyl.assessment.exam.exam_json import exam_from_json, exam_to_json
from spondyl.assessment.exam.in_force import exam_in_force, exam_with_signs
from spondyl.assessment.exam.power import power_before

__all__ = [
    "EXAM",
    "GROUPS",
    "TESTS",
    "Deviation",
    "Exam",
    "ExamAlert",
    "ExamGroup",
    "ExamRefused",
    "ExamTest",
    "Means",
    "Side",
    "Value",
    "exam_alerts",
    "exam_from_json",
    "exam_in_force",
    "exam_lines",
    "exam_to_json",
    "exam_with_signs",
    "power_before",
]
