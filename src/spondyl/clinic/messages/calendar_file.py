"""A visit as an iCalendar file (RFC 5545): the same UID for ever, a higher SEQUENCE after each change."""

from datetime import datetime, timedelta

import icalendar

from spondyl.booking import Appointment, Practice, zone_of

MAKER = "-//Spondyl//Clinic booking//EN"


def calendar_file(
    practice: Practice, visit: Appointment, *, language: str, now: datetime, link: str
) -> bytes:
    """The file of one visit, cancelled ones included; times in the office's zone, with the zone's rules in the file."""
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
    event.add("url", link)
    event.add("status", "CONFIRMED" if visit.live else "CANCELLED")
    calendar = icalendar.Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if visit.live else "CANCEL")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()
