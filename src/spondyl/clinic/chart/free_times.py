"""Free times as the pages ask for them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import Diary, Horizon, Slot, Wish, free_slots, wall_at
from spondyl.clinic.chart.claims import diary_between
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import practice_of

LOOK_AHEAD_DAYS = 60
SOONEST = timedelta(minutes=30)


def free_on(connection: sa.Connection, wish: Wish, day: date) -> tuple[Slot, ...]:
    """The free times of one day by the office's clock."""
    return tuple(slot for slot in _free(connection, wish, day, 1) if slot.wall.date() == day)


def next_free(
    connection: sa.Connection, wish: Wish, *, after: datetime | None = None, limit: int = 1
) -> tuple[Slot, ...]:
    """The next free times, looked for a fortnight at a time up to two months ahead."""
    zone = practice_of(connection).office(wish.office).zone
    start = max(after or now_of(connection), now_of(connection) + SOONEST)
    day, found = wall_at(zone, start).date(), ()
    for step in range(0, LOOK_AHEAD_DAYS, 14):
        asked = replace(wish, not_before=start)
        found = found + _free(connection, asked, day + timedelta(days=step), 14, limit - len(found))
        if len(found) >= limit:
            break
    return found


def nearest_free(
    connection: sa.Connection, wish: Wish, start: datetime, *, limit: int = 3
) -> tuple[Slot, ...]:
    """The free times nearest to one that is taken, in order of time."""
    zone = practice_of(connection).office(wish.office).zone
    day = wall_at(zone, start).date() - timedelta(days=3)
    near = sorted(_free(connection, wish, day, 10), key=lambda slot: (abs(slot.start - start), slot.start))
    if len(near) < limit:
        near = list(next_free(connection, wish, limit=limit))
    return tuple(sorted(near[:limit], key=lambda slot: slot.start))


def days_with_times(connection: sa.Connection, wish: Wish, first: date, days: int) -> dict[date, int]:
    """How many times are free on each of some days."""
    counts = {first + timedelta(days=number): 0 for number in range(days)}
    for slot in _free(connection, wish, first, days):
        if slot.wall.date() in counts:
            counts[slot.wall.date()] += 1
    return counts


def slot_for(connection: sa.Connection, wish: Wish, start: datetime) -> Slot | None:
    """The free slot at a start with whichever provider, room and instrument are free, or None."""
    zone = practice_of(connection).office(wish.office).zone
    for slot in _free(connection, wish, wall_at(zone, start).date(), 1):
        if slot.start == start:
            return slot
    return None


def diary_of_day(connection: sa.Connection, first: date, days: int = 1) -> Diary:
    """The diary of some days."""
    return diary_between(connection, practice_of(connection), Horizon(first_day=first, days=days))


def _free(
    connection: sa.Connection, wish: Wish, first: date, days: int, limit: int | None = None
) -> tuple[Slot, ...]:
    soonest = now_of(connection) + SOONEST
    asked = replace(wish, not_before=max(wish.not_before or soonest, soonest))
    return free_slots(diary_of_day(connection, first, days), asked, limit)
