"""Visits as an iCalendar file (RFC 5545): the same UID for ever, a higher SEQUENCE after each change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar

from spondyl.booking import Appointment, Practice, zone_of
from spondyl.clinic.messages.clinic import Clinic

MAKER = "-//Spondyl//Clinic booking//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """The content of a file, and its method: what a calendar is to do with it (RFC 5546)."""

    content: bytes
    method: str


def calendar_file(
    practice: Practice,
    visits: Sequence[Appointment],
    *,
    clinic: Clinic,
    language: str,
    now: datetime,
    link_of: Callable[[Appointment], str],
) -> CalendarFile:
    """The file of some visits, cancelled ones included; times in the office's zone, with the zone's rules in the file.

    A cancellation is of one visit (RFC 5546, 3.2.5); several that are cancelled are published as such.
    """
    is_cancellation = len(visits) == 1 and not visits[0].live
    method = "CANCEL" if is_cancellation else "PUBLISH"
    calendar = icalendar.Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for visit in visits:
        event = _event(practice, visit, language, now)
        event.add("url", link_of(visit))
        event.add("organizer", f"mailto:{clinic.address}", parameters={"CN": clinic.name})
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return CalendarFile(content=calendar.to_ical(), method=method)


def _event(practice: Practice, visit: Appointment, language: str, now: datetime) -> icalendar.Event:
    office, visit_type = practice.office(visit.placement.office), practice.visit_type(visit.visit_type)
    start = visit.start.astimezone(zone_of(visit.zone))
    event = icalendar.Event()
    event.add("uid", f"{visit.key}@spondyl")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=visit_type.duration_min))
    event.add("summary", visit_type.name_es if language == "es" else visit_type.name)
    event.add("location", ", ".join(part for part in (office.name, office.address) if part))
    event.add("status", "CONFIRMED" if visit.live else "CANCELLED")
    return event
