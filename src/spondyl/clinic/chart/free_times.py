"""Free times as the pages ask for them.

Times for a visit that is ``moving`` leave out what it occupies itself, and where it stands already: that is no move.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Diary,
    Horizon,
    Practice,
    Slot,
    Wish,
    free_slots,
    free_starts,
    nearest_slots,
    occupied,
    slot_at,
    slot_starting,
    wall_at,
)
from spondyl.booking.grid import bits
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


def free_on(
    connection: sa.Connection, wish: Wish, day: date, *, moving: Appointment | None = None
) -> tuple[Slot, ...]:
    """The free times of one day by the office's clock."""
    return tuple(slot for slot in _free(connection, wish, day, 1, moving=moving) if slot.wall.date() == day)


def times_on(connection: sa.Connection, wish: Wish, day: date) -> list[Slot]:
    """Every free time of one day, with each provider who is free then: the front desk books from this moment on who
    stands before it."""
    diary = diary_between(connection, practice_of(connection), Horizon(first_day=day, days=1))
    found = _every_place(diary, replace(wish, not_before=now_of(connection)))
    return sorted((slot for slot in found if slot.wall.date() == day), key=lambda slot: slot.start)


def places_on(connection: sa.Connection, day: date, *, moving: Appointment) -> list[Slot]:
    """Where a visit could be put on a day, in order of time: with each provider each start, at the visit's own office
    if it can be there."""
    practice = practice_of(connection)
    diary = diary_between(connection, practice, Horizon(first_day=day, days=1), without=[moving.key])
    places: dict[tuple[str, datetime], Slot] = {}
    for office in sorted(practice.offices, key=lambda office: office.key != moving.placement.office):
        wish = Wish(visit_type=moving.visit_type, office=office.key, person=moving.person)
        for slot in _every_place(diary, replace(wish, not_before=now_of(connection))):
            if slot.wall.date() == day and not _stands_with(moving, slot):
                places.setdefault((slot.placement.provider, slot.start), slot)
    return sorted(places.values(), key=lambda slot: slot.start)


def _every_place(diary: Diary, wish: Wish) -> Iterator[Slot]:
    for provider, mask in free_starts(diary, wish).items():
        for bit in bits(mask):
            yield slot_at(diary, wish, bit, provider)


def stands_at(visit: Appointment, office: str, start: datetime) -> bool:
    """Whether a visit is at that time and office already, with whomever."""
    return (visit.placement.office, visit.start) == (office, start)


def _stands_with(visit: Appointment, slot: Slot) -> bool:
    own = visit.placement.provider == slot.placement.provider
    return own and stands_at(visit, slot.placement.office, slot.start)


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


def days_with_times(
    connection: sa.Connection, wish: Wish, first: date, days: int, *, moving: Appointment | None = None
) -> dict[date, int]:
    """How many times are free on each of some days."""
    counts = {first + timedelta(days=number): 0 for number in range(days)}
    for slot in _free(connection, wish, first, days, moving=moving):
        if slot.wall.date() in counts:
            counts[slot.wall.date()] += 1
    return counts


def slot_for(
    connection: sa.Connection, wish: Wish, start: datetime, *, moving: Appointment | None = None
) -> Slot | None:
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
        without=_keys(moving),
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
    connection: sa.Connection,
    wish: Wish,
    first: date,
    days: int,
    limit: int | None = None,
    *,
    moving: Appointment | None = None,
) -> tuple[Slot, ...]:
    horizon = Horizon(first_day=first, days=days)
    diary = diary_between(connection, practice_of(connection), horizon, without=_keys(moving))
    slots = free_slots(diary, _from_soonest(connection, wish), limit)
    if moving is None:
        return slots
    return tuple(slot for slot in slots if not stands_at(moving, slot.placement.office, slot.start))


def _keys(moving: Appointment | None) -> tuple[str, ...]:
    return () if moving is None else (moving.key,)


def _from_soonest(connection: sa.Connection, wish: Wish) -> Wish:
    soonest = now_of(connection) + SOONEST
    return replace(wish, not_before=max(wish.not_before or soonest, soonest))
