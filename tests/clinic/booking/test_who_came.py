"""Claims: who came is noted at a visit, on both databases, and can be taken back; no time moves, no letter goes."""

from datetime import timedelta

import pytest

from audit_rows import entries
from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import Status, StepRefusedError
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book, reschedule
from spondyl.clinic.chart.booking_changes import UndoRefusedError, VisitChangedError, recent_changes
from spondyl.clinic.chart.freed_times import undo_and_wait
from spondyl.clinic.chart.tables import claims, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.who_came import arrive

TEN = utc(3, 18)  # Tuesday 10:00


def test_an_arrival_is_taken_back_and_the_visit_changes_again(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN - timedelta(minutes=5)
    before = bookings.count(outbox), bookings.count(claims)
    with writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", change="here")
        ((back,), _) = undo_and_wait(connection, "here", actor="desk")
    assert (back.status, back.start) == (Status.BOOKED, TEN)
    assert (bookings.count(outbox), bookings.count(claims)) == before, "no letter, and the time is kept"
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=1)), actor="desk")
        said = [one.action for one in entries(connection, subject=f"appointment {visit.key}")]
        assert sorted(said) == ["book visit", "move visit", "patient arrived", "undo: patient arrived"]
    with pytest.raises(UndoRefusedError, match="undone already"), writing(bookings.engine) as connection:
        undo_and_wait(connection, "here", actor="desk")


@pytest.mark.parametrize("seen", ["before the move", "after it"])
def test_nobody_arrives_by_a_page_that_is_too_old_nor_on_another_day(bookings: Bookings, seen: str) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(utc(2, 18)), person=bookings.people[0], actor="desk")
        reschedule(connection, visit.key, slot_at(TEN), actor="desk")
    refused = pytest.raises((VisitChangedError, StepRefusedError), match=r"meanwhile|is on 03 March")
    with refused, writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", sequence=0 if seen == "before the move" else 1)
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key).status is Status.BOOKED


def test_an_arrival_is_taken_back_at_any_time(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN
    with writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", change="here")
    bookings.clock.advance(timedelta(days=30))
    with writing(bookings.engine) as connection:
        assert [one.change for one in recent_changes(connection, visit=visit.key)] == ["here"]
        visits, _ = undo_and_wait(connection, "here", actor="desk")
    assert [one.status for one in visits] == [Status.BOOKED]
