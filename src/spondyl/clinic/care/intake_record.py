"""Intakes in the chart: one document a form, a version an answer, so that nothing is lost or overwritten."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.assessment.intake import (
    Intake,
    PatientLanguage,
    Stop,
    follow_up,
    intake_from_json,
    intake_to_json,
    stop_of,
)
from spondyl.clinic.care.cleared_flags import cleared_in
from spondyl.clinic.chart.documents import Document, load, newest_of_each, save
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.tables.column_types import new_id

KIND = "intake"
PATIENT = "patient by link"
"""How the audit log names whoever holds the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIntake:
    """An intake with where it is kept; ``saved_at`` is when the patient last answered, not when staff last looked."""

    document_id: str
    version: int
    person_id: str
    intake: Intake
    saved_at: datetime


def begin(connection: sa.Connection, person_id: str, *, actor: str, again: bool = False) -> StoredIntake:
    """Begin a form in the patient's language: the whole one, or ``again`` the short one before a review."""
    before = newest(connection, person_id)
    language = PatientLanguage(person(connection, person_id).details.language)
    empty = Intake(language=language)
    intake = follow_up(before.intake) if again and before is not None else empty
    document_id = new_id()
    return _save(connection, intake, document_id=document_id, person_id=person_id, after=0, actor=actor)


def keep(connection: sa.Connection, stored: StoredIntake, intake: Intake, *, actor: str) -> StoredIntake:
    """Save the next version; what did not change is not saved again.

    The caller has loaded ``stored`` with :func:`opened_to_change` in the same transaction.
    """
    if intake == stored.intake:
        return stored
    return _save(
        connection,
        intake,
        document_id=stored.document_id,
        person_id=stored.person_id,
        after=stored.version,
        actor=actor,
    )


def mark_again(connection: sa.Connection, stored: StoredIntake, *, actor: str) -> StoredIntake:
    """Save the form again after a clinician has looked, so that its mark for booking follows."""
    return _save(
        connection,
        stored.intake,
        document_id=stored.document_id,
        person_id=stored.person_id,
        after=stored.version,
        actor=actor,
        answered_at=stored.saved_at,
    )


def _save(
    connection: sa.Connection,
    intake: Intake,
    *,
    document_id: str,
    person_id: str,
    after: int,
    actor: str,
    answered_at: datetime | None = None,
) -> StoredIntake:
    """``blocking`` is what booking reads (spondyl.clinic.chart.booking_stop): no visit at all may be booked.

    ``stop`` says the whole answer, so that pages of the day find who waits without reading every form.
    """
    cleared = cleared_in(connection, intake, document_id=document_id, person_id=person_id)
    stop = stop_of(intake, cleared)
    at = answered_at or now_of(connection)
    body = intake_to_json(intake) | {"blocking": stop is Stop.EVERYTHING, "stop": stop.value}
    body["answered_at"] = at.isoformat()
    document = save(
        connection,
        kind=KIND,
        person_id=person_id,
        body=body,
        actor=actor,
        document_id=document_id,
        after_version=after,
    )
    return _stored(document)


def opened(connection: sa.Connection, document_id: str) -> StoredIntake:
    """The newest version of a form; raises DocumentUnknownError."""
    return _stored(load(connection, document_id))


def opened_to_change(connection: sa.Connection, document_id: str) -> StoredIntake:
    """The newest version, kept from others until the transaction ends: two open tabs lose no answer of each other."""
    person_id = load(connection, document_id).person_id
    connection.execute(sa.select(people.c.id).where(people.c.id == person_id).with_for_update())
    return opened(connection, document_id)


def newest(connection: sa.Connection, person_id: str) -> StoredIntake | None:
    """The form begun last; None when the patient was never asked."""
    found = newest_of_each(connection, kind=KIND, person_id=person_id)
    return _stored(found[0]) if found else None


def every(connection: sa.Connection, person_id: str) -> tuple[StoredIntake, ...]:
    """Every form of a patient, the one begun last first."""
    return tuple(_stored(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id))


def _stored(document: Document) -> StoredIntake:
    return StoredIntake(
        document_id=document.document_id,
        version=document.version,
        person_id=document.person_id,
        intake=intake_from_json(document.body),
        saved_at=datetime.fromisoformat(document.body["answered_at"]),
    )
