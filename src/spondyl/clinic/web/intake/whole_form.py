"""The whole form at once, as a browser without scripts sends it."""

import re
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from spondyl.assessment.intake import (
    Intake,
    IntakeAnswerRefused,
    Item,
    Marks,
    answered,
    finished,
    open_questions,
    ticked,
)
from spondyl.clinic.care.intake_record import PATIENT, keep, opened, opened_to_change
from spondyl.clinic.chart.transaction import write
from spondyl.clinic.web.intake.words import words_in
from spondyl.clinic.web.patient_link import LINK_LASTS
from spondyl.clinic.web.services import Services

SentForm = Mapping[str, tuple[str, ...]]


def keep_form(services: Services, document_id: str, sent: SentForm) -> str:
    """Keep what was changed on the page since it was opened; what to tell the patient."""
    opened_at = _moment(sent.get("opened_at", ())) or services.clock() - LINK_LASTS
    version = _version(sent.get("version", ()))

    def work(connection: sa.Connection) -> Intake:
        stored = opened_to_change(connection, document_id)
        is_known = 0 < version <= stored.version
        shown = opened(connection, document_id, version=version).intake if is_known else Intake()
        intake = _with_form(stored.intake, sent, shown=shown)
        return keep(connection, stored, intake, actor=PATIENT, opened_at=opened_at).intake

    return _told(write(services.engine, work))


def _moment(sent: tuple[str, ...]) -> datetime | None:
    """When the page was opened; None where it does not say so."""
    try:
        moment = datetime.fromisoformat(sent[0])
    except (IndexError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _version(sent: tuple[str, ...]) -> int:
    """The version that the page showed; 0 where it does not say so."""
    return int(sent[0]) if sent and re.fullmatch("[0-9]{1,6}", sent[0]) else 0


def _with_form(intake: Intake, sent: SentForm, *, shown: Intake) -> Intake:
    """The form with what was changed on a page that showed ``shown``: the rest of the page is no answer of now."""
    for group in intake.groups:
        for item in group.items:
            try:
                intake = _with_item(intake, item, sent.get(item.key, ()), shown.of(item.key))
            except IntakeAnswerRefused:
                continue  # a browser without scripts shows the question again, unanswered
    return _with_screens(intake, is_all="all" in sent)


def _with_screens(intake: Intake, *, is_all: bool) -> Intake:
    """The form with its screens finished that are.

    Nothing shows of a screen without a question that must be answered that anybody read it: no tick on Roland-Morris
    means none of its sentences only when the patient says that this is ``is_all``, and left no question open.
    """
    is_all = is_all and not open_questions(intake, *intake.groups)
    for group in intake.groups:
        asks = any(item.is_required for item in group.items)
        if is_all or (asks and not open_questions(intake, group)):
            intake = finished(intake, group.key)
    return intake


def _told(intake: Intake) -> str:
    words = words_in(intake.language)
    missing = open_questions(intake, *intake.groups)
    if missing:
        first = missing[0].text.in_(intake.language)
        return words["saved_open"].format(count=len(missing), question=first)
    return words["saved_part"] if intake.next_group else words["saved_whole"]


def _with_item(intake: Intake, item: Item, marks: Marks, shown: Marks) -> Intake:
    if item.takes_many:
        added = tuple(mark for mark in marks if mark not in shown)
        removed = tuple(mark for mark in shown if mark not in marks)
        return ticked(intake, item.key, added=added, removed=removed)
    return answered(intake, item.key, marks) if marks and marks != (shown or ("",)) else intake
