"""The waitlist: a time that becomes free is held for one person, then for the next."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter

from spondyl.booking import (
    Appointment,
    Slot,
    Status,
    StepRefusedError,
    VisitType,
    WaitEntry,
    Waiting,
    in_line,
    offer_until,
    offered,
    passed_over,
    settled,
)
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of, slot_of
from spondyl.clinic.chart.appointments import (
    TimeTakenError,
    any_lapsed,
    book,
    cancel,
    hold_slot,
    let_lapse,
    reschedule,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_stop import booking_stop, refuse_if_stopped
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import MessageKind, queue
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.same_person import refuse_if_closed
from spondyl.clinic.chart.tables.booking import waitlist
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.waitlist_turn import take_waitlist_turn

_ADAPTER: TypeAdapter[WaitEntry] = TypeAdapter(WaitEntry)
OFFER_MIN = 60
_IN_LINE = (Waiting.WAITING, Waiting.OFFERED)


class WaitEntryUnknownError(LookupError):
    """There is no such entry on the waitlist."""


def join_waitlist(connection: sa.Connection, entry: WaitEntry, *, actor: str) -> bool:
    """Put a person on the waitlist; False when they wait for the same already, and keep their place.

    The later of the two last days holds then. Raises ``ChartClosedError``.
    """
    take_waitlist_turn(connection)
    refuse_if_closed(connection, entry.person)
    for former in waited_in_vain(connection):
        if former.person == entry.person:
            _end(connection, former, Waiting.LEFT, actor=actor)
    for known in waiting_entries(connection):
        if known.wish == entry.wish:
            save_entry(connection, replace(known, latest=max(known.latest, entry.latest)))
            return False
    connection.execute(waitlist.insert().values(key=entry.key, **_values(entry)))
    record(connection, actor=actor, action="join waitlist", subject=f"person {entry.person}")
    return True


def waits_for_earlier(connection: sa.Connection, visit: Appointment) -> bool:
    """Whether the person waits for any earlier time of this visit: as such, or of its kind, at its office and until
    it at least."""
    return any(
        entry.person == visit.person and entry.latest >= visit.start and _is_about(entry, visit)
        for entry in waiting_entries(connection)
    )


def _is_about(entry: WaitEntry, visit: Appointment) -> bool:
    if entry.visit is not None:
        return entry.visit == visit.key
    return entry.visit_type == visit.visit_type and visit.placement.office in entry.offices


def end_past_waits(connection: sa.Connection) -> None:
    """End the waits for a time before a moment that has passed: nothing suits them any more. Who wished for any time
    and got none waited in vain, and is listed until somebody called or a visit stands."""
    if not _past_waits(connection) and not _served_since(connection):
        return
    take_waitlist_turn(connection)
    for entry in _past_waits(connection):
        in_vain = entry.visit is None and not _has_visit(connection, entry)
        _end(connection, entry, Waiting.IN_VAIN if in_vain else Waiting.LEFT, actor="clinic")
    for entry in _served_since(connection):
        _end(connection, entry, Waiting.LEFT, actor="clinic")


def _past_waits(connection: sa.Connection) -> list[WaitEntry]:
    now = now_of(connection)
    return [entry for entry in waiting_entries(connection) if entry.latest <= now]


def _served_since(connection: sa.Connection) -> list[WaitEntry]:
    return [entry for entry in waited_in_vain(connection) if _has_visit(connection, entry)]


def _has_visit(connection: sa.Connection, entry: WaitEntry) -> bool:
    """Whether the person has, or had since, a visit of the kind that they wait for."""
    return any(
        one.live and one.visit_type == entry.visit_type and one.start > entry.since
        for one in appointments_of(connection, entry.person)
    )


def leave_waitlist(connection: sa.Connection, key: str, *, actor: str, change: str | None = None) -> None:
    """Take a person off the waitlist, also one who waited in vain; by a ``change`` where undoing it puts them back. A
    time kept for them goes to the next in line."""
    take_waitlist_turn(connection)
    entry = _standing(connection, key, (*_IN_LINE, Waiting.IN_VAIN))
    _end(connection, entry, Waiting.LEFT, actor=actor, change=change)


def _end(
    connection: sa.Connection, entry: WaitEntry, state: Waiting, *, actor: str, change: str | None = None
) -> None:
    gone = _let_go(connection, entry, actor)
    save_entry(connection, settled(entry, state, change=change))
    action = "wait in vain" if state is Waiting.IN_VAIN else "leave waitlist"
    record(connection, actor=actor, action=action, subject=f"person {entry.person}")
    if gone is not None:
        offer_free_time(connection, slot_of(gone))


def give_time(connection: sa.Connection, key: str, slot: Slot | None, *, actor: str) -> Appointment:
    """Book a free time for a person who waits; None books the time that is kept for them.

    A later visit of that kind, if there is one, moves there instead. Raises ``StepRefusedError`` when the person no
    longer waits or nothing is kept, ``TimeTakenError`` when the time is no longer free.
    """
    take_waitlist_turn(connection)
    entry = _standing(connection, key)
    gone = _let_go(connection, entry, actor)
    wanted = slot or (slot_of(gone) if gone else None)
    if wanted is None:
        raise StepRefusedError("No time is kept for this person any more; choose one of those that fit.")
    later, change = later_visit(connection, entry, wanted.start), new_id()
    visit = _put_down(connection, entry, wanted, later, actor=actor, change=change)
    save_entry(connection, settled(entry, Waiting.BOOKED, change=change))
    for free in (gone, later):
        if free is not None and slot_of(free) != wanted:
            offer_free_time(connection, slot_of(free))
    return visit


def offer_time(connection: sa.Connection, key: str, slot: Slot, *, actor: str) -> Appointment:
    """Keep a free time for one person who waits, whoever else is in line, and tell them."""
    take_waitlist_turn(connection)
    entry = _standing(connection, key)
    if entry.state is Waiting.OFFERED:
        raise StepRefusedError("A time is kept for this person already; take that offer back first.")
    until = offer_until(now_of(connection), slot.start, OFFER_MIN, slot.zone)
    if until is None:
        raise StepRefusedError("The time is too near for a message; call, and book it.")
    refuse_if_stopped(connection, entry.person, _kind_there(connection, slot))
    return _keep_for(connection, entry, slot, until, actor)


def take_back_offer(connection: sa.Connection, key: str, *, actor: str) -> Appointment | None:
    """Let go of the time kept for a person, who stays in line; returns the hold of whoever is next."""
    take_waitlist_turn(connection)
    entry = _standing(connection, key)
    gone = _let_go(connection, entry, actor)
    if gone is None:
        raise StepRefusedError("No time is kept for this person any more; load the page again.")
    save_entry(connection, passed_over(entry, slot_of(gone)))
    return offer_free_time(connection, slot_of(gone))


def later_visit(connection: sa.Connection, entry: WaitEntry, start: datetime) -> Appointment | None:
    """The booked visit after ``start`` that the person waits to have earlier: the one that they named, else the only
    one of that kind and of no course."""
    found = [
        one
        for one in appointments_of(connection, entry.person)
        if one.status is Status.BOOKED
        and one.visit_type == entry.visit_type
        and (one.key == entry.visit if entry.visit else one.course is None)
        and one.start > start
    ]
    return found[0] if len(found) == 1 else None


def waiting_entries(connection: sa.Connection) -> list[WaitEntry]:
    """Everybody who waits or has an offer, in order of time."""
    return _entries_in(connection, _IN_LINE)


def waited_in_vain(connection: sa.Connection) -> list[WaitEntry]:
    """Everybody to call because no time came by the last day, in order of time."""
    return _entries_in(connection, [Waiting.IN_VAIN])


def _entries_in(connection: sa.Connection, states: Collection[Waiting]) -> list[WaitEntry]:
    rows = connection.execute(
        sa.select(waitlist.c.body).where(_is_in(states)).order_by(waitlist.c.since, waitlist.c.key)
    )
    return [_ADAPTER.validate_json(row.body) for row in rows]


def count_waiting(connection: sa.Connection) -> int:
    """How many wait or have an offer."""
    return _count_in(connection, _IN_LINE)


def count_in_vain(connection: sa.Connection) -> int:
    """How many are to be called because no time came by the last day."""
    return _count_in(connection, [Waiting.IN_VAIN])


def _count_in(connection: sa.Connection, states: Collection[Waiting]) -> int:
    statement = sa.select(sa.func.count()).select_from(waitlist).where(_is_in(states))
    return connection.execute(statement).scalar_one()


def _is_in(states: Collection[Waiting]) -> sa.ColumnElement[bool]:
    return waitlist.c.state.in_([one.value for one in states])


def wait_entry(connection: sa.Connection, key: str) -> WaitEntry:
    """The entry of this key."""
    statement = sa.select(waitlist.c.body).where(waitlist.c.key == key)
    return _read(connection.execute(statement).scalar_one_or_none())


def entries_with_hold(connection: sa.Connection, hold: str) -> list[WaitEntry]:
    """Whose offer this hold is; nobody's for most."""
    rows = connection.execute(sa.select(waitlist.c.body).where(waitlist.c.hold == hold))
    return [_ADAPTER.validate_json(row.body) for row in rows]


