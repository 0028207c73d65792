"""Claims: a free time is held for one person in line, then for the next, then free for everybody."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import StepRefusedError, WaitEntry, Waiting
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import TimeTakenError, book, cancel, confirm_hold, slot_of
from spondyl.clinic.chart.tables import claims, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import (
    give_time,
    join_waitlist,
    leave_waitlist,
    offer_free_time,
    offer_taken,
    offer_time,
    sweep,
    take_back_offer,
    wait_entry,
    waiting_entries,
)
from spondyl.clinic.chart.waitlist_times import fitting_times, takers

TEN = utc(3, 18)


def entry(bookings: Bookings, number: int, **wish: Any) -> WaitEntry:
    return WaitEntry(
        key=f"w{number}",
        person=bookings.people[number],
        visit_type="follow",
        offices=("yl",),
        earliest=utc(2, 8),
        latest=utc(9, 8),
        since=bookings.clock() + timedelta(minutes=number),
        **wish,
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


def test_the_times_that_suit_keep_to_provider_weekday_and_hour(bookings: Bookings) -> None:
    wishes = (
        entry(bookings, 0, provider="ben"),
        entry(bookings, 1, weekdays=(1, 3)),
        entry(bookings, 2, from_min=11 * 60, to_min=12 * 60),
    )
    with reading(bookings.engine) as connection:
        found = fitting_times(connection, wishes, each=100)
    by_ben, on_days, late = (found[one.key] for one in wishes)
    assert {slot.placement.provider for slot in by_ben} == {"ben"}
    assert {slot.wall.hour for slot in late} == {11}
    everything = [slot.start for slot in bookings.slots() if slot.start < utc(9, 8)]
    first = {day: min(one for one in everything if one.day == day) for day in (3, 5)}  # Tuesday, Thursday
    mornings = [slot.start for slot in on_days if slot.wall.hour < 12]
    assert mornings == list(first.values())


def test_one_press_books_and_moves_the_later_visit_whose_time_goes_to_the_next(bookings: Bookings) -> None:
    friday = utc(6, 18)
    with writing(bookings.engine) as connection:
        later = book(connection, slot_at(friday), person=bookings.people[1], actor="desk")
        for number in (1, 2):
            join_waitlist(connection, entry(bookings, number), actor="desk")
        visit = give_time(connection, "w1", slot_at(TEN), actor="desk")
        assert visit.key == later.key and visit.start == TEN
        assert wait_entry(connection, "w1").state is Waiting.BOOKED
        follower = wait_entry(connection, "w2")
        assert follower.hold and appointment(connection, follower.hold).start == friday
        assert len(appointments_of(connection, bookings.people[1])) == 1


def test_a_time_taken_meanwhile_is_given_to_nobody_and_the_place_in_line_stays(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, entry(bookings, 1), actor="desk")
        book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        give_time(connection, "w1", slot_at(TEN), actor="desk")
    with reading(bookings.engine) as connection:
        assert wait_entry(connection, "w1").state is Waiting.WAITING
        assert appointments_of(connection, bookings.people[1]) == []


def test_nobody_is_given_two_times(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, entry(bookings, 1), actor="desk")
        give_time(connection, "w1", slot_at(TEN), actor="desk")
    for step in (give_time, offer_time):
        with (
            pytest.raises(StepRefusedError, match="no longer on the waitlist"),
            writing(bookings.engine) as connection,
        ):
            step(connection, "w1", slot_at(TEN, "ben", "t2"), actor="desk")


def test_an_offer_is_booked_by_telephone_or_taken_back_for_the_next(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for number in (1, 2):
            join_waitlist(connection, entry(bookings, number), actor="desk")
        kept = offer_time(connection, "w1", slot_at(TEN), actor="desk")
        with pytest.raises(StepRefusedError, match="already"):
            offer_time(connection, "w1", slot_at(TEN, "ben", "t2"), actor="desk")
        following = take_back_offer(connection, "w1", actor="desk")
        assert following and following.person == bookings.people[2] and following.start == kept.start
        assert give_time(connection, "w2", None, actor="desk").start == TEN
        assert [one.key for one in waiting_entries(connection)] == ["w1"]
        with pytest.raises(StepRefusedError, match="No time is kept"):
            give_time(connection, "w1", None, actor="desk")


def test_who_leaves_while_a_time_is_kept_gives_it_to_the_next(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for number in (1, 2):
            join_waitlist(connection, entry(bookings, number), actor="desk")
        offer_time(connection, "w1", slot_at(TEN), actor="desk")
        leave_waitlist(connection, "w1", actor="desk")
        assert wait_entry(connection, "w2").state is Waiting.OFFERED
    assert bookings.count(claims, claims.c.resource == "provider:ana") > 0


def test_a_cancelled_visit_names_who_could_come_for_another_kind_of_visit(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN, visit="adjust"), person=bookings.people[0], actor="desk")
        join_waitlist(connection, entry(bookings, 1), actor="desk")
        join_waitlist(connection, entry(bookings, 2, weekdays=(4,)), actor="desk")
        gone = cancel(connection, visit.key, actor="desk")
        assert offer_free_time(connection, slot_of(visit)) is None
        found = takers(connection, gone)
    assert [(one.key, slot.start) for one, slot in found] == [("w1", TEN)]
