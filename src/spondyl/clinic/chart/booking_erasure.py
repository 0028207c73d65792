"""Erase what booking keeps about one patient."""

import sqlalchemy as sa

from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables.booking import (
    appointments,
    booking_changes,
    claims,
    courses,
    outbox,
    waitlist,
)
from spondyl.clinic.chart.waitlist_turn import take_waitlist_turn


def letters_about(connection: sa.Connection, person_id: str) -> tuple[str, ...]:
    """The identifiers of every letter about a patient's visits, sent or not; ask before they are erased."""
    of_person = sa.select(appointments.c.key).where(appointments.c.person_id == person_id)
    found = connection.execute(sa.select(outbox.c.id).where(outbox.c.appointment.in_(of_person)))
    return tuple(found.scalars())


def unsent_letters(connection: sa.Connection, person_id: str) -> int:
    """How many letters about visits in any chart of a patient wait to be sent: erased now, they never are."""
    of_person = sa.select(appointments.c.key).where(same_person(appointments.c.person_id, person_id))
    waiting = sa.and_(outbox.c.appointment.in_(of_person), outbox.c.state == "waiting")
    return connection.execute(sa.select(sa.func.count()).where(waiting)).scalar_one()


def erase_bookings(connection: sa.Connection, person_id: str) -> int:
    """Delete a patient's appointments and all that hangs on them; returns how many appointments."""
    take_waitlist_turn(connection)
    of_person = sa.select(appointments.c.key).where(appointments.c.person_id == person_id)
    keys = list(connection.execute(of_person).scalars())
    for table in (claims, booking_changes, outbox):
        connection.execute(table.delete().where(table.c.appointment.in_(keys)))
    for table in (appointments, courses, waitlist):
        connection.execute(table.delete().where(table.c.person_id == person_id))
    return len(keys)
