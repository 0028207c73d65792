"""What no letter could say: whom the front desk has to tell by telephone, and that it was done."""

from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.booking import Appointment
from spondyl.booking.appointment import LIVE
from spondyl.clinic.chart.appointment_rows import appointment_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import MessageKind, needs_a_call
from spondyl.clinic.chart.people import Person, people_of, person
from spondyl.clinic.chart.tables import appointments, outbox

MOST = 50
_CANCELLED = (MessageKind.CANCELLED, MessageKind.COURSE_CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A message given up or tried in vain: to whom, about which visit (as it stands now), of which
    kind, and why it did not go."""

    patient: Person
    visit: Appointment
    kind: MessageKind
    problem: str


def untold(connection: sa.Connection) -> tuple[Untold, ...]:
    """Whom to tell, the next visit first; one line for each visit to come, with the newest message about it."""
    statement = (
        sa.select(outbox.c.kind, outbox.c.problem, appointments)
        .join(appointments, appointments.c.key == outbox.c.appointment)
        .where(
            needs_a_call(now_of(connection)),
            appointments.c.starts_at > now_of(connection),
            appointments.c.person_id.is_not(None),
            sa.or_(
                appointments.c.status.in_(LIVE),
                outbox.c.kind.in_(_CANCELLED),
            ),
        )
        .order_by(appointments.c.starts_at, outbox.c.due_at, outbox.c.id)
        .limit(MOST)
    )
    newest = {row.key: row for row in connection.execute(statement)}
    patients = people_of(connection, {row.person_id for row in newest.values()})
    return tuple(
        Untold(
            patient=patients[row.person_id],
            visit=appointment_of(row),
            kind=MessageKind(row.kind),
            problem=row.problem,
        )
        for row in newest.values()
    )


def note_told(connection: sa.Connection, visit: str, *, sequence: int, actor: str) -> bool:
    """Note that ``actor`` told the patient about this visit; again does nothing more.

    ``sequence`` is that of the visit as it was told. False when it is another by now: then the new time is to be told.
    """
    as_told = sa.exists().where(appointments.c.key == visit, appointments.c.sequence == sequence)
    now = now_of(connection)
    owed = (
        sa.select(outbox.c.id)
        .join(appointments, appointments.c.key == outbox.c.appointment)
        .where(needs_a_call(now), appointments.c.key == visit, appointments.c.sequence == sequence)
    )
    told = connection.execute(outbox.update().where(outbox.c.id.in_(owed)).values(state="told", done_at=now))
    if not told.rowcount:
        return connection.execute(sa.select(as_told)).scalar_one()
    person_id = connection.execute(
        sa.select(appointments.c.person_id).where(appointments.c.key == visit)
    ).scalar_one()
    subject = person(connection, person_id).subject if person_id else f"appointment {visit}"
    record(
        connection, actor=actor, action="tell by telephone", subject=subject, detail={"appointment": visit}
    )
    return True
