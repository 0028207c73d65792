"""What a practice has to offer: offices and their hours, providers, rooms, instruments, kinds of visit, travel."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from spondyl.booking.wall_clock import MINUTES_IN_DAY, zone_of

CELL_MIN = 5
"""Every length and buffer is a multiple of this many minutes; every UTC offset since 1972 but Monrovia's is too."""
_TELEPHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{1,28}[0-9]")


class RoomKind(StrEnum):
    """What a room is fitted out for."""

    XRAY = "xray"
    TREATMENT = "treatment"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpan:
    """Open on one weekday (0 is Monday) from one minute of the day to another, by the clock on the wall."""

    weekday: int
    from_min: int
    to_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"Weekday {self.weekday} does not exist; 0 is Monday and 6 is Sunday.")
        if not 0 <= self.from_min < self.to_min <= MINUTES_IN_DAY:
            raise ValueError(
                f"Open from minute {self.from_min} to {self.to_min} is not a span inside one day of 1440 minutes; "
                "split a night into two days."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A place with its time zone, opening hours and days on which it stays closed; the telephone is for patients."""

    key: str
    name: str
    zone: str
    hours: tuple[OpenSpan, ...]
    closed: tuple[date, ...] = ()
    address: str = ""
    telephone: str = ""

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if self.telephone and not _TELEPHONE.fullmatch(self.telephone):
            raise ValueError(
                f"Telephone {self.telephone!r} of {self.name} is no number to dial; write digits with spaces, "
                "hyphens or brackets, such as 714-555-0101 or +1 714 555 0101."
            )

    @property
    def dialled(self) -> str:
        """The telephone as a link dials it: digits, after a plus where there is one; empty without a telephone."""
        return re.sub(r"[^+0-9]", "", self.telephone)

    def open_on(self, day: date) -> bool:
        """True when the office opens at all on a day."""
        return day not in self.closed and any(span.weekday == day.weekday() for span in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A provider works at an office on one weekday between two minutes of the day."""

    office: str
    span: OpenSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A person who sees patients, with the shifts worked at each office.

    ``account`` is the identifier of the staff account that this person signs in with; empty when there is none.
    """

    key: str
    name: str
    shifts: tuple[Shift, ...]
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room of one office."""

    key: str
    office: str
    name: str
    kind: RoomKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustingInstrument:
    """An adjusting instrument: it stands in one office and serves one visit at a time."""

    key: str
    office: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitType:
    """A kind of visit: how long, what it needs, and the buffers that are part of its time."""

    key: str
    name: str
    name_es: str
    duration_min: int
    before_min: int = 0
    after_min: int = 0
    room: RoomKind = RoomKind.TREATMENT
    instrument: bool = False
    public: bool = False

    def __post_init__(self) -> None:
        for what, minutes in (
            ("lasts", self.duration_min),
            ("begins", self.before_min),
            ("ends", self.after_min),
        ):
            if minutes < 0 or minutes % CELL_MIN:
                raise ValueError(
                    f"Visit type {self.key!r} {what} with {minutes} minutes; use a multiple of {CELL_MIN}."
                )
        if not 0 < self.duration_min <= 8 * 60:
            raise ValueError(f"Visit type {self.key!r} lasts {self.duration_min} minutes; use 5 to 480.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """The way between two offices, the same in both directions, in minutes."""

    offices: tuple[str, str]
    minutes: int

    def __post_init__(self) -> None:
        if self.offices[0] == self.offices[1] or not 0 <= self.minutes <= 8 * 60:
            raise ValueError(
                f"Travel of {self.minutes} minutes between {self.offices} needs two offices, 0 to 480."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What a practice gave up: visits that are over still name it, and nothing of it is offered."""

    offices: tuple[Office, ...] = ()
    providers: tuple[Provider, ...] = ()
    rooms: tuple[Room, ...] = ()
    instruments: tuple[AdjustingInstrument, ...] = ()
    visit_types: tuple[VisitType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Everything that can be booked, and what it takes.

    What is asked for by its key may be a ``former`` one: whoever shows a visit that is over needs its name.
    """

    offices: tuple[Office, ...]
    providers: tuple[Provider, ...]
    rooms: tuple[Room, ...]
    instruments: tuple[AdjustingInstrument, ...]
    visit_types: tuple[VisitType, ...]
    travel: tuple[Travel, ...] = ()
    start_step_min: int = 15
    former: Former = Former()

    def __post_init__(self) -> None:
        offices = _keys("offices", self.offices)
        for name, things in (
            ("providers", self.providers),
            ("rooms", self.rooms),
            ("instruments", self.instruments),
            ("visit types", self.visit_types),
        ):
            _keys(name, things)
        named = {room.office for room in self.rooms} | {one.office for one in self.instruments}
        named |= {shift.office for provider in self.providers for shift in provider.shifts}
        named |= {office for way in self.travel for office in way.offices}
        if unknown := named - offices:
            raise ValueError(f"Offices {sorted(unknown)} are used but not described; describe them first.")
        accounts = [one.account for one in self.providers if one.account]
        if len(set(accounts)) != len(accounts):
            raise ValueError("Two providers have the same account; an account belongs to one person.")
        if self.start_step_min <= 0 or self.start_step_min % CELL_MIN or 60 % self.start_step_min:
            raise ValueError(
                f"A start every {self.start_step_min} minutes does not divide the hour; use 5 to 60."
            )

    def office(self, key: str) -> Office:
        """Return the office of that key."""
        return _one("office", self.offices, self.former.offices, key)

    def provider(self, key: str) -> Provider:
        """Return the provider of that key."""
        return _one("provider", self.providers, self.former.providers, key)

    def provider_of(self, account: str) -> Provider | None:
        """Return the provider who signs in with that account, None when it belongs to nobody who sees patients."""
        return next((one for one in self.providers if account and one.account == account), None)

    def room(self, key: str) -> Room:
        """Return the room of that key."""
        return _one("room", self.rooms, self.former.rooms, key)

    def instrument(self, key: str) -> AdjustingInstrument:
        """Return the adjusting instrument of that key."""
        return _one("instrument", self.instruments, self.former.instruments, key)

    def visit_type(self, key: str) -> VisitType:
        """Return the visit type of that key."""
        return _one("visit type", self.visit_types, self.former.visit_types, key)

    def travel_min(self, one: str, other: str) -> int:
        """Return the minutes between two offices; 0 inside one office and where nothing is said."""
        return next((way.minutes for way in self.travel if {one, other} == set(way.offices)), 0)


_Thing = TypeVar("_Thing", Office, Provider, Room, AdjustingInstrument, VisitType)


def _keys(
    name: str, things: Iterable[Office | Provider | Room | AdjustingInstrument | VisitType]
) -> set[str]:
    keys = [thing.key for thing in things]
    if bad := [key for key in keys if not key or set(key) & set(":/@ ")]:
        raise ValueError(
            f"The keys {bad} of the {name} hold a blank, ':', '/' or '@'; use letters, digits, '-'."
        )
    if len(set(keys)) != len(keys):
        raise ValueError(f"The {name} have the same key twice: {sorted(keys)}; give each its own.")
    return set(keys)


def _one(what: str, things: tuple[_Thing, ...], former: tuple[_Thing, ...], key: str) -> _Thing:
    for those in (things, former):
        for thing in those:
            if thing.key == key:
                return thing
    raise KeyError(f"There is no {what} {key!r}; there are {', '.join(thing.key for thing in things)}.")
