"""What was changed together can be undone together, as long as nobody changed it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter

from spondyl.booking import Appointment
from spondyl.clinic.chart.appointment_rows import appointment as stored_appointment
from spondyl.clinic.chart.appointment_rows import appointment_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables.booking import appointments, booking_changes

BY_LINK = "patient link"
"""Who moves, cancels or joins the waitlist by the link to a visit, as logs and changes name them."""
CANCELLED = "cancel visit"
ARRIVED = "patient arrived"
MISSED = "patient did not come"
NOTES = (ARRIVED, MISSED)
"""Changes that say who came: no time moves by them, and nobody is written to."""
UNDO_FOR = timedelta(hours=24)
"""So long a change is undone as a whole; what was noted of who came is taken back at any time."""
_ADAPTER: TypeAdapter[Appointment] = TypeAdapter(Appointment)


class VisitChangedError(ValueError):
    """The visit was changed after the page that shows it was made; nothing was done."""


class UndoRefusedError(ValueError):
    """A change cannot be undone any more; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One appointment of a change: what it was (None: made by the change) and its SEQUENCE since."""

    appointment: str
    before: Appointment | None
    sequence_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change that may be undone."""

    change: str
    at: datetime
    actor: str
    words: str
    parts: tuple[Changed, ...]


def note_change(
    connection: sa.Connection,
    before: Appointment | None,
    after: Appointment,
    *,
    change: str,
    actor: str,
    words: str,
) -> None:
    """Remember what an appointment was before a change."""
    connection.execute(
        booking_changes.insert().values(
            change=change,
            appointment=after.key,
            before="" if before is None else _ADAPTER.dump_json(before).decode(),
            sequence_after=after.sequence,
            at=now_of(connection),
            actor=actor,
            words=words,
            undone=False,
        )
    )


def change_set(connection: sa.Connection, change: str) -> ChangeSet:
    """A change that was not undone; raises ``UndoRefusedError``."""
    rows = connection.execute(
        sa.select(booking_changes)
        .where(booking_changes.c.change == change, booking_changes.c.undone.is_(False))
        .order_by(booking_changes.c.appointment)
    ).all()
    if not rows:
        raise UndoRefusedError("There is nothing to undo: this change was undone already.")
    parts = tuple(
        Changed(
            appointment=row.appointment,
            before=_ADAPTER.validate_json(row.before) if row.before else None,
            sequence_after=row.sequence_after,
        )
        for row in rows
    )
    return ChangeSet(change=change, at=rows[0].at, actor=rows[0].actor, words=rows[0].words, parts=parts)


def refuse_if_changed(connection: sa.Connection, key: str, sequence: int | None) -> None:
    """Raise ``VisitChangedError`` when a visit is no longer as it was seen; it stays locked. None: nothing was seen."""
    if sequence is not None and stored_appointment(connection, key, lock=True).sequence != sequence:
        raise VisitChangedError("The visit was changed meanwhile; look where it stands now.")


def mark_undone(connection: sa.Connection, change: str) -> None:
    """Note that a change was undone."""
    connection.execute(booking_changes.update().where(booking_changes.c.change == change).values(undone=True))


def recent_changes(
    connection: sa.Connection, *, limit: int = 5, person: str | None = None, visit: str | None = None
) -> list[ChangeSet]:
    """The last changes that can be undone yet, the newest first; with ``person`` those of that patient's visits.

    What was noted of who came is a change of that one ``visit``: every patient who arrives would push the others out.
    Their parts are not loaded.
    """
    newest = sa.func.max(booking_changes.c.at)
    statement = (
        sa.select(
            booking_changes.c.change, booking_changes.c.actor, booking_changes.c.words, newest.label("at")
        )
        .where(booking_changes.c.undone.is_(False), _young_enough(connection, visit), _touches(person, visit))
        .group_by(booking_changes.c.change, booking_changes.c.actor, booking_changes.c.words)
        .order_by(newest.desc())
        .limit(limit)
    )
    return [
        ChangeSet(change=row.change, at=row.at, actor=row.actor, words=row.words, parts=())
        for row in connection.execute(statement)
    ]


def _young_enough(connection: sa.Connection, visit: str | None) -> sa.ColumnElement[bool]:
    lately = booking_changes.c.at > now_of(connection) - UNDO_FOR
    return lately if visit is None else sa.or_(lately, booking_changes.c.words.in_(NOTES))


def _touches(person: str | None, visit: str | None) -> sa.ColumnElement[bool]:
    if visit is not None:
        of_visit = sa.select(booking_changes.c.change).where(booking_changes.c.appointment == visit)
        return booking_changes.c.change.in_(of_visit)
    if person is None:
        return booking_changes.c.words.not_in(NOTES)
    visits = sa.select(appointments.c.key).where(same_person(appointments.c.person_id, person))
    return booking_changes.c.change.in_(
        sa.select(booking_changes.c.change).where(booking_changes.c.appointment.in_(visits))
    )


def visits_changed(connection: sa.Connection, changes: Iterable[str]) -> dict[str, list[Appointment]]:
    """The visits that each change touched, as they stand now, in order of time."""
    statement = (
        sa.select(booking_changes.c.change, appointments)
        .join(appointments, appointments.c.key == booking_changes.c.appointment)
        .where(booking_changes.c.change.in_(list(changes)))
        .order_by(appointments.c.starts_at, appointments.c.key)
    )
    found: dict[str, list[Appointment]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.change, []).append(appointment_of(row))
    return found


def last_actor(connection: sa.Connection, appointment: str) -> str | None:
    """Who changed this appointment last; None when no change of it is noted, or the last one was undone since."""
    statement = (
        sa.select(booking_changes.c.actor, booking_changes.c.undone)
        .where(booking_changes.c.appointment == appointment)
        .order_by(booking_changes.c.at.desc())
        .limit(1)
    )
    last = connection.execute(statement).one_or_none()
    return None if last is None or last.undone else last.actor
