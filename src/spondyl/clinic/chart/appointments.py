"""Hold, confirm, book, move, cancel: each with what it occupies, its messages and its audit row in one transaction.

Call these inside ``writing``. Whatever puts something down may raise ``TimeTakenError``: the database refused an
overlap, and the transaction must be undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Claim,
    Practice,
    Slot,
    Timetable,
    booked,
    cancelled,
    claims_of,
    claims_over,
    confirmed,
    held,
    is_on_day,
    lapsed,
    moment_words,
    moved,
    person_resource,
    wall_at,
    why_never,
)
from spondyl.clinic.chart.appointment_rows import (
    appointment,
    appointment_of,
    insert_rows,
    slot_of,
    update_row,
)
from spondyl.clinic.chart.audit import Deed, append
from spondyl.clinic.chart.booking_changes import (
    CANCELLED,
    note_change,
)
from spondyl.clinic.chart.booking_facts import BookingFacts, booking_facts
from spondyl.clinic.chart.booking_stop import refuse_if_stopped
from spondyl.clinic.chart.canonical_json import digest_of
from spondyl.clinic.chart.carried import carried_by_another
from spondyl.clinic.chart.claims import (
    TimeTakenError,
    in_the_way,
    put_down,
    standing_claims,
    take_away,
)
from spondyl.clinic.chart.engine import is_embedded, now_of
from spondyl.clinic.chart.outbox import MessageKind, forget_messages, queue, queue_change
from spondyl.clinic.chart.overrides import come_down, put_down_over
from spondyl.clinic.chart.practice import latest_seen, practice_of
from spondyl.clinic.chart.quick_read import QuickRead
from spondyl.clinic.chart.same_person import refuse_if_closed
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.visit_insert import (
    VisitRows,
    insert_visit,
    insert_visit_and_commit,
    insert_visit_unless,
    visit_rows,
)

HOLD_FOR = timedelta(minutes=10)
_LAPSED = QuickRead(
    sa.select(appointments.c.key)
    .where(appointments.c.held_until <= sa.bindparam("now"), appointments.c.status == "held")
    .limit(1)
)


def hold_slot(
    connection: sa.Connection,
    slot: Slot,
    *,
    actor: str,
    person: str | None = None,
    until: datetime | None = None,
    alone: bool = False,
) -> Appointment:
    """Keep a free slot for ten minutes, or until a time; ``alone`` as for ``book``."""
    hold = held(new_id(), slot, until or now_of(connection) + HOLD_FOR, person)
    deed = _deed(hold, actor=actor, action="hold time")
    _insert(connection, hold, slot, None, deed, alone=alone)
    return hold


def confirm_hold(connection: sa.Connection, key: str, *, person: str, actor: str) -> Appointment:
    """Turn a hold into a booking for a person; raises ``StepRefusedError`` when it has lapsed, ``TimeTakenError`` when
    the provider is away by now, or the hours no longer allow it."""
    hold = appointment(connection, key, lock=True)
    visit = confirmed(hold, person, now_of(connection))
    facts = _facts_for(connection, visit)
    _refuse_unless_still_offered(connection, facts, slot_of(visit))
    update_row(connection, visit)
    if hold.person is None:  # nobody is in two rooms at once
        own = [
            claim for claim in claims_for(facts.practice, visit) if claim.resource == person_resource(person)
        ]
        put_down(connection, key, own, [0])
    queue_change(connection, visit, MessageKind.BOOKED)
    record_visit(connection, visit, actor=actor, action="book visit")
    return visit


def book(
    connection: sa.Connection,
    slot: Slot,
    *,
    person: str,
    actor: str,
    reason: str = "",
    change: str | None = None,
    alone: bool = False,
) -> Appointment:
    """Book in one step. With a ``reason`` staff book over what stands there or outside the hours; the log has a digest.

    With a ``change`` the booking can be undone. ``alone`` promises that the transaction does nothing else: PostgreSQL
    may then commit along with the booking, so that an exception afterwards does not undo it.
    """
    visit = booked(new_id(), slot, person, reason=reason)
    if reason:
        practice = _facts_for(connection, visit).practice
        return _book_over(connection, practice, visit, actor=actor, change=change)
    deed = _deed(visit, actor=actor, action="book visit")
    _insert(connection, visit, slot, MessageKind.BOOKED, deed, alone=alone and change is None)
    if change is not None:
        note_change(connection, None, visit, change=change, actor=actor, words="book visit")
    return visit


def _insert(
    connection: sa.Connection,
    visit: Appointment,
    slot: Slot,
    letter: MessageKind | None,
    deed: Deed,
    *,
    alone: bool,
) -> None:
    """Write a new visit and its audit row if its slot is offered; worked out before the first statement, where others
    need not wait."""
    seen = latest_seen(connection)
    ready = None if seen is None else _ready(connection, visit, slot, letter, seen.timetable)
    facts: BookingFacts | None = None
    if seen is not None and ready is not None and not is_embedded(connection):
        if alone and insert_visit_and_commit(connection, ready, deed, version=seen.number):
            return
        facts = insert_visit_unless(connection, ready, visit, deed, version=seen.number)
        if facts is None:
            return
    if (
        alone
        and seen is not None
        and ready is not None
        and carried_by_another(connection, visit, ready, deed, version=seen.number)
    ):
        return
    facts = facts or booking_facts(connection, visit.start, None if visit.held_until else visit.person)
    _refuse_if_stopped(connection, visit, facts)
    if ready is None or seen is None or facts.practice is not seen.timetable.practice or facts.away:
        refuse_unless_offered(facts, slot, now_of(connection))
        ready = visit_rows(connection, visit, claims_for(facts.practice, visit), letter)
    insert_visit(connection, ready, deed, facts.head)


def _ready(
    connection: sa.Connection,
    visit: Appointment,
    slot: Slot,
    letter: MessageKind | None,
    timetable: Timetable,
) -> VisitRows | None:
    """The rows of a visit by the practice as it was seen last; None when that does not offer the slot."""
    try:
        if not timetable.offers(slot, now_of(connection)):
            return None
        return visit_rows(connection, visit, claims_for(timetable.practice, visit), letter)
    except LookupError:  # it knows no such office or visit type; the newest may
        return None


def _book_over(
    connection: sa.Connection, practice: Practice, visit: Appointment, *, actor: str, change: str | None
) -> Appointment:
    insert_rows(connection, [visit])
    over = occupy(connection, practice, visit)
    if change is not None:
        note_change(connection, None, visit, change=change, actor=actor, words="book visit")
    queue_change(connection, visit, MessageKind.BOOKED)
    record_visit(connection, visit, actor=actor, action="book visit over another", over=over)
    return visit


def reschedule(
    connection: sa.Connection,
    key: str,
    slot: Slot,
    *,
    actor: str,
    reason: str = "",
    change: str | None = None,
) -> Appointment:
    """Move a booked visit; the time it had is free in the same transaction. With a ``reason`` staff move it over what
    stands there or outside the hours, not into the past."""
    before = appointment(connection, key, lock=True)
    after = moved(before, slot, reason=reason)
    facts = booking_facts(connection, slot.start, after.person)
    if facts.must_look and after.person:
        refuse_if_closed(connection, after.person)
    if reason:
        _refuse_past(before, slot, now_of(connection))
    else:
        refuse_unless_offered(facts, slot, now_of(connection))
    over = replace_claims(connection, facts.practice, before, after)
    note_change(connection, before, after, change=change or new_id(), actor=actor, words="move visit")
    queue_change(connection, after, MessageKind.MOVED)
    record_visit(connection, after, actor=actor, action="move visit", before=before, over=over)
    return after


def _refuse_past(before: Appointment, slot: Slot, now: datetime) -> None:
    """Nobody comes at a time that is over. When today's patient came today may be put right."""
    is_today = is_on_day(before, now) and slot.wall.date() == wall_at(slot.zone, now).date()
    if slot.start <= now and not is_today:
        raise TimeTakenError(f"{moment_words(slot.wall)} is over; choose a day and a time to come.")


