"""How soon somebody must act on an answer: by the screening's own question behind it."""

from spondyl.assessment.intake.item import Marks
from spondyl.assessment.intake.safety_groups import STANDS_FOR
from spondyl.assessment.screening import CONTRAINDICATIONS, RED_FLAGS, Question, Urgency

_CONTRAINDICATION = {question.key: question for question in CONTRAINDICATIONS}
_RED_FLAG = {question.key: question for question in RED_FLAGS}
TICK_BEHIND = {"acute_fracture": ("conditions", "broken_bone")}
"""Key of a contraindication to an item and the tick in it that leaves it open: a broken bone may be old, or not."""
ASKED = (*RED_FLAGS, *(_CONTRAINDICATION[key] for key in (*STANDS_FOR.values(), *TICK_BEHIND)))
"""Every question of the screening that the patient's answers bear on."""
ITEM_BEHIND = (
    {question.key: question.key for question in RED_FLAGS}
    | {question: item for item, question in STANDS_FOR.items()}
    | {question: item for question, (item, _) in TICK_BEHIND.items()}
)
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


def is_said(key: str, marks: Marks) -> bool:
    """Whether these marks say what a question of the screening asks for, or leave it open by a tick."""
    return marks == ("yes",) or any(key == item and tick in marks for item, tick in TICK_BEHIND.values())


def saying(key: str, marks: Marks) -> Marks:
    """The marks of an item changed so that :func:`is_said` holds: yes, or its tick beside the others."""
    ticks = tuple(tick for item, tick in TICK_BEHIND.values() if item == key)
    return (*marks, *ticks) if ticks else ("yes",)


def calls_for_today(key: str, marks: Marks) -> bool:
    """Whether these marks mean that somebody must act now or today."""
    return marks == ("yes",) and urgency_of_yes(key) in SOON
