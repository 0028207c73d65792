"""Questionnaires that a patient fills in: from answers to a score, by the published rule of each."""

from spondyl.assessment.questionnaires.answer_sheet import Answer, AnswerSheet
from spondyl.assessment.questionnaires.answer_text import (
    AnswerTextError,
    answer_sheets_from_csv,
    answer_sheets_from_json,
)
from spondyl.assessment.questionnaires.important_change import (
    IMPORTANT_CHANGES,
    ChangeJudgement,
    ImportantChange,
    important_change_of,
    judge_change,
)
from spondyl.assessment.questionnaires.instruments import INSTRUMENTS, instrument_of, score_answers
from spondyl.assessment.questionnaires.score import Direction, Instrument, Score, ScoreRefused
from spondyl.assessment.questionnaires.scored_sheet import ScoredSheet, score_sheets

__all__ = [
    "IMPORTANT_CHANGES",
    "INSTRUMENTS",
    "Answer",
    "AnswerSheet",
    "AnswerTextError",
    "ChangeJudgement",
    "Direction",
    "ImportantChange",
    "Instrument",
    "Score",
    "ScoreRefused",
    "ScoredSheet",
    "answer_sheets_from_csv",
    "answer_sheets_from_json",
    "important_change_of",
    "instrument_of",
    "judge_change",
    "score_answers",
    "score_sheets",
]