def cancel(connection: sa.Connection, key: str, *, actor: str, change: str | None = None) -> Appointment:
    """Cancel a visit or let go of a hold; the time is free. Of a visit that has begun nobody is told any more."""
    before = appointment(connection, key, lock=True)
    after = cancelled(before)
    replace_claims(connection, practice_of(connection), before, after)
    if before.held_until is None:  # nobody wants a hold back
        note_change(connection, before, after, change=change or new_id(), actor=actor, words=CANCELLED)
    if before.person and before.held_until is None and before.start > now_of(connection):
        queue_change(connection, after, MessageKind.CANCELLED)
    else:
        forget_messages(connection, key)
    record_visit(connection, after, actor=actor, action=CANCELLED)
    return after


def any_lapsed(connection: sa.Connection) -> bool:
    """Say whether a hold's time is over; locks nothing."""
    return bool(_LAPSED.rows(connection, now=now_of(connection)))


def let_lapse(connection: sa.Connection, *, limit: int = 200) -> list[Appointment]:
    """Free the holds whose time is over; returns them, so that the waitlist can be asked."""
    now = now_of(connection)
    statement = (
        sa.select(appointments)
        .where(appointments.c.held_until <= now, appointments.c.status == "held")
        .order_by(appointments.c.held_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = [lapsed(appointment_of(row), now) for row in connection.execute(statement)]
    for one in gone:
        replace_claims(connection, practice_of(connection), one, one)
        forget_messages(connection, one.key)  # an offer that could not be sent yet is none any more
        record_visit(connection, one, actor="clinic", action="let hold lapse")
    return gone


def reschedule_all(
    connection: sa.Connection, moves: Iterable[tuple[str, Slot]], *, actor: str, change: str, words: str
) -> list[Appointment]:
    """Move several visits at once, so that each may take the place of another; all of it happens or nothing."""
    pairs = [(appointment(connection, key, lock=True), slot) for key, slot in sorted(moves)]
    for before, slot in pairs:
        refuse_unless_offered(booking_facts(connection, slot.start, before.person), slot, now_of(connection))
    practice = practice_of(connection)
    freed = [claim for before, _ in pairs for claim in standing_claims(connection, before.key)]
    take_away(connection, [before.key for before, _ in pairs])
    come_down(connection, freed)
    after = [moved(before, slot) for before, slot in pairs]
    for (before, _), visit in zip(pairs, after, strict=True):
        update_row(connection, visit)
        occupy(connection, practice, visit)
        note_change(connection, before, visit, change=change, actor=actor, words=words)
        queue_change(connection, visit, MessageKind.MOVED)
    for (before, _), visit in zip(pairs, after, strict=True):
        record_visit(connection, visit, actor=actor, action="move visit", before=before)
    return after


def book_all(
    connection: sa.Connection, visits: Sequence[Appointment], *, actor: str, change: str, words: str
) -> None:
    """Book a whole course at once; all of it happens or nothing. One message tells of all visits."""
    insert_rows(connection, visits)
    for visit in visits:
        facts = _facts_for(connection, visit)
        refuse_unless_offered(facts, slot_of(visit), now_of(connection))
        occupy(connection, facts.practice, visit)
        note_change(connection, None, visit, change=change, actor=actor, words=words)
    queue(connection, visits[0].key, MessageKind.COURSE)
    for visit in visits:
        record_visit(connection, visit, actor=actor, action="book visit")


def replace_claims(
    connection: sa.Connection, practice: Practice, before: Appointment, after: Appointment
) -> list[str]:
    """Free what an appointment occupied, write it anew, occupy what it needs now. Returns what it was put over."""
    freed = standing_claims(connection, before.key)
    take_away(connection, [before.key])
    update_row(connection, after)
    come_down(connection, freed)
    return occupy(connection, practice, after) if after.live else []


def claims_for(practice: Practice, one: Appointment) -> tuple[Claim, ...]:
    """Everything that an appointment occupies."""
    rule = claims_over if one.override_reason else claims_of
    return rule(practice, practice.visit_type(one.visit_type), one.placement, one.start, one.person)


def refuse_unless_offered(facts: BookingFacts, slot: Slot, now: datetime) -> None:
    """Raise ``TimeTakenError`` unless hours, shifts, rooms and absences allow the slot; who is booked is not asked.

    Nobody gets around a buffer or the hours by writing the address of a page by hand: only the visit type counts.
    """
    if problem := why_never(facts.practice, slot, facts.away, now):
        raise TimeTakenError(f"{problem} Choose another time.")


def _refuse_unless_still_offered(connection: sa.Connection, facts: BookingFacts, slot: Slot) -> None:
    """Ask anew only where an absence is noted, or the practice is another than the one seen last."""
    seen, now = latest_seen(connection), now_of(connection)
    timetable = seen.timetable if seen and not facts.away else None
    if timetable is None or timetable.practice is not facts.practice or not timetable.offers(slot, now):
        refuse_unless_offered(facts, slot, now)


def _facts_for(connection: sa.Connection, visit: Appointment) -> BookingFacts:
    facts = booking_facts(connection, visit.start, visit.person)
    _refuse_if_stopped(connection, visit, facts)
    return facts


def _refuse_if_stopped(connection: sa.Connection, visit: Appointment, facts: BookingFacts) -> None:
    if facts.must_look and visit.person:
        refuse_if_closed(connection, visit.person)
        refuse_if_stopped(connection, visit.person, facts.practice.visit_type(visit.visit_type))


def occupy(connection: sa.Connection, practice: Practice, one: Appointment) -> list[str]:
    """Occupy what an appointment needs; ``TimeTakenError`` when that is taken. Returns what staff put it over."""
    wanted = claims_for(practice, one)
    if one.override_reason:
        return put_down_over(connection, one.key, wanted)
    put_down(connection, one.key, wanted, [0] * len(wanted))
    return []


def conflicts(
    connection: sa.Connection, slot: Slot, person: str, *, without: str | None = None
) -> Sequence[str]:
    """The appointments that stand in the way of a slot."""
    practice = practice_of(connection)
    wanted = claims_of(practice, practice.visit_type(slot.visit_type), slot.placement, slot.start, person)
    return sorted({key for key, _, _ in in_the_way(connection, wanted)} - {without})


def record_visit(
    connection: sa.Connection,
    one: Appointment,
    *,
    actor: str,
    action: str,
    before: Appointment | None = None,
    over: Sequence[str] = (),
) -> None:
    """Write what became of an appointment into the audit log."""
    append(connection, _deed(one, actor=actor, action=action, before=before, over=over))


def _deed(
    one: Appointment,
    *,
    actor: str,
    action: str,
    before: Appointment | None = None,
    over: Sequence[str] = (),
) -> Deed:
    detail = {"person": one.person or "", **_described(one)}
    if before is not None:
        detail["before"] = _described(before)
    if one.override_reason:
        # Its digest: words in the log would outlast the erasure of the patient.
        detail |= {"reason_digest": digest_of(one.override_reason), "over": list(over)}
    return Deed(actor=actor, action=action, subject=f"appointment {one.key}", detail=detail)


def _described(one: Appointment) -> dict[str, object]:
    """What the audit log says about an appointment."""
    return {
        "start": one.start.isoformat(),
        "visit_type": one.visit_type,
        "office": one.placement.office,
        "provider": one.placement.provider,
        "room": one.placement.room,
    }
