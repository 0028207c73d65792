"""What an export takes from the booking of one patient: courses as they were planned, waitlist, letters."""

import json
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables.booking import appointments, courses, outbox, waitlist


def bookings_of(connection: sa.Connection, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The courses, waits and letters of one patient, the oldest first; the visits themselves are FHIR resources."""
    return {
        "courses": _courses(connection, person_id),
        "waitlist": _waits(connection, person_id),
        "letters": _letters(connection, person_id),
    }


def _courses(connection: sa.Connection, person_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.select(courses)
        .where(same_person(courses.c.person_id, person_id))
        .order_by(courses.c.made_at, courses.c.key)
    )
    return [
        {
            "planned_at": row.made_at.isoformat(),
            "rule": json.loads(row.rule),
            "visits": _visits_of_course(connection, row.key),
        }
        for row in rows
    ]


def _visits_of_course(connection: sa.Connection, course: str) -> list[dict[str, Any]]:
    """The visits of a course, by the identifiers that their FHIR resources have."""
    columns = (
        appointments.c.key,
        appointments.c.visit_number,
        appointments.c.starts_at,
        appointments.c.status,
    )
    mine = sa.select(*columns).where(appointments.c.course == course).order_by(appointments.c.visit_number)
    return [
        {
            "appointment": row.key,
            "number": None if row.visit_number is None else row.visit_number + 1,
            "starts_at": row.starts_at.isoformat(),
            "status": row.status,
        }
        for row in connection.execute(mine)
    ]


def _waits(connection: sa.Connection, person_id: str) -> list[dict[str, Any]]:
    mine = sa.select(waitlist.c.body).where(same_person(waitlist.c.person_id, person_id))
    return [
        json.loads(body)
        for body in connection.execute(mine.order_by(waitlist.c.since, waitlist.c.key)).scalars()
    ]


def _letters(connection: sa.Connection, person_id: str) -> list[dict[str, Any]]:
    of_person = sa.select(appointments.c.key).where(same_person(appointments.c.person_id, person_id))
    mine = sa.select(outbox).where(outbox.c.appointment.in_(of_person)).order_by(outbox.c.due_at, outbox.c.id)
    return [
        {
            "appointment": row.appointment,
            "kind": row.kind,
            "due_at": row.due_at.isoformat(),
            "state": row.state,
            "done_at": row.done_at.isoformat() if row.done_at else None,
        }
        for row in connection.execute(mine)
    ]
