"""Free times as the pages ask for them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import (
    Horizon,
    Practice,
    Slot,
    Wish,
    free_slots,
    nearest_slots,
    occupied,
    slot_starting,
    wall_at,
)
from spondyl.booking.practice import CELL_MIN
from spondyl.clinic.chart.claims import diary_between
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import practice_of

LOOK_AHEAD_DAYS = 60
SOONEST = timedelta(minutes=30)
# Looked at first: with some times free about there, no more of the diary needs to be read.
CLOSE = timedelta(hours=4)
# How many days before and after are looked at for the nearest times, and how far one found there may be away so that
# none outside those days is nearer (an hour less than the days, for the clock that is set forward).
NEAR = ((1, timedelta(hours=23)), (4, timedelta(days=4)))


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
    practice = practice_of(connection)
    day = wall_at(practice.office(wish.office).zone, start).date()
    asked = _from_soonest(connection, wish)
    reach, three_days = CLOSE + _reach(practice, wish), Horizon(first_day=day - timedelta(days=1), days=3)
    close = diary_between(connection, practice, three_days, around=(start - reach, start + reach))
    near = nearest_slots(close, asked, start, limit, within=CLOSE)
    if len(near) == limit:
        return near
    for days_around, surely in NEAR:
        days = Horizon(first_day=day - timedelta(days=days_around), days=2 * days_around + 1)
        diary = diary_between(connection, practice, days)
        near = nearest_slots(diary, asked, start, limit)
        if len(near) == limit and all(abs(slot.start - start) <= surely for slot in near):
            return near
    return near if len(near) == limit else next_free(connection, wish, limit=limit)


def days_with_times(connection: sa.Connection, wish: Wish, first: date, days: int) -> dict[date, int]:
    """How many times are free on each of some days."""
    counts = {first + timedelta(days=number): 0 for number in range(days)}
    for slot in _free(connection, wish, first, days):
        if slot.wall.date() in counts:
            counts[slot.wall.date()] += 1
    return counts


def slot_for(connection: sa.Connection, wish: Wish, start: datetime) -> Slot | None:
    """The free slot at a start with whichever provider, room and instrument are free, or None."""
    practice = practice_of(connection)
    soonest = _from_soonest(connection, wish).not_before
    if soonest is not None and start < soonest:
        return None
    day = wall_at(practice.office(wish.office).zone, start).date()
    reach = _reach(practice, wish)
    diary = diary_between(
        connection,
        practice,
        Horizon(first_day=day, days=1),
        around=(start - reach, start + reach),
        here=(wish.office, *occupied(practice.visit_type(wish.visit_type), start)),
    )
    return slot_starting(diary, replace(wish, not_before=start), start)


def _reach(practice: Practice, wish: Wish) -> timedelta:
    """How far from a visit's start something can stand in its way: its own length and the longest way."""
    kind = practice.visit_type(wish.visit_type)
    way_min = max((way.minutes for way in practice.travel), default=0)
    return timedelta(minutes=kind.before_min + kind.duration_min + kind.after_min + way_min + CELL_MIN)


def _free(
    connection: sa.Connection, wish: Wish, first: date, days: int, limit: int | None = None
) -> tuple[Slot, ...]:
    diary = diary_between(connection, practice_of(connection), Horizon(first_day=first, days=days))
    return free_slots(diary, _from_soonest(connection, wish), limit)


def _from_soonest(connection: sa.Connection, wish: Wish) -> Wish:
    soonest = now_of(connection) + SOONEST
    return replace(wish, not_before=max(wish.not_before or soonest, soonest))
