"""What frees a time, with what that means for the waitlist: cancel, move, take an offer, undo.

Each takes the waitlist's turn before it locks a visit, so that two of them never wait for each other.
"""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Slot,
    WaitEntry,
    Waiting,
    back_in_line,
    confirmed,
    passed_over,
    settled,
)
from spondyl.clinic.chart.appointment_rows import appointment, slot_of
from spondyl.clinic.chart.appointments import cancel, confirm_hold, reschedule
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_changes import NOTES, change_set, refuse_if_changed
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.waitlist import (
    ended_entries,
    entries_with_hold,
    give_time,
    later_visit,
    leave_waitlist,
    offer_free_time,
    save_entry,
    waiting_entries,
)
from spondyl.clinic.chart.waitlist_turn import take_waitlist_turn
from spondyl.clinic.chart.who_came import take_back


def cancel_and_offer(
    connection: sa.Connection, key: str, *, actor: str, change: str | None = None, sequence: int | None = None
) -> tuple[Appointment, Appointment | None]:
    """Cancel a visit, or let go of a hold; returns it, and the hold of whoever is next in line for its time.

    Who waited for an earlier time of this very visit waits no longer, nor is offered the time itself. With the
    ``sequence`` that was seen, a visit that was changed since is left, with ``VisitChangedError``.
    """
    take_waitlist_turn(connection)
    refuse_if_changed(connection, key, sequence)
    change = change or new_id()
    for entry in _waiting_before(connection, appointment(connection, key)):
        leave_waitlist(connection, entry.key, actor=actor, change=change)
    gone = cancel(connection, key, actor=actor, change=change)
    for entry in entries_with_hold(connection, key):  # the patient, or staff, let go of an offer
        save_entry(connection, passed_over(entry, slot_of(gone)))
    return gone, offer_free_time(connection, slot_of(gone))


def move_and_offer(
    connection: sa.Connection,
    before: Appointment,
    slot: Slot,
    *,
    actor: str,
    reason: str = "",
    change: str | None = None,
    sequence: int | None = None,
) -> Appointment:
    """Move a visit and offer the time that it had to whoever is next in line; ``sequence`` as for a cancellation.

    Who waits for an earlier time than it had waits for one before its new time.
    """
    take_waitlist_turn(connection)
    refuse_if_changed(connection, before.key, sequence)
    after = reschedule(connection, before.key, slot, actor=actor, reason=reason, change=change)
    _wait_until(connection, before, after)
    offer_free_time(connection, slot_of(before))
    return after


def _wait_until(connection: sa.Connection, before: Appointment, after: Appointment) -> None:
    """Whoever waited for an earlier time than the visit had waits for one before the time that it has now."""
    for entry in _waiting_before(connection, before):
        latest = max(after.start, entry.earliest + timedelta(minutes=1))
        save_entry(connection, replace(entry, latest=latest))


def _waiting_before(connection: sa.Connection, visit: Appointment) -> list[WaitEntry]:
    """The entries of who waits for an earlier time than this visit's: named in them, or told by when it begins."""
    known = None, visit.person, visit.visit_type, visit.start
    return [
        one
        for one in waiting_entries(connection)
        if one.visit == visit.key or (one.visit, one.person, one.visit_type, one.latest) == known
    ]


def confirm_and_settle(connection: sa.Connection, key: str, *, person: str, actor: str) -> Appointment:
    """Turn a hold into a booking; whoever had been offered it has left the line then.

    Where a later visit of the person is what they wait to have earlier, that one moves to the time.
    """
    if entries_with_hold(connection, key):  # most holds are nobody's offer, and need not wait for the turn
        take_waitlist_turn(connection)
    for entry in entries_with_hold(connection, key):
        hold = appointment(connection, key)
        if later_visit(connection, entry, hold.start):
            confirmed(hold, person, now_of(connection))  # refuses one that lapsed, or is another's
            return give_time(connection, entry.key, None, actor=actor)
    visit = confirm_hold(connection, key, person=person, actor=actor)
    for entry in entries_with_hold(connection, key):
        save_entry(connection, settled(entry, Waiting.BOOKED))
    return visit


def undo_and_wait(connection: sa.Connection, change: str, *, actor: str) -> tuple[list[Appointment], int]:
    """Undo a change as a whole; who was booked by it off the waitlist, or left it, waits again, in the old place.

    Who waits for an earlier time of a visit that goes back waits for one before its time of then.
    Returns the visits as they are now, and how many wait again.
    """
    take_waitlist_turn(connection)
    found = change_set(connection, change)
    if found.words in NOTES:
        return take_back(connection, found, actor=actor), 0
    stood = [appointment(connection, part.appointment) for part in found.parts]
    visits = undo(connection, change, actor=actor)
    for before, after in zip(stood, visits, strict=True):
        if before.live and after.live:
            _wait_until(connection, before, after)
    people = {visit.person for visit in visits if visit.person}
    back = [one for one in ended_entries(connection, people) if one.change == change]
    for entry in back:
        save_entry(connection, back_in_line(entry))
        record(connection, actor=actor, action="back on waitlist", subject=f"person {entry.person}")
    return visits, len(back)
