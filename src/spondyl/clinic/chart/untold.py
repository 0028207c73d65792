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
"""How many calls are shown at once."""
_CANCELLED = (MessageKind.CANCELLED, MessageKind.COURSE_CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A message given up or tried in vain: to whom, about which visit (as it stands now), of which
    kind, and why it did not go."""

    patient: Person
    visit: Appointment
    kind: MessageKind
    problem: str


def untold(connection: sa.Connection, *, after: int = 0) -> tuple[Untold, ...]:
    """Whom to tell, the next visit first; one line for each visit to come, with the newest message about it.

    The first ``MOST`` of them, ``after`` left out; ``count_untold`` says how many there are.
    """
    newest = _newest_owed(connection)
    statement = (
        sa.select(outbox.c.kind, outbox.c.problem, appointments)
        .select_from(appointments.join(outbox, outbox.c.id == newest))
        .where(*_to_come(connection))
        .order_by(appointments.c.starts_at, appointments.c.key)
        .limit(MOST)
        .offset(after)
    )
    rows = connection.execute(statement).all()
    patients = people_of(connection, {row.person_id for row in rows})
    return tuple(
        Untold(
            patient=patients[row.person_id],
            visit=appointment_of(row),
            kind=MessageKind(row.kind),
            problem=row.problem,
        )
        for row in rows
    )


def count_untold(connection: sa.Connection) -> int:
    """How many visits to come somebody is still to be told about."""
    owed = sa.select(sa.func.count(_newest_owed(connection))).where(*_to_come(connection))
    return connection.execute(owed).scalar_one()


def _to_come(connection: sa.Connection) -> tuple[sa.ColumnElement[bool], ...]:
    return appointments.c.starts_at > now_of(connection), appointments.c.person_id.is_not(None)


def _newest_owed(connection: sa.Connection) -> sa.ScalarSelect[str]:
    """The newest message to say by telephone about a visit; asked of each visit to come, not the other way round:
    letters that were ever given up grow without end."""
    owed = (
        sa.select(outbox.c.id)
        .where(
            outbox.c.appointment == appointments.c.key,
            needs_a_call(now_of(connection)),
            sa.or_(appointments.c.status.in_(LIVE), outbox.c.kind.in_(_CANCELLED)),
        )
        .order_by(outbox.c.due_at.desc(), outbox.c.id.desc())
        .limit(1)
    )
    return owed.correlate(appointments).scalar_subquery()


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
