"""What a changed practice would mean for the visits that are booked: which fall outside, and what they still name."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment, Placement, Practice, Slot, Timetable, why_never
from spondyl.clinic.chart.appointment_rows import LIVE_STATES, appointment_of, slot_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import latest_seen
from spondyl.clinic.chart.quick_read import QuickRead
from spondyl.clinic.chart.tables.booking import appointments, practice_versions
from spondyl.clinic.chart.tables.column_types import embedded_instant

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
    """The coming visits that this practice would not offer, each with why; one put there by hand is left out."""
    now, timetable = now_of(connection), _timetable(connection, practice)
    keys = [row[0] for row in _COMING.rows(connection, now=now) if not _offers(timetable, _slot_in(row), now)]
    if not keys:
        return []
    there = sa.select(appointments).where(appointments.c.key.in_(keys))
    rows = connection.execute(there.order_by(appointments.c.starts_at, appointments.c.key))
    found = ((one, why_outside(practice, one, now)) for one in map(appointment_of, rows))
    return [(one, reason) for one, reason in found if reason]


def _timetable(connection: sa.Connection, practice: Practice) -> Timetable:
    """What a practice offers; that of the newest one is remembered."""
    seen = latest_seen(connection)
    return seen.timetable if seen and seen.timetable.practice is practice else Timetable(practice)


def _offers(timetable: Timetable, slot: Slot, now: datetime) -> bool:
    try:
        return timetable.offers(slot, now)
    except LookupError:  # it knows no such office or kind of visit any more
        return False


def _slot_in(row: Sequence[Any]) -> Slot:
    _, wall, zone, start, visit_type, office, provider, room, instrument = row
    return Slot(
        start=embedded_instant(start) if isinstance(start, str) else start,
        zone=zone,
        wall=datetime.fromisoformat(wall),
        visit_type=visit_type,
        placement=Placement(office=office, provider=provider, room=room, instrument=instrument),
    )


def newly_outside(
    connection: sa.Connection, before: Practice, after: Practice
) -> list[tuple[Appointment, str]]:
    """The coming visits that the practice offers now and would not offer then."""
    already = {one.key for one, _ in falls_outside(connection, before)}
    return [(one, reason) for one, reason in falls_outside(connection, after) if one.key not in already]


def still_named(connection: sa.Connection, column: str, keys: Iterable[str]) -> dict[str, int]:
    """How many visits, whenever and in whatever state, name each of these offices, providers, rooms …

    ``column`` is office, provider, room, instrument or visit_type. What a visit names must stay described.
    """
    named = appointments.c[column]
    statement = sa.select(named, sa.func.count()).where(named.in_(set(keys))).group_by(named)
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
