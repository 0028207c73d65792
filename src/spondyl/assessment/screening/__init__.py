"""What must be known before a spine is treated: red flags and contraindications. An unknown answer blocks."""

from spondyl.assessment.screening.contraindications import CONTRAINDICATIONS
from spondyl.assessment.screening.question import Answer, Kind, Question, Urgency
from spondyl.assessment.screening.red_flags import RED_FLAGS
from spondyl.assessment.screening.screen import Flag, Screen, Verdict, screen_answers
from spondyl.assessment.screening.screen_text import (
    QUESTION_SETS,
    ScreenAnswers,
    questions_of,
    screen_answers_from_csv,
    screen_answers_from_json,
)

__all__ = [
    "CONTRAINDICATIONS",
    "QUESTION_SETS",
    "RED_FLAGS",
    "Answer",
    "Flag",
    "Kind",
    "Question",
    "Screen",
    "ScreenAnswers",
    "Urgency",
    "Verdict",
    "questions_of",
    "screen_answers",
    "screen_answers_from_csv",
    "screen_answers_from_json",
]
