"""What the staff's pages have in common: days from the address, slots from a form, the undo bar."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import HTTPException
from pydantic import BeforeValidator, Field

from spondyl.booking import Appointment, Placement, Practice, Slot, wall_at
from spondyl.clinic.chart.accounts import display_names
from spondyl.clinic.chart.booking_changes import recent_changes, visits_changed
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.messages.when import time_words, when_words
from spondyl.clinic.web.calendar.board import day_visits, names_of
from spondyl.clinic.web.clinic_words import who_words

FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 12, 31)
"""Days before and after these begin or end outside of the calendar in some time zone."""
CalendarDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that a form sends, with a calendar around it."""
AskedDay = Annotated[date | None, BeforeValidator(lambda sent: sent or None)]
"""A day in an address; an emptied field asks for none."""


def practice_day(connection: sa.Connection, practice: Practice, day: date | None) -> date:
    """The day asked for, else today by the first office's clock; today too for one at the ends of the calendar."""
    if day and FIRST_DAY <= day <= LAST_DAY:
        return day
    return wall_at(practice.offices[0].zone, now_of(connection)).date()


def slot_from(practice: Practice, visit_type: str, placement: Placement, start: datetime) -> Slot:
    """The slot that a form describes; 404 for a place or a kind of visit that does not exist."""
    try:
        zone = practice.office(placement.office).zone
        practice.provider(placement.provider)
        practice.room(placement.room)
        practice.visit_type(visit_type)
    except KeyError as error:
        raise HTTPException(404, str(error.args[0])) from error
    start = start.astimezone(UTC)
    return Slot(start=start, zone=zone, wall=wall_at(zone, start), visit_type=visit_type, placement=placement)


def slot_text(slot: Slot) -> str:
    """A slot as one value of a form: start|office|provider|room|instrument."""
    place = slot.placement
    return "|".join(
        (slot.start.isoformat(), place.office, place.provider, place.room, place.instrument or "")
    )


def slot_of_text(practice: Practice, visit_type: str, text: str) -> Slot:
    """The slot in one value of a form; 422 when it is damaged."""
    parts = text.split("|")
    try:
        start = datetime.fromisoformat(parts[0])
        office, provider, room, instrument = parts[1:]
    except ValueError as error:
        raise HTTPException(422, f"{text[:60]!r} is no time; load the page again.") from error
    if not FIRST_DAY <= start.date() <= LAST_DAY:
        raise HTTPException(422, f"{parts[0]!r} is outside of the calendar; load the page again.")
    if start.tzinfo is None:
        raise HTTPException(422, f"{parts[0]!r} has no time zone; load the page again.")
    place = Placement(office=office, provider=provider, room=room, instrument=instrument or None)
    return slot_from(practice, visit_type, place, start)


def next_open_day(connection: sa.Connection, practice: Practice, day: date) -> date:
    """The day itself when an office opens or somebody is booked; else the next one within a year when one opens."""
    if day_visits(connection, practice, day):
        return day
    days = (day + timedelta(days=number) for number in range(366))
    return next((one for one in days if any(office.open_on(one) for office in practice.offices)), day)


def slot_words(practice: Practice, slot: Slot) -> dict[str, str]:
    """A slot for a button."""
    return {
        "value": slot_text(slot),
        "when": when_words(slot.wall),
        "time": time_words(slot.wall),
        "with": practice.provider(slot.placement.provider).name,
        "where": practice.office(slot.placement.office).name,
    }


def undo_bar(
    connection: sa.Connection,
    practice: Practice,
    limit: int = 4,
    *,
    person: str | None = None,
    visit: str | None = None,
) -> list[dict[str, Any]]:
    """The last changes (of one patient, or one visit), each naming whose visit it was, with the button that undoes
    it."""
    zone = practice.offices[0].zone
    last = recent_changes(connection, limit=limit, person=person, visit=visit)
    visits = visits_changed(connection, [one.change for one in last])
    staff = display_names(connection)
    names = names_of(connection, [visit for some in visits.values() for visit in some])
    return [
        {
            "change": one.change,
            "words": one.words,
            "whose": _whose(visits.get(one.change, []), names),
            "actor": who_words(one.actor, staff),
            "time": moment_words(one.at, now_of(connection), zone),
        }
        for one in last
    ]


def moment_words(moment: datetime, now: datetime, zone: str) -> str:
    """8:00 am today; on another day, by the clock of the zone, the day too."""
    wall, now = wall_at(zone, moment), wall_at(zone, now)
    return time_words(wall) if wall.date() == now.date() else when_words(wall)


def _whose(visits: list[Appointment], names: Mapping[str, str]) -> str:
    """Ana Ruiz, Tuesday 1 December, 1:30 pm; only the name for several visits of one patient; else nothing."""
    who = {names.get(visit.person or "", "") for visit in visits}
    if len(who) != 1:
        return ""
    (name,) = who
    return f"{name}, {when_words(visits[0].wall)}" if len(visits) == 1 else name
