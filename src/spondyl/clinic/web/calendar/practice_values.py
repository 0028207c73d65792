"""A part of the practice as the fields of its form."""

import re
from collections.abc import Iterable, Mapping

from spondyl.booking import Office, OpenSpan, Practice, Provider, VisitType
from spondyl.booking.wall_clock import MINUTES_IN_DAY
from spondyl.clinic.web.calendar.practice_words import closures, office_pairs

Values = dict[str, str]
LEAST_STRETCHES = 2
"""A day of the form shows as many stretches of hours, and one more than are filled."""
BLANK_ROWS = 2
"""Empty rows at the end of a list; more come with each save."""


def office_values(practice: Practice, office: Office) -> Values:
    """The fields of an office."""
    values = {
        "name": office.name,
        "address": office.address,
        "telephone": office.telephone,
        "zone": office.zone,
    }
    values |= span_values("hours", office.hours)
    for row, (first, last) in enumerate(closures(office)):
        values |= {f"closed-{row}-from": first.isoformat(), f"closed-{row}-to": last.isoformat()}
    rooms = [one for one in practice.rooms if one.office == office.key]
    for row, room in enumerate(rooms):
        values |= {
            f"room-{row}-key": room.key,
            f"room-{row}-name": room.name,
            f"room-{row}-kind": room.kind.value,
        }
    machines = [one for one in practice.instruments if one.office == office.key]
    for row, machine in enumerate(machines):
        values |= {f"instrument-{row}-key": machine.key, f"instrument-{row}-name": machine.name}
    return values


def provider_values(practice: Practice, provider: Provider) -> Values:
    """The fields of a provider."""
    values = {"name": provider.name, "account": provider.account}
    for office in practice.offices:
        spans = [one.span for one in provider.shifts if one.office == office.key]
        values |= span_values(f"at-{office.key}", spans)
    return values


def visit_values(kind: VisitType) -> Values:
    """The fields of a kind of visit."""
    return {
        "name": kind.name,
        "name_es": kind.name_es,
        "duration": str(kind.duration_min),
        "before": str(kind.before_min),
        "after": str(kind.after_min),
        "room": kind.room.value,
        "instrument": "yes" if kind.instrument else "",
        "public": "yes" if kind.public else "",
    }


def general_values(practice: Practice) -> Values:
    """The fields of what holds for the whole practice."""
    values = {"every": str(practice.start_step_min)}
    for one, other in office_pairs(practice):
        values[f"way-{one.key}-{other.key}"] = str(practice.travel_min(one.key, other.key))
    return values


def rows_of(values: Values, name: str) -> int:
    """How many rows a list of the form shows: those that are filled, and blank ones."""
    filled = [int(key.split("-")[1]) for key, value in values.items() if key.startswith(f"{name}-") and value]
    return max(filled, default=-1) + 1 + BLANK_ROWS


def stretches_of(values: Mapping[str, str], of_day: str) -> int:
    """How many stretches of hours a day ("hours-0") of the form shows: none that is filled is lost."""
    fields = re.compile(rf"{re.escape(of_day)}-(\d{{1,3}})-(?:from|to)")
    filled = [int(found[1]) for key, value in values.items() if value and (found := fields.fullmatch(key))]
    return max(LEAST_STRETCHES, max(filled, default=-1) + 2)


def span_values(prefix: str, spans: Iterable[OpenSpan]) -> Values:
    """The fields of a week's hours, however many stretches a day has."""
    values: Values = {}
    for weekday in range(7):
        mine = sorted((one.from_min, one.to_min) for one in spans if one.weekday == weekday)
        for number, (begin, end) in enumerate(mine):
            name = f"{prefix}-{weekday}-{number}"
            values |= {f"{name}-from": _clock(begin), f"{name}-to": _clock(end)}
    return values


def _clock(minute: int) -> str:
    return f"{minute % MINUTES_IN_DAY // 60:02d}:{minute % 60:02d}"
