"""Who waits for an earlier time, and whose turn it is when one is free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from spondyl.booking.diary import Slot
from spondyl.booking.wall_clock import MINUTES_IN_DAY, first_reach, wall_at

AWAKE_MIN = (8 * 60, 20 * 60)
"""The minutes of the day between which people are expected to read a message."""


class Waiting(StrEnum):
    """Where a person on the waitlist stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    IN_VAIN = "in_vain"  # the last day passed; somebody is to call


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedTime:
    """A time that was offered to somebody and not taken; the same start with another provider is another offer."""

    start: datetime
    office: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEntry:
    """A person waits for a kind of visit at one of some offices, between two UTC instants.

    ``provider`` is the only one that suits, None when anybody does; ``weekdays`` (0 is Monday; none named means any)
    and the minutes of the day by the clock on the wall say when the visit may start. ``hold`` is the appointment held
    for that person alone while the state is offered; ``passed`` are the times that were offered and not taken, which
    are not offered to that person again. ``change`` is the change that booked, whose undoing puts the person back.
    ``visit`` is the booked visit that the person wants earlier; None when any time is wanted.
    """

    key: str
    person: str
    visit_type: str
    offices: tuple[str, ...]
    earliest: datetime
    latest: datetime
    since: datetime
    state: Waiting = Waiting.WAITING
    hold: str | None = None
    passed: tuple[PassedTime, ...] = ()
    provider: str | None = None
    weekdays: tuple[int, ...] = ()
    from_min: int = 0
    to_min: int = MINUTES_IN_DAY
    change: str | None = None
    visit: str | None = None

    def __post_init__(self) -> None:
        if not self.offices or not self.earliest < self.latest:
            raise ValueError(f"Wait entry {self.key} needs an office and a time span, got {self.offices}.")
        if not (0 <= self.from_min < self.to_min <= MINUTES_IN_DAY and set(self.weekdays) <= set(range(7))):
            raise ValueError(
                f"Wait entry {self.key} wants weekdays {self.weekdays} from minute {self.from_min} to {self.to_min}; "
                "use 0 (Monday) to 6, and a span inside one day of 1440 minutes."
            )
        if (self.state is Waiting.OFFERED) != (self.hold is not None):
            raise ValueError(
                f"Wait entry {self.key} is {self.state}: an offer, and only an offer, has a hold."
            )

    def suits(self, slot: Slot) -> bool:
        """Say whether a free slot is what this person waits for."""
        return (
            self.state is Waiting.WAITING
            and slot.visit_type == self.visit_type
            and slot.placement.office in self.offices
            and self.earliest <= slot.start < self.latest
            and _passed(slot) not in self.passed
            and self.provider in {None, slot.placement.provider}
            and slot.wall.weekday() in (self.weekdays or range(7))
            and self.from_min <= slot.wall.hour * 60 + slot.wall.minute < self.to_min
        )

    @property
    def wish(self) -> tuple[object, ...]:
        """Who waits for what; the place in line and the last day may differ."""
        hours = (self.weekdays, self.from_min, self.to_min)
        return (self.person, self.visit_type, self.offices, self.provider, self.visit, *hours)


def _passed(slot: Slot) -> PassedTime:
    place = slot.placement
    return PassedTime(start=slot.start, office=place.office, provider=place.provider)


def in_line(entries: Iterable[WaitEntry], slot: Slot) -> list[WaitEntry]:
    """Return those whom the slot suits, who has waited longest first."""
    return sorted((one for one in entries if one.suits(slot)), key=lambda one: (one.since, one.key))


def offer_until(now: datetime, start: datetime, minutes: int, zone: str) -> datetime | None:
    """Return until when an offer stands: ``minutes`` by day, less near the start, None within the last half hour.

    Only from 8 am to 8 pm by the zone's clock do the minutes count: nobody loses a time in their sleep.
    """
    until = min(_after_waking_minutes(now, minutes, zone), start - timedelta(minutes=20))
    return until if until >= now + timedelta(minutes=10) else None


def _after_waking_minutes(now: datetime, minutes: int, zone: str) -> datetime:
    left, day, begin_min, end_min = timedelta(minutes=minutes), wall_at(zone, now).date(), *AWAKE_MIN
    begin, end = max(now, first_reach(zone, day, begin_min)), first_reach(zone, day, end_min)
    while begin + left > end:
        left -= max(end - begin, timedelta())
        day += timedelta(days=1)
        begin, end = first_reach(zone, day, begin_min), first_reach(zone, day, end_min)
    return begin + left


def offered(entry: WaitEntry, hold: str) -> WaitEntry:
    """Note that a time is held for this person."""
    return replace(entry, state=Waiting.OFFERED, hold=hold)


def passed_over(entry: WaitEntry, slot: Slot) -> WaitEntry:
    """Note that the offer was not taken: the person keeps the place in line, but not for that time."""
    return replace(entry, state=Waiting.WAITING, hold=None, passed=(*entry.passed, _passed(slot)))


def settled(entry: WaitEntry, state: Waiting, *, change: str | None = None) -> WaitEntry:
    """Note that the person booked or left, by which change when that can be undone."""
    return replace(entry, state=state, hold=None, change=change)


def back_in_line(entry: WaitEntry) -> WaitEntry:
    """Note that the change was undone: the person waits as before, in the old place."""
    return replace(entry, state=Waiting.WAITING, hold=None, change=None)
