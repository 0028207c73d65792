"""Claims: looking at a part of the diary only offers the same times as looking at all of it."""

from datetime import timedelta
from random import Random

import pytest

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import Slot, Wish
from spondyl.clinic.chart import free_times
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.claims import TimeTakenError
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


@pytest.mark.parametrize(("office", "close_min"), [("yl", 45), ("or", 240)])
def test_a_full_diary_at_two_offices_looks_the_same_by_parts(
    bookings: Bookings, monkeypatch: pytest.MonkeyPatch, office: str, close_min: int
) -> None:
    """Ways to the other office reach into what is looked at, however little is looked at first."""
    monkeypatch.setattr(free_times, "CLOSE", timedelta(minutes=close_min))
    chance, wish = Random(4), Wish(visit_type="follow", office=office)
    for number in range(40):
        offered = bookings.slots(office=chance.choice(["yl", "yl", "or"]))
        slot = chance.choice([one for one in offered if one.start < utc(7, 12)] or [*offered])
        try:
            with writing(bookings.engine) as connection:
                book(connection, slot, person=bookings.people[number % 3], actor="desk")
        except TimeTakenError:  # that patient is elsewhere then
            continue
    free = [slot for slot in bookings.slots(office=office) if slot.start >= bookings.clock() + SOONEST]
    at = {slot.start: slot for slot in free}
    with reading(bookings.engine) as connection:
        for start in [utc(3, 12) + QUARTER * number for number in range(200)]:
            assert slot_for(connection, wish, start) == at.get(start), start
            near = sorted(free, key=lambda slot: (abs(slot.start - start), slot.start))[:3]
            expected = tuple(sorted(near, key=lambda slot: slot.start))
            assert nearest_free(connection, wish, start) == expected, start
