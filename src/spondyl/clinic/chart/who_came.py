"""Who came: noted at a visit, and taken back. The time stays as it is, and nobody is written to."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from spondyl.booking import Appointment, Status, arrived, missed, restored
from spondyl.clinic.chart.appointment_rows import appointment, appointment_of, update_row
from spondyl.clinic.chart.appointments import record_visit
from spondyl.clinic.chart.booking_changes import (
    ARRIVED,
    CANCELLED,
    MISSED,
    ChangeSet,
    UndoRefusedError,
    mark_undone,
    note_change,
    refuse_if_changed,
)
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables.booking import appointments, booking_changes
from spondyl.clinic.chart.tables.column_types import new_id

_BOOKED = (Status.BOOKED, Status.ARRIVED, Status.MISSED, Status.CANCELLED)


def arrive(
    connection: sa.Connection, key: str, *, actor: str, change: str | None = None, sequence: int | None = None
) -> Appointment:
    """Note that the patient is here.

    With the ``sequence`` that was seen, a visit that was changed since is left, with ``VisitChangedError``.
    """
    refuse_if_changed(connection, key, sequence)
    return _note(connection, key, arrived, actor=actor, change=change, words=ARRIVED)


def note_missed(
    connection: sa.Connection, key: str, *, actor: str, change: str | None = None, sequence: int | None = None
) -> Appointment:
    """Note that the patient did not come; ``sequence`` as for an arrival."""
    refuse_if_changed(connection, key, sequence)
    return _note(connection, key, missed, actor=actor, change=change, words=MISSED)


def _note(
    connection: sa.Connection,
    key: str,
    step: Callable[[Appointment, datetime], Appointment],
    *,
    actor: str,
    change: str | None,
    words: str,
) -> Appointment:
    before = appointment(connection, key, lock=True)
    after = step(before, now_of(connection))
    update_row(connection, after)
    note_change(connection, before, after, change=change or new_id(), actor=actor, words=words)
    record_visit(connection, after, actor=actor, action=words)
    return after


def take_back(connection: sa.Connection, found: ChangeSet, *, actor: str) -> list[Appointment]:
    """Take back what was noted, at any time; refused with ``UndoRefusedError`` when the visit was changed since."""
    pairs = [(part.before, appointment(connection, part.appointment, lock=True)) for part in found.parts]
    if [now.sequence for _, now in pairs] != [part.sequence_after for part in found.parts]:
        raise UndoRefusedError("The visit changed again since; look where it stands now.")
    visits = [restored(before, now) for before, now in pairs if before is not None]
    for visit in visits:
        update_row(connection, visit)
        record_visit(connection, visit, actor=actor, action=f"undo: {found.words}")
    mark_undone(connection, found.change)
    return visits


def visits_had(connection: sa.Connection, person: str) -> list[Appointment]:
    """The visits of a patient whose time has come, the newest first: what was booked, not what was only kept."""
    booked = appointments.c.status.in_(_BOOKED) & (appointments.c.starts_at <= now_of(connection))
    statement = (
        sa.select(appointments)
        .where(same_person(appointments.c.person_id, person), booked)
        .order_by(appointments.c.starts_at.desc(), appointments.c.key)
    )
    found = [appointment_of(row) for row in connection.execute(statement)]
    called_off = _called_off(connection, [one.key for one in found if one.status is Status.CANCELLED])
    return [one for one in found if one.live or one.key in called_off]


def _called_off(connection: sa.Connection, keys: list[str]) -> set[str]:
    """Which of these were booked and then cancelled; an offer of the waitlist that was let go was no visit."""
    if not keys:
        return set()
    statement = sa.select(booking_changes.c.appointment).where(
        booking_changes.c.appointment.in_(keys),
        booking_changes.c.words == CANCELLED,
        booking_changes.c.undone.is_(False),
    )
    return set(connection.execute(statement).scalars())


def course_visits(connection: sa.Connection, person: str) -> list[list[Appointment]]:
    """The visits of each course of a patient in order of time, the newest course first; none that was taken back."""
    statement = (
        sa.select(appointments)
        .where(
            same_person(appointments.c.person_id, person),
            appointments.c.course.is_not(None),
            appointments.c.status.in_(_BOOKED),
        )
        .order_by(appointments.c.starts_at, appointments.c.key)
    )
    courses: dict[str, list[Appointment]] = {}
    for one in map(appointment_of, connection.execute(statement)):
        courses.setdefault(one.course or "", []).append(one)
    standing = [visits for visits in courses.values() if any(one.live for one in visits)]
    return sorted(standing, key=lambda visits: visits[0].start, reverse=True)