def ended_entries(connection: sa.Connection, people: Collection[str]) -> list[WaitEntry]:
    """What these people waited for and got, or wait for no longer."""
    ended = sa.and_(~_is_in(_IN_LINE), waitlist.c.person_id.in_(people))
    rows = connection.execute(sa.select(waitlist.c.body).where(ended))
    return [_ADAPTER.validate_json(row.body) for row in rows]


def save_entry(connection: sa.Connection, entry: WaitEntry) -> None:
    """Write a changed entry; the caller has the waitlist's turn."""
    connection.execute(waitlist.update().where(waitlist.c.key == entry.key).values(**_values(entry)))


def offer_free_time(connection: sa.Connection, slot: Slot) -> Appointment | None:
    """Hold a free time for whoever is next in line and tell them; None when it suits nobody, or when the practice no
    longer has visits of that kind.

    In a transaction that frees the time itself, use ``freed_times``: it takes the waitlist's turn first.
    """
    take_waitlist_turn(connection)
    until = offer_until(now_of(connection), slot.start, OFFER_MIN, slot.zone)
    visit_type = _kind_of(connection, slot)
    if visit_type is None or until is None:
        return None
    line = in_line(waiting_entries(connection), slot)
    # One after the other: nobody else writes meanwhile, and answers take long to read.
    entry = next((one for one in line if booking_stop(connection, one.person, visit_type) is None), None)
    if entry is None:
        return None
    try:
        with connection.begin_nested():
            return _keep_for(connection, entry, slot, until, "clinic")
    except TimeTakenError:
        return None


