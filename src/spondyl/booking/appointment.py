"""A visit on its way: held, booked, arrived, missed, cancelled or lapsed, and the only steps between them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from spondyl.booking.claim import Placement, is_utc
from spondyl.booking.diary import Slot
from spondyl.booking.wall_clock import date_words, moment_words, wall_at


class Status(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


LIVE = frozenset({Status.HELD, Status.BOOKED, Status.ARRIVED, Status.MISSED})
"""The states in which an appointment keeps its time: what is over, nobody else can have."""


class StepRefusedError(ValueError):
    """A step that the state of the appointment does not allow; the message says what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One visit of one person: the UTC instant, the IANA zone and the wall time; where, with what, and its state.

    ``sequence`` counts what a calendar has to be told anew (RFC 5545, SEQUENCE), and every other step that a page must
    have seen. ``course`` and ``visit_number`` tie
    the visits of one plan together. ``override_reason`` is empty unless staff booked it over something else.
    """

    key: str
    visit_type: str
    start: datetime
    zone: str
    wall: datetime
    placement: Placement
    status: Status
    person: str | None = None
    held_until: datetime | None = None
    sequence: int = 0
    course: str | None = None
    visit_number: int | None = None
    override_reason: str = ""

    def __post_init__(self) -> None:
        if not is_utc(self.start):
            raise ValueError(f"Appointment {self.key} starts at {self.start}; give the instant in UTC.")
        if (self.status is Status.HELD) != (self.held_until is not None):
            raise ValueError(
                f"Appointment {self.key} is {self.status}: a hold, and only a hold, has an expiry."
            )
        if self.status in {Status.BOOKED, Status.ARRIVED, Status.MISSED} and not self.person:
            raise ValueError(f"Appointment {self.key} is booked for nobody; say for whom.")

    @property
    def live(self) -> bool:
        """Whether it keeps its time."""
        return self.status in LIVE


def held(key: str, slot: Slot, until: datetime, person: str | None = None) -> Appointment:
    """Return a hold on a slot until a time."""
    return _new(key, slot, Status.HELD, person=person, held_until=until)


def booked(key: str, slot: Slot, person: str, *, reason: str = "") -> Appointment:
    """Return a booking made in one step by staff; ``reason`` says why it overrides a conflict."""
    return _new(key, slot, Status.BOOKED, person=person, override_reason=reason)


def _new(
    key: str,
    slot: Slot,
    status: Status,
    *,
    person: str | None,
    held_until: datetime | None = None,
    override_reason: str = "",
) -> Appointment:
    return Appointment(
        key=key,
        visit_type=slot.visit_type,
        start=slot.start,
        zone=slot.zone,
        wall=slot.wall,
        placement=slot.placement,
        status=status,
        person=person,
        held_until=held_until,
        override_reason=override_reason,
    )


def confirmed(hold: Appointment, person: str, now: datetime) -> Appointment:
    """Turn a hold into a booking for a person, if it has not lapsed."""
    if hold.status is not Status.HELD:
        raise StepRefusedError(f"This time is {hold.status}, not on hold; choose a time again.")
    if hold.person not in {None, person}:
        raise StepRefusedError("This time is kept for somebody else; choose another.")
    if hold.held_until is not None and hold.held_until <= now:
        raise StepRefusedError(
            "The time was kept for you until a moment ago and is free again; choose a time again."
        )
    return replace(hold, status=Status.BOOKED, person=person, held_until=None)


def moved(appointment: Appointment, slot: Slot, *, reason: str = "") -> Appointment:
    """Move a booking to another slot; calendars learn of it by the next SEQUENCE."""
    if appointment.status is not Status.BOOKED:
        raise StepRefusedError(f"This visit is {appointment.status}; only a booked visit can be moved.")
    return replace(
        appointment,
        visit_type=slot.visit_type,
        start=slot.start,
        zone=slot.zone,
        wall=slot.wall,
        placement=slot.placement,
        sequence=appointment.sequence + 1,
        override_reason=reason,
    )


def cancelled(appointment: Appointment) -> Appointment:
    """Cancel a hold or a booking."""
    if appointment.status not in {Status.HELD, Status.BOOKED}:
        raise StepRefusedError(f"This visit is {appointment.status}; there is nothing to cancel.")
    return replace(appointment, status=Status.CANCELLED, held_until=None, sequence=appointment.sequence + 1)


def lapsed(hold: Appointment, now: datetime) -> Appointment:
    """Let a hold go whose time is over."""
    if hold.status is not Status.HELD or hold.held_until is None or hold.held_until > now:
        raise StepRefusedError(f"This time is {hold.status} until {hold.held_until}; it has not lapsed.")
    return replace(hold, status=Status.LAPSED, held_until=None)


def arrived(appointment: Appointment, now: datetime) -> Appointment:
    """Say that the patient is here, or was: on the visit's own day by the clock of its office, or later."""
    if appointment.status is not Status.BOOKED:
        raise StepRefusedError(f"This visit is {appointment.status}; only who is booked can arrive.")
    if not day_has_come(appointment, now):
        raise StepRefusedError(
            f"This visit is on {date_words(appointment.wall)}; that the patient is here can be noted from that day on."
        )
    return replace(appointment, status=Status.ARRIVED, sequence=appointment.sequence + 1)


def missed(appointment: Appointment, now: datetime) -> Appointment:
    """Say that the patient did not come, once the visit has begun."""
    if appointment.status is not Status.BOOKED:
        raise StepRefusedError(f"This visit is {appointment.status}; only who is booked can stay away.")
    if now < appointment.start:
        raise StepRefusedError(
            f"This visit begins on {moment_words(appointment.wall)}; that the patient did not come can be noted then."
        )
    return replace(appointment, status=Status.MISSED, sequence=appointment.sequence + 1)


def day_has_come(appointment: Appointment, now: datetime) -> bool:
    """Whether the day of the visit has begun where its office stands."""
    return wall_at(appointment.zone, now).date() >= appointment.wall.date()


def is_on_day(appointment: Appointment, now: datetime) -> bool:
    """Whether it is the day of the visit where its office stands."""
    return wall_at(appointment.zone, now).date() == appointment.wall.date()


def restored(before: Appointment, current: Appointment) -> Appointment:
    """Return the earlier state as a new one: an undo is told to calendars too, so the SEQUENCE still grows."""
    return replace(before, sequence=max(before.sequence, current.sequence) + 1)
