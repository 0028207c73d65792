"""The diary of a stretch of days: what is taken, and from it what is free."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from spondyl.booking.claim import (
    Claim,
    Placement,
    instrument_resource,
    occupied,
    person_resource,
    provider_resource,
    room_resource,
)
from spondyl.booking.grid import Horizon, bits, open_mask, runs, start_mask, union
from spondyl.booking.practice import CELL_MIN, Office, OpenSpan, Practice, VisitType
from spondyl.booking.wall_clock import wall_at

_TICK = timedelta(microseconds=1)
_CELL = timedelta(minutes=CELL_MIN) // _TICK
Stretch = tuple[str, str, int, int]
"""What one exclusive claim takes: resource, office, first and past the last second since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A provider is away (ill, on leave), or a room or an instrument out of use, between two UTC instants."""

    provider: str = ""
    room: str = ""
    instrument: str = ""
    start: datetime
    end: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if [self.provider, self.room, self.instrument].count("") != 2:
            raise ValueError("An absence is of one provider, one room or one instrument; name one of them.")
        if not self.start < self.end:
            raise ValueError(
                f"Absence of {self.resource!r} ends at {self.end}, not after its start {self.start}."
            )

    @property
    def resource(self) -> str:
        """The name under which visits claim what is away."""
        if self.provider:
            return provider_resource(self.provider)
        return room_resource(self.room) if self.room else instrument_resource(self.instrument)

    @property
    def words(self) -> str:
        """What is said of a provider, or of a thing."""
        return "is away" if self.provider else "is out of use"

    @property
    def stretch(self) -> Stretch:
        """What it takes of its resource, at whichever office."""
        return self.resource, "", int(self.start.timestamp()), int(self.end.timestamp())

    def touches(self, begins: datetime, ends: datetime) -> bool:
        """Whether any part of [begins, ends) lies in it."""
        return self.start < ends and begins < self.end


def absent_name(practice: Practice, absence: Absence) -> str:
    """Return who is away, or what is out of use and where, by name; the bare key of what no visit was ever with."""
    try:
        if absence.provider:
            return practice.provider(absence.provider).name
        thing = practice.room(absence.room) if absence.room else practice.instrument(absence.instrument)
        return f"{thing.name}, {practice.office(thing.office).name}"
    except KeyError:
        return absence.provider or absence.room or absence.instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A start that is offered: the UTC instant, the IANA zone and what the clock on the wall reads."""

    start: datetime
    zone: str
    wall: datetime
    visit_type: str
    placement: Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What is taken in a stretch of days, as bits."""

    practice: Practice
    horizon: Horizon
    taken: Mapping[str, Mapping[str, int]]
    """By resource and office: the cells that are taken."""
    away: Mapping[str, int]

    def with_claims(self, claims: Iterable[Claim]) -> "Diary":
        """Return the diary with these claims added."""
        return replace(self, taken=_taken(self.horizon, _stretches(claims), self.taken))

    def with_absences(self, absences: Iterable[Absence]) -> "Diary":
        """Return the diary with these absences: a thing that is out of use is taken then."""
        away, things = dict(self.away), list[Stretch]()
        for one in absences:
            if one.provider:
                away[one.provider] = away.get(one.provider, 0) | self.horizon.mask(one.start, one.end)
            else:
                things.append(one.stretch)
        return replace(
            self, away=away, taken=_taken(self.horizon, things, self.taken) if things else self.taken
        )

    def busy(self, resource: str) -> int:
        """Return the cells in which a resource is taken, at whichever office."""
        return union(self.taken.get(resource, {}).values())


def diary_of(
    practice: Practice, horizon: Horizon, claims: Iterable[Claim], absences: Iterable[Absence] = ()
) -> Diary:
    """Return the diary of the horizon; travel claims are left out, since the travel is worked out from the visits."""
    return diary_of_stretches(practice, horizon, _stretches(claims), absences)


def diary_of_stretches(
    practice: Practice, horizon: Horizon, stretches: Iterable[Stretch], absences: Iterable[Absence] = ()
) -> Diary:
    """Return the diary of the horizon from exclusive claims as a database keeps them."""
    diary = Diary(practice=practice, horizon=horizon, taken=_taken(horizon, stretches, {}), away={})
    return diary.with_absences(absences) if absences else diary


def _stretches(claims: Iterable[Claim]) -> Iterator[Stretch]:
    for claim in claims:
        if claim.exclusive:
            yield claim.resource, claim.office, int(claim.start.timestamp()), int(claim.end.timestamp())


def _taken(
    horizon: Horizon, stretches: Iterable[Stretch], before: Mapping[str, Mapping[str, int]]
) -> Mapping[str, Mapping[str, int]]:
    taken = {resource: dict(offices) for resource, offices in before.items()}
    # A busy fortnight has thousands of stretches, many of them at the same time.
    known: dict[tuple[int, int], int] = {}
    for resource, office, starts_s, ends_s in stretches:
        when = starts_s, ends_s
        cells = known.get(when)
        if cells is None:
            cells = known[when] = horizon.cells(starts_s, ends_s)
        offices = taken.get(resource)
        if offices is None:
            taken[resource] = {office: cells}
        else:
            offices[office] = offices.get(office, 0) | cells
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is looked for: a kind of visit at an office, perhaps with one provider, for one person, after a time."""

    visit_type: str
    office: str
    provider: str | None = None
    person: str | None = None
    not_before: datetime | None = None


