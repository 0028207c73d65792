"""What a changed practice would mean for the visits that are booked: which fall outside, and what they still name."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from spondyl.booking import (
    Absence,
    AdjustingInstrument,
    Appointment,
    Former,
    Office,
    Placement,
    Practice,
    Provider,
    Room,
    Slot,
    Timetable,
    VisitType,
    absent_name,
    instrument_resource,
    occupied,
    provider_resource,
    room_resource,
    why_never,
)
from spondyl.booking.claim import LONGEST_CLAIM
from spondyl.clinic.chart.absences import coming_absences
from spondyl.clinic.chart.appointment_rows import LIVE_STATES, appointment_of, slot_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import latest_seen
from spondyl.clinic.chart.practice_memory import Seen
from spondyl.clinic.chart.quick_read import QuickRead
from spondyl.clinic.chart.tables.booking import appointments, practice_versions
from spondyl.clinic.chart.tables.column_types import driver_instant

_Thing = TypeVar("_Thing", Office, Provider, Room, AdjustingInstrument, VisitType)
# Only what is needed to look whether it is offered: this is asked of every coming visit whenever a day is opened.
_COMING = QuickRead(
    sa.select(
        appointments.c.key,
        appointments.c.wall,
        appointments.c.zone,
        appointments.c.starts_at,
        appointments.c.visit_type,
        appointments.c.office,
        appointments.c.provider,
        appointments.c.room,
        appointments.c.instrument,
    ).where(
        appointments.c.starts_at >= sa.bindparam("now"),
        appointments.c.status.in_([sa.literal(one) for one in LIVE_STATES]),
        appointments.c.override_reason == "",
    )
)


def practice_version(connection: sa.Connection) -> int:
    """The number of the newest version; 0 before there is one."""
    return connection.execute(sa.select(sa.func.max(practice_versions.c.version))).scalar_one() or 0


def falls_outside(connection: sa.Connection, practice: Practice) -> list[tuple[Appointment, str]]:
    """The coming visits that this practice would not offer, or whose provider, room or instrument is not there then.

    Each with why; one put there by hand is left out.
    """
    return _outside(connection, practice, [one.absence for one in coming_absences(connection)])


def _outside(
    connection: sa.Connection, practice: Practice, away: Iterable[Absence]
) -> list[tuple[Appointment, str]]:
    now, seen = now_of(connection), _seen(connection, practice)
    absent: dict[str, list[Absence]] = {}
    for one in away:
        absent.setdefault(one.resource, []).append(one)
    coming = [tuple(row) for row in _COMING.rows(connection, now=now)]
    offered = {row for row in coming if row in seen.offered or _offers(seen.timetable, _slot_in(row), now)}
    seen.offered.intersection_update(offered)
    seen.offered.update(offered)
    outside = {row[0] for row in coming if row not in offered}
    keys = outside | {row[0] for row in offered if absent and _is_near_absence(row, absent)}
    if not keys:
        return []
    there = sa.select(appointments).where(appointments.c.key.in_(keys))
    rows = connection.execute(there.order_by(appointments.c.starts_at, appointments.c.key))
    visits = list(map(appointment_of, rows))
    why = {one.key: why_outside(practice, one, now) for one in visits if one.key in outside}
    found = ((one, why.get(one.key) or _why_absent(practice, one, absent)) for one in visits)
    return [(one, reason) for one, reason in found if reason]


def _is_near_absence(row: Sequence[Any], absent: dict[str, list[Absence]]) -> bool:
    """Whether a visit may touch an absence of what it names: told from the row alone, since there are thousands."""
    _, _, _, start, _, _, provider, room, instrument = row
    names = provider_resource(provider), room_resource(room), instrument_resource(instrument or "")
    noted = [one for name in names if name in absent for one in absent[name]]
    if not noted:
        return False
    begins = driver_instant(start)
    return any(one.touches(begins - LONGEST_CLAIM, begins + LONGEST_CLAIM) for one in noted)


def _why_absent(practice: Practice, visit: Appointment, absent: dict[str, list[Absence]]) -> str | None:
    """Names the first absence in which any part of a visit stands; None where there is none."""
    taken = occupied(practice.visit_type(visit.visit_type), visit.start)
    noted = (one for name in visit.placement.resources() for one in absent.get(name, ()))
    absence = next((one for one in noted if one.touches(*taken)), None)
    return absence and f"{absent_name(practice, absence)} {absence.words} then."


def _seen(connection: sa.Connection, practice: Practice) -> Seen:
    """What a practice offers; that of the newest one is remembered."""
    seen = latest_seen(connection)
    if seen is not None and seen.timetable.practice is practice:
        return seen
    return Seen(number=0, timetable=Timetable(practice))


def _offers(timetable: Timetable, slot: Slot, now: datetime) -> bool:
    try:
        return timetable.offers(slot, now)
    except LookupError:  # it knows no such office or kind of visit any more
        return False


def _slot_in(row: Sequence[Any]) -> Slot:
    _, wall, zone, start, visit_type, office, provider, room, instrument = row
    return Slot(
        start=driver_instant(start),
        zone=zone,
        wall=datetime.fromisoformat(wall),
        visit_type=visit_type,
        placement=Placement(office=office, provider=provider, room=room, instrument=instrument),
    )


def newly_outside(
    connection: sa.Connection, before: Practice, after: Practice
) -> list[tuple[Appointment, str]]:
    """The coming visits that the practice offers now and would not offer then."""
    already = {one.key for one, _ in _outside(connection, before, ())}
    return [(one, reason) for one, reason in _outside(connection, after, ()) if one.key not in already]


def coming_named(connection: sa.Connection, column: str, keys: Iterable[str]) -> dict[str, int]:
    """How many coming visits name each of these offices, providers, rooms …: what they need cannot be taken out.

    ``column`` is office, provider, room, instrument or visit_type.
    """
    is_coming = appointments.c.starts_at > now_of(connection), appointments.c.status.in_(LIVE_STATES)
    return _named(connection, column, keys, *is_coming)


def with_former(connection: sa.Connection, before: Practice, after: Practice) -> Practice:
    """The practice after a change, which still knows by name what it gave up and a visit was in or with."""
    gone, kept = partial(_given_up, connection), after.former
    providers = gone("provider", before.providers, after.providers)
    former = Former(
        offices=kept.offices + gone("office", before.offices, after.offices),
        providers=kept.providers + tuple(replace(one, shifts=(), account="") for one in providers),
        rooms=kept.rooms + gone("room", before.rooms, after.rooms),
        instruments=kept.instruments + gone("instrument", before.instruments, after.instruments),
        visit_types=kept.visit_types + gone("visit_type", before.visit_types, after.visit_types),
    )
    return replace(after, former=former)


def _given_up(
    connection: sa.Connection, column: str, before: tuple[_Thing, ...], after: tuple[_Thing, ...]
) -> tuple[_Thing, ...]:
    """What is no longer there, as far as any visit names it, whenever and in whatever state."""
    gone = {one.key: one for one in before} | {one.key: None for one in after}
    named = _named(connection, column, [key for key, one in gone.items() if one])
    return tuple(one for one in gone.values() if one and one.key in named)


def _named(
    connection: sa.Connection, column: str, keys: Iterable[str], *which: sa.ColumnElement[bool]
) -> dict[str, int]:
    named = appointments.c[column]
    statement = sa.select(named, sa.func.count()).where(named.in_(set(keys)), *which).group_by(named)
    return {key: count for key, count in connection.execute(statement)}


def why_outside(practice: Practice, one: Appointment, now: datetime) -> str | None:
    """Why the practice would not offer a visit where it stands, whoever is booked or away; None when it would."""
    try:
        if one.zone != practice.office(one.placement.office).zone:
            return "The office has another time zone now."
        reason = why_never(practice, slot_of(one), (), now)
    except KeyError as error:
        return str(error.args[0])
    # With nobody booked, only the provider's hours can be in the way.
    who = practice.provider(one.placement.provider).name
    return f"{who} does not work there then." if reason == "That time is taken." else reason
