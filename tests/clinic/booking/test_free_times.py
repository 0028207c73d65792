"""Claims: looking at a part of the diary only offers the same times as looking at all of it."""

from datetime import timedelta

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import Slot, Wish
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import SOONEST, nearest_free, slot_for
from spondyl.clinic.chart.transaction import reading, writing

TEN = utc(3, 18)  # Tuesday 10:00
QUARTER = timedelta(minutes=15)
WISH = Wish(visit_type="follow", office="yl")


def standing(bookings: Bookings) -> list[Slot]:
    """Both providers busy at ten, one of them at the other office soon after; returns what is free in a fortnight."""
    anna, berta, carla = bookings.people
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=anna, actor="desk")
        book(connection, slot_at(TEN, provider="ben", room="t2"), person=berta, actor="desk")
        book(connection, slot_at(TEN + 6 * QUARTER, room="t3"), person=carla, actor="desk")
    soonest = bookings.clock() + SOONEST
    return [slot for slot in bookings.slots() if slot.start >= soonest]


def test_a_start_is_free_exactly_when_the_whole_diary_says_so(bookings: Bookings) -> None:
    free = {slot.start: slot for slot in standing(bookings)}
    starts = [utc(2, 12) + QUARTER * number for number in range(3 * 96)]
    with reading(bookings.engine) as connection:
        assert [slot_for(connection, WISH, start) for start in starts] == [free.get(one) for one in starts]
    assert TEN not in free and TEN - 2 * QUARTER in free


def test_the_nearest_are_the_nearest_of_the_whole_diary(bookings: Bookings) -> None:
    free = standing(bookings)
    asked = [
        TEN,
        utc(2, 17),
        utc(3, 20, 30),
        utc(4, 18),
        utc(7, 8),
        utc(8, 20),
    ]  # closed on the 4th, 7th and 8th
    with reading(bookings.engine) as connection:
        for start in asked:
            near = sorted(free, key=lambda slot: (abs(slot.start - start), slot.start))[:3]
            expected = tuple(sorted(near, key=lambda slot: slot.start))
            assert nearest_free(connection, WISH, start) == expected, start