def free_slots(diary: Diary, wish: Wish, limit: int | None = None) -> tuple[Slot, ...]:
    """Return the free starts in order of time; for each start the first provider, room and instrument that are free."""
    free = free_starts(diary, wish)
    slots: list[Slot] = []
    for bit in bits(union(free.values())):
        slots.append(slot_at(diary, wish, bit, next(key for key, mask in free.items() if mask >> bit & 1)))
        if limit is not None and len(slots) >= limit:
            break
    return tuple(slots)


def slot_starting(diary: Diary, wish: Wish, start: datetime) -> Slot | None:
    """Return the slot of :func:`free_slots` at one start, or None; looks no further than the first free provider."""
    bit = (start - diary.horizon.start) // timedelta(minutes=CELL_MIN)
    if bit < 0 or diary.horizon.instant(bit) != start or not _offered_with_things(diary, wish) >> bit & 1:
        return None
    free = (key for key in _providers(diary.practice, wish) if _starts_of(diary, wish, key) >> bit & 1)
    provider = next(free, None)
    return None if provider is None else slot_at(diary, wish, bit, provider)


def nearest_slots(
    diary: Diary, wish: Wish, start: datetime, limit: int, *, within: timedelta = timedelta.max
) -> tuple[Slot, ...]:
    """Return, in order of time, the free starts nearest to one, no farther away than ``within``; of two as near
    the earlier."""
    free = free_starts(diary, wish)
    at, most = (start - diary.horizon.start) // _TICK, within // _TICK
    far = {bit: abs(bit * _CELL - at) for bit in bits(union(free.values()))}
    near = sorted(sorted((bit for bit in far if far[bit] <= most), key=far.__getitem__)[:limit])
    return tuple(
        slot_at(diary, wish, bit, next(key for key, mask in free.items() if mask >> bit & 1)) for bit in near
    )


def free_starts(diary: Diary, wish: Wish) -> dict[str, int]:
    """Return for each provider the bits at which the wished visit could start."""
    offered = _offered_with_things(diary, wish)
    free = {key: _starts_of(diary, wish, key) & offered for key in _providers(diary.practice, wish)}
    return {key: mask for key, mask in free.items() if mask}


def person_starts(diary: Diary, wish: Wish) -> int:
    """Return the bits at which whom the wish names could come; all of them where it names nobody."""
    if wish.person is None:
        return diary.horizon.all_cells
    there = _reachable(diary, person_resource(wish.person), wish.office)
    return _runs(there, diary.practice.visit_type(wish.visit_type))


def _providers(practice: Practice, wish: Wish) -> Iterator[str]:
    """Yield who is wished and works at the office."""
    for provider in practice.providers:
        if wish.provider in {None, provider.key} and any(s.office == wish.office for s in provider.shifts):
            yield provider.key


def _offered_with_things(diary: Diary, wish: Wish) -> int:
    """Return the starts on offer with a room and what else the visit needs, whoever gives it."""
    visit_type = diary.practice.visit_type(wish.visit_type)
    things = _rooms_free(diary, visit_type, wish.office) & _instrument_free(diary, visit_type, wish.office)
    return things & _offered(diary, visit_type, wish)


