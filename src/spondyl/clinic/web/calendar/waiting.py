"""Somebody who waits, as the staff's pages show it: for what, where, when, since when, and the times that fit now."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Practice, Slot, WaitEntry, Waiting, wall_at
from spondyl.booking.wall_clock import MINUTES_IN_DAY
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.telephone import dialled
from spondyl.clinic.chart.waitlist import later_visit
from spondyl.clinic.messages.when import short_day, time_words, when_words
from spondyl.clinic.web.calendar.choices import moment_words, slot_words

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORKDAYS = (0, 1, 2, 3, 4)


def waiting_rows(
    connection: sa.Connection,
    practice: Practice,
    entries: Iterable[WaitEntry],
    times: Mapping[str, tuple[Slot, ...]],
) -> list[dict[str, Any]]:
    """What the page shows of each person in line."""
    line = list(entries)
    return [
        wish | _standing(connection, practice, one, times.get(one.key, ()))
        for one, wish in zip(line, wishes_of(connection, practice, line), strict=True)
    ]


def wishes_of(
    connection: sa.Connection, practice: Practice, entries: Iterable[WaitEntry]
) -> list[dict[str, Any]]:
    """Who wished for what, and how to reach them."""
    line = list(entries)
    contacts = contacts_of(connection, (one.person for one in line))
    nobody = {"who": "", "telephone": "", "dialled": "", "mail": ""}
    return [wish_words(practice, one) | contacts.get(one.person, nobody) for one in line]


def brief_words(practice: Practice, slot: Slot) -> dict[str, str]:
    """A slot for a button that must fit one line."""
    return slot_words(practice, slot) | {"when": f"{short_day(slot.wall)}, {time_words(slot.wall)}"}


def wish_words(practice: Practice, entry: WaitEntry) -> dict[str, Any]:
    """For what, where, with whom and when a person waits; "no longer offered" for what the practice gave up."""
    kinds = {one.key: one.name for one in practice.visit_types}
    offices = {one.key: one.name for one in practice.offices}
    providers = {one.key: one.name for one in practice.providers}
    latest = wall_at(practice.offices[0].zone, entry.latest - timedelta(minutes=1))
    return {
        "key": entry.key,
        "person": entry.person,
        "what": kinds.get(entry.visit_type, f"{entry.visit_type} (no longer offered)"),
        "where": " or ".join(offices.get(key, f"{key} (closed)") for key in entry.offices),
        "with": providers.get(entry.provider, "somebody who has left") if entry.provider else "anybody",
        "days": _days(entry.weekdays),
        "hours": _hours(entry),
        "until": short_day(latest),
    }


def _standing(
    connection: sa.Connection, practice: Practice, entry: WaitEntry, slots: tuple[Slot, ...]
) -> dict[str, Any]:
    now, zone = now_of(connection), practice.offices[0].zone
    kinds = [one for one in practice.visit_types if one.key == entry.visit_type]
    hold = appointment(connection, entry.hold) if entry.state is Waiting.OFFERED and entry.hold else None
    later = later_visit(connection, entry, now)
    return {
        "since": _since(now, entry.since),
        "since_day": short_day(wall_at(zone, entry.since)),
        "stop": booking_stop(connection, entry.person, kinds[0]) if kinds else None,
        "offered": when_words(hold.wall) if hold else None,
        "offered_until": moment_words(hold.held_until, now, hold.zone) if hold and hold.held_until else None,
        "later": when_words(later.wall) if later else None,
        "times": [brief_words(practice, slot) for slot in slots],
    }


def _days(weekdays: tuple[int, ...]) -> str:
    if not weekdays or len(weekdays) == len(DAY_NAMES):
        return "any day"
    return "Mon to Fri" if tuple(sorted(weekdays)) == WORKDAYS else ", ".join(
        DAY_NAMES[day] for day in sorted(weekdays)
    )  # fmt: skip


def _hours(entry: WaitEntry) -> str:
    begins, ends = entry.from_min > 0, entry.to_min < MINUTES_IN_DAY
    if begins and ends:
        return f"between {_clock(entry.from_min)} and {_clock(entry.to_min)}"
    if begins:
        return f"from {_clock(entry.from_min)}"
    return f"before {_clock(entry.to_min)}" if ends else "any time"


def _clock(minute: int) -> str:
    return time_words(datetime.combine(datetime.min, time(minute // 60 % 24, minute % 60)))


def _since(now: datetime, since: datetime) -> str:
    days = (now - since).days
    return "today" if days < 1 else f"{days} day{'' if days == 1 else 's'}"


def contacts_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Name, telephone and e-mail address of people, by identifier."""
    columns = (people.c.id, people.c.given_name, people.c.family_name, people.c.phone, people.c.email)
    rows = connection.execute(sa.select(*columns).where(people.c.id.in_(set(ids))))
    return {
        row.id: {
            "who": f"{row.given_name} {row.family_name}",
            "telephone": row.phone,
            "dialled": dialled(row.phone),
            "mail": row.email,
        }
        for row in rows
    }
