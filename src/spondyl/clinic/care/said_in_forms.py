"""What the patient said yes to in the forms, for the questions that a clinician answers again before a session."""

from collections.abc import Iterable

import sqlalchemy as sa

from spondyl.assessment.intake import ITEM_BEHIND, TICK_BEHIND, Intake, is_said
from spondyl.assessment.screening import Question
from spondyl.booking import wall_at
from spondyl.clinic.care.flag_review import reviews_of
from spondyl.clinic.care.intake_record import every
from spondyl.clinic.chart.accounts import display_names
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.report.day_text import day_text


def said_in_forms(connection: sa.Connection, person_id: str, questions: Iterable[Question]) -> dict[str, str]:
    """Key of a question to a sentence: when the patient said yes, and who let it pass with which words.

    The newest form that has the answer counts. That a clinician let a flag pass says that it need not hold the visit,
    not that the answer was wrong.
    """
    forms, zone = every(connection, person_id), clinic_zone(connection)
    looks, names = reviews_of(connection, person_id), display_names(connection)
    found: dict[str, str] = {}
    for key in (one.key for one in questions if one.key in ITEM_BEHIND):
        form = next((one for one in forms if _answers(one.intake, key)), None)
        if form is None or not _says_yes(form.intake, key):
            continue
        told = f"The patient said yes in the intake of {day_text(wall_at(zone, form.saved_at))}"
        look = next((one for one in looks if ITEM_BEHIND[key] in one.cleared), None)
        found[key] = (
            f"{told}; {names.get(look.by, look.by)} weighed it: {look.reason}" if look else f"{told}."
        )
    return found


def _answers(intake: Intake, key: str) -> bool:
    item = ITEM_BEHIND[key]
    return bool(intake.of(item)) or item in intake.raised


def _says_yes(intake: Intake, key: str) -> bool:
    item = ITEM_BEHIND[key]
    return is_said(item, intake.of(item)) or (key not in TICK_BEHIND and item in intake.raised)