def _starts_of(diary: Diary, wish: Wish, provider: str) -> int:
    """Return the starts at which a provider is free for the wished visit."""
    return _runs(_provider_free(diary, provider, wish.office), diary.practice.visit_type(wish.visit_type))


def slot_at(diary: Diary, wish: Wish, bit: int, provider: str) -> Slot:
    """Return the slot at a free bit with the first free room and instrument."""
    visit_type, office = diary.practice.visit_type(wish.visit_type), diary.practice.office(wish.office)
    room = next(key for key in _rooms(diary.practice, visit_type, wish.office)
                if _runs(~diary.busy(room_resource(key)), visit_type) >> bit & 1)  # fmt: skip
    instrument = next(
        (key for key in _instruments(diary.practice, wish.office)
         if _runs(~diary.busy(instrument_resource(key)), visit_type) >> bit & 1), None
    ) if visit_type.instrument else None  # fmt: skip
    start = diary.horizon.instant(bit)
    return Slot(
        start=start,
        zone=office.zone,
        wall=wall_at(office.zone, start),
        visit_type=visit_type.key,
        placement=Placement(office=office.key, provider=provider, room=room, instrument=instrument),
    )


class _Remembered:
    """What follows from a practice alone, for the last few practices.

    They are told apart by identity: to compare two, or to hash one, goes through every shift of every provider.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Practice, dict[tuple[str, str, Horizon], int]]] = {}

    def of(self, practice: Practice) -> dict[tuple[str, str, Horizon], int]:
        """Return what is known of this very practice, to be added to."""
        found = self._known.get(id(practice))
        if found is None or found[0] is not practice or len(found[1]) >= _MOST_REMEMBERED:
            if len(self._known) >= _MOST_PRACTICES:
                self._known.clear()
            found = self._known[id(practice)] = (practice, {})
        return found[1]


_MOST_PRACTICES, _MOST_REMEMBERED = 4, 4000
_MEMORY = _Remembered()


def _offered(diary: Diary, visit_type: VisitType, wish: Wish) -> int:
    """Return the starts on the step whose whole time lies inside the hours, after now, while the person is free."""
    office, horizon = diary.practice.office(wish.office), diary.horizon
    found = start_mask(office, diary.practice.start_step_min, horizon)
    found &= _runs(_open(office, office.hours, horizon), visit_type)
    found &= person_starts(diary, wish)
    if wish.not_before is not None:
        found &= horizon.mask(wish.not_before + timedelta(minutes=CELL_MIN, microseconds=-1), horizon.end)
    return found


def _runs(mask: int, visit_type: VisitType) -> int:
    """Return the bits at which a visit may start so that it and its buffers lie in the mask."""
    whole = visit_type.before_min + visit_type.duration_min + visit_type.after_min
    return runs(mask, whole // CELL_MIN) << visit_type.before_min // CELL_MIN


def _provider_free(diary: Diary, key: str, office: str) -> int:
    there = _reachable(diary, provider_resource(key), office)
    return _at_work(diary.practice, key, office, diary.horizon) & ~diary.away.get(key, 0) & there


def _at_work(practice: Practice, provider: str, office: str, horizon: Horizon) -> int:
    """Return the cells in which the office is open and the provider works there, remembered."""
    known = _MEMORY.of(practice)
    asked = provider, office, horizon
    cells = known.get(asked)
    if cells is None:
        shifts = tuple(s.span for s in practice.provider(provider).shifts if s.office == office)
        cells = known[asked] = _open(practice.office(office), shifts, horizon)
    return cells


def _reachable(diary: Diary, resource: str, office: str) -> int:
    """Return the cells in which somebody can be at an office: not taken, nor on the way from or to another one."""
    free = diary.horizon.all_cells
    for where, mask in diary.taken.get(resource, {}).items():
        free &= ~_widened(mask, diary.practice.travel_min(office, where), diary.horizon)
    return free


def _widened(mask: int, minutes: int, horizon: Horizon) -> int:
    """Return the mask with ``minutes`` of travel added before and after every run."""
    cells = -(-minutes // CELL_MIN)
    whole = mask
    for step in range(1, cells + 1):
        whole |= mask << step | mask >> step
    return whole & horizon.all_cells


def _rooms_free(diary: Diary, visit_type: VisitType, office: str) -> int:
    rooms = _rooms(diary.practice, visit_type, office)
    return _any_free(diary, visit_type, map(room_resource, rooms))


def _instrument_free(diary: Diary, visit_type: VisitType, office: str) -> int:
    if not visit_type.instrument:
        return diary.horizon.all_cells
    return _any_free(diary, visit_type, map(instrument_resource, _instruments(diary.practice, office)))


def _any_free(diary: Diary, visit_type: VisitType, resources: Iterable[str]) -> int:
    """Return the starts at which one of these is free; looks no further once every start is."""
    every, free = diary.horizon.all_cells, 0
    most = _runs(every, visit_type)
    for resource in resources:
        free |= _runs(every & ~diary.busy(resource), visit_type)
        if free == most:
            break
    return free


def _rooms(practice: Practice, visit_type: VisitType, office: str) -> tuple[str, ...]:
    return tuple(
        room.key for room in practice.rooms if room.office == office and room.kind == visit_type.room
    )


def _instruments(practice: Practice, office: str) -> tuple[str, ...]:
    return tuple(one.key for one in practice.instruments if one.office == office)


@lru_cache(maxsize=512)
def _open(office: Office, spans: tuple[OpenSpan, ...], horizon: Horizon) -> int:
    """Return the cells in which the office is open and these spans say so too."""
    return open_mask(office.zone, spans, office.closed, horizon) & open_mask(
        office.zone, office.hours, office.closed, horizon
    )


def why_not(diary: Diary, wish: Wish, start: datetime) -> str | None:
    """Return in one sentence why a start is not on offer, or None if it is; who is booked is never said."""
    office, visit_type = diary.practice.office(wish.office), diary.practice.visit_type(wish.visit_type)
    bit = (start - diary.horizon.start) // timedelta(minutes=CELL_MIN)
    starts = start_mask(office, diary.practice.start_step_min, diary.horizon)
    if diary.horizon.instant(bit) != start or not starts >> bit & 1:
        is_open = _open(office, office.hours, diary.horizon) >> bit & 1
        return f"{office.name} {'has no start' if is_open else 'is closed'} at that time."
    if not _runs(_open(office, office.hours, diary.horizon), visit_type) >> bit & 1:
        return f"{office.name} closes before that visit would end."
    if wish.not_before is not None and start < wish.not_before:
        return "That time has passed."
    return None if union(free_starts(diary, wish).values()) >> bit & 1 else "That time is taken."


def why_never(practice: Practice, slot: Slot, away: Iterable[Absence], now: datetime) -> str | None:
    """Return why a slot could not be offered even in an empty diary, or None: a page's address can be made up."""
    office, place = practice.office(slot.placement.office), slot.placement
    if not is_to_come(office, slot, now):
        return "That time has passed."
    if not serves(practice, slot):
        return "That room or instrument does not serve this visit."
    horizon, absences = Horizon(first_day=slot.wall.date(), days=1), tuple(away)
    taken = occupied(practice.visit_type(slot.visit_type), slot.start)
    for one in absences:
        if not one.provider and one.resource in place.resources() and one.touches(*taken):
            return f"That {'room' if one.room else 'instrument'} is out of use then."
    empty = diary_of(practice, horizon, (), absences)
    return why_not(
        empty, Wish(visit_type=slot.visit_type, office=office.key, provider=place.provider), slot.start
    )


def is_to_come(office: Office, slot: Slot, now: datetime) -> bool:
    """Return whether a slot lies ahead, and its wall time is what the office's clock then reads."""
    return slot.start > now and slot.zone == office.zone and slot.wall == wall_at(office.zone, slot.start)


def serves(practice: Practice, slot: Slot) -> bool:
    """Return whether room and instrument of a slot are of the kind its visit needs; nothing serves a former kind."""
    place, visit_type = slot.placement, practice.visit_type(slot.visit_type)
    if visit_type not in practice.visit_types or place.room not in _rooms(practice, visit_type, place.office):
        return False
    if not visit_type.instrument:
        return place.instrument is None
    return place.instrument in _instruments(practice, place.office)
