"""Intake: what a patient tells before the visit, screen by screen, and what follows from it."""

from spondyl.assessment.intake.body_map import BODY_REGIONS, REGION_OF, BodyRegion
from spondyl.assessment.intake.danger import (
    ITEM_BEHIND,
    is_said,
    question_behind,
    saying,
    urgency_of_yes,
)
from spondyl.assessment.intake.intake import (
    FOLLOW_UP,
    GROUPS,
    INTAKE,
    ITEMS,
    Intake,
    answered,
    finished,
    follow_up,
    item_of,
)
from spondyl.assessment.intake.intake_json import intake_from_json, intake_to_json
from spondyl.assessment.intake.item import Group, IntakeAnswerRefused, Item, ItemKind, Marks, Option
from spondyl.assessment.intake.safety_groups import STANDS_FOR
from spondyl.assessment.intake.stop import (
    STOP_MESSAGES,
    Stop,
    StopMessage,
    flags_said,
    items_said,
    message_for,
    messages_of,
    open_flags,
    screen_of,
    stop_of,
    stop_said,
    worst_stop,
)
from spondyl.assessment.intake.summary import CAUTIONS, IntakeSummary, scores_of, summarise_intake
from spondyl.assessment.intake.two_languages import InBoth, PatientLanguage

__all__ = [
    "BODY_REGIONS",
    "CAUTIONS",
    "FOLLOW_UP",
    "GROUPS",
    "INTAKE",
    "ITEMS",
    "ITEM_BEHIND",
    "REGION_OF",
    "STANDS_FOR",
    "STOP_MESSAGES",
    "BodyRegion",
    "Group",
    "InBoth",
    "Intake",
    "IntakeAnswerRefused",
    "IntakeSummary",
    "Item",
    "ItemKind",
    "Marks",
    "Option",
    "PatientLanguage",
    "Stop",
    "StopMessage",
    "answered",
    "finished",
    "flags_said",
    "follow_up",
    "intake_from_json",
    "intake_to_json",
    "is_said",
    "item_of",
    "items_said",
    "message_for",
    "messages_of",
    "open_flags",
    "question_behind",
    "saying",
    "scores_of",
    "screen_of",
    "stop_of",
    "stop_said",
    "summarise_intake",
    "urgency_of_yes",
    "worst_stop",
]
