"""Which free times suit the people who wait: read once for everybody in line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import repeat
from operator import itemgetter

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Diary,
    Horizon,
    Practice,
    Slot,
    WaitEntry,
    Waiting,
    Wish,
    free_starts,
    person_starts,
    slot_at,
    wall_at,
)
from spondyl.booking.grid import bits
from spondyl.clinic.chart.appointment_rows import slot_of
from spondyl.clinic.chart.claims import diary_between
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import SOONEST
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.waitlist import waiting_entries

LOOK_AHEAD_DAYS = 21
SHOWN = 3


def fitting_times(
    connection: sa.Connection, entries: Sequence[WaitEntry], *, each: int = SHOWN
) -> dict[str, tuple[Slot, ...]]:
    """Free times that suit each person, by the entry's key; nothing for who has an offer.

    The first of each morning and afternoon: who is called wants a choice of days, not of quarters of an hour.
    """
    if not entries:
        return {}
    practice, soonest = practice_of(connection), now_of(connection) + SOONEST
    today = wall_at(practice.offices[0].zone, now_of(connection)).date()
    horizon = Horizon(first_day=today, days=LOOK_AHEAD_DAYS)
    free = _FreeTimes(diary_between(connection, practice, horizon), soonest)
    return {one.key: _spread(free.suiting(one), each) for one in entries}


def _spread(slots: Iterable[Slot], each: int) -> tuple[Slot, ...]:
    halves: dict[tuple[date, bool], Slot] = {}
    for slot in slots:
        halves.setdefault((slot.wall.date(), slot.wall.hour >= 12), slot)
        if len(halves) >= each:
            break
    return tuple(halves.values())


def takers(connection: sa.Connection, gone: Appointment) -> list[tuple[WaitEntry, Slot]]:
    """Who in line could come in the time that this visit left, who waited longest first, each with a slot in it.

    A slot counts when it needs what became free: that provider there, during the visit and what it kept free.
    """
    practice, soonest = practice_of(connection), now_of(connection) + SOONEST
    diary = diary_between(connection, practice, Horizon(first_day=gone.wall.date(), days=1))
    free, found = _FreeTimes(diary, soonest), list[tuple[WaitEntry, Slot]]()
    for entry in waiting_entries(connection):
        if entry.provider not in {None, gone.placement.provider}:
            continue
        wish = replace(entry, provider=gone.placement.provider)
        mine = [slot for slot in free.suiting(wish) if _needs(practice, slot, gone)]
        if mine:  # best at the very start of what became free, else after it, else before
            found.append((entry, min(mine, key=lambda slot: (slot.start < gone.start, slot.start))))
    return found


def _needs(practice: Practice, slot: Slot, gone: Appointment) -> bool:
    """Whether the slot overlaps what the visit occupied, at the same office."""
    (first, last), (begin, end) = _kept(practice, slot), _kept(practice, slot_of(gone))
    return slot.placement.office == gone.placement.office and first < end and begin < last


def _kept(practice: Practice, slot: Slot) -> tuple[datetime, datetime]:
    kind = practice.visit_type(slot.visit_type)
    begin = slot.start - timedelta(minutes=kind.before_min)
    return begin, slot.start + timedelta(minutes=kind.duration_min + kind.after_min)


class _FreeTimes:
    """What is free in a diary, worked out once for everybody who waits for the same kind of visit at an office."""

    def __init__(self, diary: Diary, soonest: datetime) -> None:
        self._diary, self._soonest = diary, soonest
        self._starts: dict[tuple[str, str], dict[str, int]] = {}
        self._slots: dict[tuple[str, str, str, int], Slot] = {}

    def suiting(self, entry: WaitEntry) -> Iterator[Slot]:
        """The free times that suit a person, in order of time, whichever office and provider; none while one is kept
        for them."""
        if entry.state is not Waiting.WAITING:
            return
        streams = [
            zip(bits(mask & mine), repeat(office), repeat(provider))
            for office in _offices(self._diary.practice, entry)
            for mine in [self._reached(entry, office)]
            for provider, mask in self._starts_for(entry, office).items()
            if entry.provider in {None, provider}
        ]
        for bit, office, provider in merge(*streams, key=itemgetter(0)):
            slot = self._slot(entry.visit_type, office, provider, bit)
            if entry.suits(slot):
                yield slot

    def _reached(self, entry: WaitEntry, office: str) -> int:
        """The starts in the span that the person named, at which they could be there."""
        wish = Wish(visit_type=entry.visit_type, office=office, person=entry.person)
        return person_starts(self._diary, wish) & self._diary.horizon.mask(entry.earliest, entry.latest)

    def _starts_for(self, entry: WaitEntry, office: str) -> dict[str, int]:
        asked = entry.visit_type, office
        if asked not in self._starts:
            wish = Wish(visit_type=entry.visit_type, office=office, not_before=self._soonest)
            self._starts[asked] = free_starts(self._diary, wish)
        return self._starts[asked]

    def _slot(self, visit_type: str, office: str, provider: str, bit: int) -> Slot:
        asked = visit_type, office, provider, bit
        if asked not in self._slots:
            wish = Wish(visit_type=visit_type, office=office)
            self._slots[asked] = slot_at(self._diary, wish, bit, provider)
        return self._slots[asked]


def _offices(practice: Practice, entry: WaitEntry) -> tuple[str, ...]:
    """The offices that the practice still has; none when it no longer offers that kind of visit."""
    if all(one.key != entry.visit_type for one in practice.visit_types):
        return ()
    known = {one.key for one in practice.offices}
    return tuple(office for office in entry.offices if office in known)
