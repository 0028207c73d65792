"""What a changed practice would mean for the visits that are booked: which fall outside, and what they still name."""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from spondyl.booking import Appointment, Practice, why_never
from spondyl.clinic.chart.appointment_rows import appointments_between
from spondyl.clinic.chart.appointments import slot_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables.booking import appointments, practice_versions

_FAR = datetime.max.replace(tzinfo=UTC)


def practice_version(connection: sa.Connection) -> int:
    """The number of the newest version; 0 before there is one."""
    return connection.execute(sa.select(sa.func.max(practice_versions.c.version))).scalar_one() or 0


def falls_outside(connection: sa.Connection, practice: Practice) -> list[tuple[Appointment, str]]:
    """The coming visits that this practice would not offer, each with why; one put there by hand is left out."""
    now = now_of(connection)
    coming = appointments_between(connection, now, _FAR)
    found = ((one, _why(practice, one, now)) for one in coming if not one.override_reason)
    return [(one, reason) for one, reason in found if reason]


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


def _why(practice: Practice, one: Appointment, now: datetime) -> str | None:
    try:
        if one.zone != practice.office(one.placement.office).zone:
            return "The office has another time zone now."
        reason = why_never(practice, slot_of(one), (), now)
    except KeyError as error:
        return str(error.args[0])
    # With nobody booked, only the provider's hours can be in the way.
    who = practice.provider(one.placement.provider).name
    return f"{who} does not work there then." if reason == "That time is taken." else reason
