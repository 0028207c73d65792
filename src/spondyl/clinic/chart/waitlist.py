"""The waitlist: a time that becomes free is held for one person, then for the next."""

import sqlalchemy as sa
from pydantic import TypeAdapter

from spondyl.booking import (
    Appointment,
    Slot,
    WaitEntry,
    Waiting,
    next_in_line,
    offer_until,
    offered,
    passed_over,
    settled,
)
from spondyl.clinic.chart.appointments import TimeTakenError, hold_slot, let_lapse, slot_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import MessageKind, queue
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.booking import waitlist

_ADAPTER: TypeAdapter[WaitEntry] = TypeAdapter(WaitEntry)
OFFER_MIN = 60


def join_waitlist(connection: sa.Connection, entry: WaitEntry, *, actor: str) -> None:
    """Put a person on the waitlist."""
    connection.execute(waitlist.insert().values(key=entry.key, **_values(entry)))
    record(connection, actor=actor, action="join waitlist", subject=f"person {entry.person}")


def leave_waitlist(connection: sa.Connection, key: str, *, actor: str) -> None:
    """Take a person off the waitlist."""
    entry = wait_entry(connection, key)
    _save(connection, settled(entry, Waiting.LEFT))
    record(connection, actor=actor, action="leave waitlist", subject=f"person {entry.person}")


def waiting_entries(connection: sa.Connection) -> list[WaitEntry]:
    """Everybody who waits or has an offer, in order of time."""
    states = (Waiting.WAITING.value, Waiting.OFFERED.value)
    rows = connection.execute(
        sa.select(waitlist.c.body)
        .where(waitlist.c.state.in_(states))
        .order_by(waitlist.c.since, waitlist.c.key)
    )
    return [_ADAPTER.validate_json(row.body) for row in rows]


def wait_entry(connection: sa.Connection, key: str) -> WaitEntry:
    """The entry of this key."""
    row = connection.execute(sa.select(waitlist.c.body).where(waitlist.c.key == key)).one_or_none()
    if row is None:
        raise LookupError("There is no such entry on the waitlist.")
    return _ADAPTER.validate_json(row.body)


def offer_free_time(connection: sa.Connection, slot: Slot) -> Appointment | None:
    """Hold a free time for whoever is next in line and tell them; None when it suits nobody."""
    until = offer_until(now_of(connection), slot.start, OFFER_MIN)
    visit_type = practice_of(connection).visit_type(slot.visit_type)
    line = [
        entry
        for entry in waiting_entries(connection)
        if entry.suits(slot) and booking_stop(connection, entry.person, visit_type) is None
    ]
    entry = next_in_line(line, slot)
    if entry is None or until is None:
        return None
    try:
        with connection.begin_nested():
            hold = hold_slot(connection, slot, actor="clinic", person=entry.person, until=until)
    except TimeTakenError:
        return None
    _save(connection, offered(entry, hold.key))
    queue(connection, [(hold, MessageKind.OFFER, now_of(connection))])
    record(connection, actor="clinic", action="offer time", subject=f"person {entry.person}")
    return hold


def offer_taken(connection: sa.Connection, hold: str) -> None:
    """Note that the person took the offer, if the hold was one."""
    for entry in _with_hold(connection, hold):
        _save(connection, settled(entry, Waiting.BOOKED))


def sweep(connection: sa.Connection) -> list[Appointment]:
    """Let go of the holds that are over, and offer each time to the next in line. Returns the new holds."""
    made: list[Appointment] = []
    for gone in let_lapse(connection):
        for entry in _with_hold(connection, gone.key):
            _save(connection, passed_over(entry, gone.start))
        if hold := offer_free_time(connection, slot_of(gone)):
            made.append(hold)
    return made


def _with_hold(connection: sa.Connection, hold: str) -> list[WaitEntry]:
    rows = connection.execute(sa.select(waitlist.c.body).where(waitlist.c.hold == hold))
    return [_ADAPTER.validate_json(row.body) for row in rows]


def _save(connection: sa.Connection, entry: WaitEntry) -> None:
    connection.execute(waitlist.update().where(waitlist.c.key == entry.key).values(**_values(entry)))


def _values(entry: WaitEntry) -> dict[str, object]:
    return {
        "person_id": entry.person,
        "state": entry.state.value,
        "hold": entry.hold,
        "since": entry.since,
        "body": _ADAPTER.dump_json(entry).decode(),
    }
