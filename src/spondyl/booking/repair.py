"""A provider is ill: a new time for every visit of the day, none of them in the way of another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from spondyl.booking.claim import claims_of
from spondyl.booking.diary import Diary, Slot, Wish, free_starts, slot_at
from spondyl.booking.grid import bits
from spondyl.booking.wall_clock import MINUTES_IN_DAY, first_reach, wall_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """A visit that has to move, with the days on which its plan's spacing still holds."""

    key: str
    person: str
    visit_type: str
    office: str
    provider: str
    start: datetime
    zone: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A proposal for one visit, with what is different about it."""

    key: str
    slot: Slot
    cost: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMove:
    """No time fits this visit; the reason says what was tried."""

    key: str
    reason: str


OTHER_OFFICE_COST = 30.0  # hours: another office is offered only when nothing else fits within some days
DAY_COST = 4.0  # hours: another day weighs as much as four hours on the same day
OTHER_PROVIDER_COST = 0.5


def repair(
    diary: Diary, displaced: Iterable[Displaced], now: datetime, *, other_offices: bool = True
) -> tuple[Move | NoMove, ...]:
    """Return a move for each visit, or why there is none; all moves can stand together.

    The diary must already hold the absence and must not hold the displaced visits. Whoever can stay at their own time
    chooses first: nobody else takes it, and they need not be told of another. Of the others, and of all where
    somebody would be left without a time by that, the visit with the fewest ways out chooses first, so that a flexible
    one does not take its only place.
    """
    waiting = list(displaced)
    moves = _repaired(diary, waiting, now, other_offices, stayers_first=True)
    if _left_out(moves):
        others = _repaired(diary, waiting, now, other_offices, stayers_first=False)
        moves = min(moves, others, key=_left_out)
    return moves


def _left_out(moves: Iterable[Move | NoMove]) -> int:
    return sum(isinstance(move, NoMove) for move in moves)


def _repaired(
    diary: Diary, displaced: Iterable[Displaced], now: datetime, other_offices: bool, *, stayers_first: bool
) -> tuple[Move | NoMove, ...]:
    waiting = list(displaced)
    found: dict[str, Move | NoMove] = {}
    order = [one.key for one in waiting]
    while waiting:
        # Only who may stay and how many ways there are decides who chooses; the ways need not be weighed yet.
        one, places = min(
            ((one, _places(diary, one, now, other_offices)) for one in waiting),
            key=lambda pair: (
                stayers_first and not _may_stay(diary, *pair),
                _count(pair[1]),
                pair[0].start,
                pair[0].key,
            ),
        )
        waiting.remove(one)
        best = min(_ways(diary, one, places), default=None)
        found[one.key] = move = _move(diary, one, best) if best else _no_move(one)
        if isinstance(move, Move):
            diary = _with(diary, one, move.slot)
    return tuple(found[key] for key in order)


def ways_out(
    diary: Diary, one: Displaced, now: datetime, *, other_offices: bool = True, limit: int = 3
) -> tuple[Move, ...]:
    """Return the best few moves for one visit, at least an hour apart so that they differ."""
    chosen: list[_Way] = []
    for way in sorted(_ways(diary, one, _places(diary, one, now, other_offices))):
        if all(abs(way.start - other.start) >= timedelta(hours=1) for other in chosen):
            chosen.append(way)
        if len(chosen) == limit:
            break
    return tuple(_move(diary, one, way) for way in chosen)


class _Way(NamedTuple):
    """One possible place; the order of the fields is the order of preference."""

    cost: float
    start: datetime
    office: str
    provider: str
    bit: int


_Places = dict[tuple[str, str], int]
"""The free starts as bits, by office and provider."""


def _places(diary: Diary, one: Displaced, now: datetime, other_offices: bool) -> _Places:
    offices = [one.office] + [
        office.key for office in diary.practice.offices if other_offices and office.key != one.office
    ]
    found: _Places = {}
    for office in offices:
        days = _days_mask(diary, diary.practice.office(office).zone, one)
        for provider, mask in free_starts(diary, _wish(one, office, now)).items():
            found[office, provider] = mask & days
    return found


def _may_stay(diary: Diary, one: Displaced, places: _Places) -> bool:
    """Whether somebody else is free at the visit's own time and office."""
    own = diary.horizon.mask(one.start, one.start + timedelta(seconds=1))
    return any(mask & own for (office, _), mask in places.items() if office == one.office)


def _count(places: _Places) -> int:
    return sum(mask.bit_count() for mask in places.values())


def _ways(diary: Diary, one: Displaced, places: _Places) -> Iterator[_Way]:
    old = wall_at(one.zone, one.start)
    for (office, provider), mask in places.items():
        zone = diary.practice.office(office).zone
        elsewhere = OTHER_OFFICE_COST if office != one.office else 0.0
        other = OTHER_PROVIDER_COST * (provider != one.provider)
        for bit in bits(mask):
            start = diary.horizon.instant(bit)
            cost = _cost(old, wall_at(zone, start)) + elsewhere + other
            yield _Way(cost, start, office, provider, bit)


def _days_mask(diary: Diary, zone: str, one: Displaced) -> int:
    """Return the cells of the days on which the spacing holds, by the clock of the office."""
    return diary.horizon.mask(
        first_reach(zone, one.first_day, 0), first_reach(zone, one.last_day, MINUTES_IN_DAY)
    )


def _wish(one: Displaced, office: str, now: datetime) -> Wish:
    return Wish(visit_type=one.visit_type, office=office, person=one.person, not_before=now)


def _cost(old: datetime, wall: datetime) -> float:
    """What another time costs, in hours."""
    days = abs((wall.date() - old.date()).days)
    hours = abs((wall.hour * 60 + wall.minute) - (old.hour * 60 + old.minute)) / 60
    return days * DAY_COST + hours


def _move(diary: Diary, one: Displaced, way: _Way) -> Move:
    slot = slot_at(diary, Wish(visit_type=one.visit_type, office=way.office), way.bit, way.provider)
    return Move(key=one.key, slot=slot, cost=way.cost, note=_note(diary, one, slot))


def _note(diary: Diary, one: Displaced, slot: Slot) -> str:
    old = wall_at(one.zone, one.start)
    same_day = slot.wall.date() == old.date()
    said = ["same time" if slot.wall == old else "same day" if same_day else "another day"]
    if slot.placement.provider != one.provider:
        said.append(f"with {diary.practice.provider(slot.placement.provider).name}")
    if slot.placement.office != one.office:
        said.append(f"at {diary.practice.office(slot.placement.office).name}")
    return ", ".join(said)


def _with(diary: Diary, one: Displaced, slot: Slot) -> Diary:
    visit_type = diary.practice.visit_type(slot.visit_type)
    return diary.with_claims(claims_of(diary.practice, visit_type, slot.placement, slot.start, one.person))


def _no_move(one: Displaced) -> NoMove:
    first, last = (f"{day.day} {day:%b}" for day in (one.first_day, one.last_day))
    return NoMove(
        key=one.key,
        reason=f"Nothing is free from {first} to {last} that keeps the spacing; ask the patient for another week, or "
        "override with a reason.",
    )
