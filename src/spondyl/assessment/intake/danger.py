"""How soon somebody must act on an answer: by the screening's own question behind it."""

from spondyl.assessment.intake.item import Marks
from spondyl.assessment.intake.safety_groups import STANDS_FOR
from spondyl.assessment.screening import CONTRAINDICATIONS, RED_FLAGS, Question, Urgency

_CONTRAINDICATION = {question.key: question for question in CONTRAINDICATIONS}
_RED_FLAG = {question.key: question for question in RED_FLAGS}
ASKED = (*RED_FLAGS, *(_CONTRAINDICATION[key] for key in STANDS_FOR.values()))
"""Every question of the screening that the patient's answers bear on."""
ITEM_BEHIND = {question.key: question.key for question in RED_FLAGS} | {
    question: item for item, question in STANDS_FOR.items()
}
"""Key of a question of the screening to the key of the intake's item."""
SOON = (Urgency.EMERGENCY_NOW, Urgency.SAME_DAY)
_MORE_URGENT = {"getting_weaker": Urgency.SAME_DAY}
"""A patient who says that weakness grows from day to day is seen today; the clinician's list asks before treatment."""


def question_behind(key: str) -> Question | None:
    """The question of the screening behind an item of the intake, or None."""
    return _RED_FLAG.get(key) or _CONTRAINDICATION.get(STANDS_FOR.get(key, ""))


def urgency_of_yes(key: str) -> Urgency | None:
    """How soon somebody must act when the item is answered with yes; None where it asks for nothing."""
    question = question_behind(key)
    return None if question is None else _MORE_URGENT.get(key, question.urgency)


def is_emergency_answer(key: str, marks: Marks) -> bool:
    """Whether these marks mean emergency care now."""
    return marks == ("yes",) and urgency_of_yes(key) is Urgency.EMERGENCY_NOW