def sweep(connection: sa.Connection) -> list[Appointment]:
    """Let go of the holds that are over, and offer each time to the next in line. Returns the new holds."""
    if not any_lapsed(connection):
        return []
    take_waitlist_turn(connection)
    made: list[Appointment] = []
    for gone in let_lapse(connection):
        for entry in entries_with_hold(connection, gone.key):
            save_entry(connection, passed_over(entry, slot_of(gone)))
        if hold := offer_free_time(connection, slot_of(gone)):
            made.append(hold)
    return made


def _put_down(
    connection: sa.Connection,
    entry: WaitEntry,
    slot: Slot,
    later: Appointment | None,
    *,
    actor: str,
    change: str,
) -> Appointment:
    refuse_if_stopped(connection, entry.person, _kind_there(connection, slot))
    if later is None:
        return book(connection, slot, person=entry.person, actor=actor, change=change)
    return reschedule(connection, later.key, slot, actor=actor, change=change)


def _keep_for(
    connection: sa.Connection, entry: WaitEntry, slot: Slot, until: datetime, actor: str
) -> Appointment:
    hold = hold_slot(connection, slot, actor=actor, person=entry.person, until=until)
    save_entry(connection, offered(entry, hold.key))
    queue(connection, hold.key, MessageKind.OFFER)
    record(connection, actor=actor, action="offer time", subject=f"person {entry.person}")
    return hold


def _kind_of(connection: sa.Connection, slot: Slot) -> VisitType | None:
    """What kind of visit a time is for; None when the practice dropped it since."""
    kinds = practice_of(connection).visit_types
    return next((one for one in kinds if one.key == slot.visit_type), None)


def _kind_there(connection: sa.Connection, slot: Slot) -> VisitType:
    kind = _kind_of(connection, slot)
    if kind is None:
        raise StepRefusedError("The practice no longer has visits of this kind; choose another kind.")
    return kind


def _standing(connection: sa.Connection, key: str, states: Collection[Waiting] = _IN_LINE) -> WaitEntry:
    """The entry of who waits or has an offer; the caller has the turn, so nobody is given two times at once."""
    entry = wait_entry(connection, key)
    if entry.state not in states:
        raise StepRefusedError("This person is no longer on the waitlist; load the page again.")
    return entry


def _let_go(connection: sa.Connection, entry: WaitEntry, actor: str) -> Appointment | None:
    """Free the time kept for this person; None when none is."""
    if entry.hold is None:
        return None
    hold = appointment(connection, entry.hold)
    return cancel(connection, hold.key, actor=actor) if hold.status is Status.HELD else None


def _read(body: str | None) -> WaitEntry:
    if body is None:
        raise WaitEntryUnknownError("There is no such entry on the waitlist.")
    return _ADAPTER.validate_json(body)


def _values(entry: WaitEntry) -> dict[str, object]:
    return {
        "person_id": entry.person,
        "state": entry.state.value,
        "hold": entry.hold,
        "since": entry.since,
        "body": _ADAPTER.dump_json(entry).decode(),
    }
