"""Appointments as rows of the database, and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment, Placement, Slot, Status
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables.booking import appointments


class AppointmentUnknownError(LookupError):
    """There is no such appointment."""


LIVE_STATES = ("held", "booked", "arrived", "missed")
_INSERT = appointments.insert()


def insert_rows(connection: sa.Connection, made: Iterable[Appointment]) -> None:
    """Write new appointments."""
    connection.execute(_INSERT, [new_row(connection, one) for one in made])


def new_row(connection: sa.Connection, made: Appointment) -> dict[str, Any]:
    """The row of a new appointment, column by column."""
    return {**_values(made), "key": made.key, "made_at": now_of(connection)}


def update_row(connection: sa.Connection, changed: Appointment) -> None:
    """Write a changed appointment."""
    connection.execute(
        appointments.update().where(appointments.c.key == changed.key).values(**_values(changed))
    )


def appointment(connection: sa.Connection, key: str, *, lock: bool = False) -> Appointment:
    """The appointment of this key; ``lock`` keeps others from changing it until the transaction ends."""
    statement = sa.select(appointments).where(appointments.c.key == key)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise AppointmentUnknownError("There is no such appointment; it may have been held and let go.")
    return appointment_of(row)


def appointments_between(connection: sa.Connection, start: datetime, end: datetime) -> list[Appointment]:
    """The live appointments that start in [start, end), in order of time."""
    return _many(connection, appointments.c.starts_at >= start, appointments.c.starts_at < end)


def appointments_of(connection: sa.Connection, person_id: str) -> list[Appointment]:
    """The live appointments of a patient, in any of their charts, in order of time."""
    return _many(connection, same_person(appointments.c.person_id, person_id))


def appointments_of_course(
    connection: sa.Connection, course: str, *, states: Sequence[str] = LIVE_STATES
) -> list[Appointment]:
    """The live appointments of a course, or those in other states, in order of time."""
    return _many(connection, appointments.c.course == course, states=states)


def _many(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool], states: Sequence[str] = LIVE_STATES
) -> list[Appointment]:
    statement = sa.select(appointments).where(appointments.c.status.in_(states), *conditions)
    rows = connection.execute(statement.order_by(appointments.c.starts_at, appointments.c.key))
    return [appointment_of(row) for row in rows]


def appointment_of(row: Any) -> Appointment:
    """The appointment in a row."""
    return Appointment(
        key=row.key,
        visit_type=row.visit_type,
        start=row.starts_at,
        zone=row.zone,
        wall=datetime.fromisoformat(row.wall),
        placement=Placement(
            office=row.office, provider=row.provider, room=row.room, instrument=row.instrument
        ),
        status=Status(row.status),
        person=row.person_id,
        held_until=row.held_until,
        sequence=row.sequence,
        course=row.course,
        visit_number=row.visit_number,
        override_reason=row.override_reason,
    )


def slot_of(one: Appointment) -> Slot:
    """The slot that an appointment stands in."""
    return Slot(
        start=one.start, zone=one.zone, wall=one.wall, visit_type=one.visit_type, placement=one.placement
    )


def _values(one: Appointment) -> dict[str, Any]:
    return {
        "person_id": one.person,
        "course": one.course,
        "visit_number": one.visit_number,
        "visit_type": one.visit_type,
        "office": one.placement.office,
        "provider": one.placement.provider,
        "room": one.placement.room,
        "instrument": one.placement.instrument,
        "starts_at": one.start,
        "zone": one.zone,
        "wall": one.wall.isoformat(timespec="minutes"),
        "status": one.status.value,
        "held_until": one.held_until,
        "sequence": one.sequence,
        "override_reason": one.override_reason,
    }
