"""Claims: a free time is held for one person in line, then for the next, then free for everybody."""

from datetime import timedelta

import pytest

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import StepRefusedError, WaitEntry, Waiting
from spondyl.clinic.chart.appointments import book, cancel, confirm_hold, slot_of
from spondyl.clinic.chart.tables import claims, outbox
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.chart.waitlist import (
    join_waitlist,
    leave_waitlist,
    offer_free_time,
    offer_taken,
    sweep,
    wait_entry,
    waiting_entries,
)

TEN = utc(3, 18)


def entry(bookings: Bookings, number: int) -> WaitEntry:
    return WaitEntry(
        key=f"w{number}",
        person=bookings.people[number],
        visit_type="follow",
        offices=("yl",),
        earliest=utc(2, 8),
        latest=utc(9, 8),
        since=bookings.clock() + timedelta(minutes=number),
    )


def test_the_offer_goes_down_the_line_and_then_to_all(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        for number in (1, 2):
            join_waitlist(connection, entry(bookings, number), actor="desk")
        cancel(connection, visit.key, actor="desk")
        hold = offer_free_time(connection, slot_of(visit))
    assert hold is not None and hold.person == bookings.people[1]
    with pytest.raises(StepRefusedError, match="somebody else"), writing(bookings.engine) as connection:
        confirm_hold(connection, hold.key, person=bookings.people[2], actor="link")
    bookings.clock.advance(timedelta(minutes=61))
    with writing(bookings.engine) as connection:
        (second,) = sweep(connection)
    assert second.person == bookings.people[2]
    bookings.clock.advance(timedelta(minutes=61))
    with writing(bookings.engine) as connection:
        assert sweep(connection) == []
        assert [one.state for one in waiting_entries(connection)] == [Waiting.WAITING, Waiting.WAITING]
    assert bookings.count(claims) == 0
    assert bookings.count(outbox, outbox.c.kind == "offer") == 2


def test_who_takes_the_offer_leaves_the_line(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, entry(bookings, 1), actor="desk")
        join_waitlist(connection, entry(bookings, 2), actor="desk")
        hold = offer_free_time(connection, slot_at(TEN))
        assert hold is not None
        confirm_hold(connection, hold.key, person=bookings.people[1], actor="link")
        offer_taken(connection, hold.key)
        assert wait_entry(connection, "w1").state is Waiting.BOOKED
        leave_waitlist(connection, "w2", actor="desk")
        assert waiting_entries(connection) == []
        assert offer_free_time(connection, slot_at(TEN, "ben", "t2")) is None
