"""A part of the practice from the fields of its form; what is wrong is named beside its field."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import TypeVar

from spondyl.booking import (
    AdjustingInstrument,
    Office,
    OpenSpan,
    Practice,
    Provider,
    Room,
    RoomKind,
    Shift,
    Travel,
    VisitType,
)
from spondyl.booking.wall_clock import MINUTES_IN_DAY, zone_of
from spondyl.clinic.web.calendar.practice_values import rows_of, stretches_of
from spondyl.clinic.web.calendar.practice_words import DAYS, office_pairs
from spondyl.clinic.web.form_words import SHOWN_CHARACTERS
from spondyl.clinic.web.written_fields import too_long

Fields = Mapping[str, str]
Problems = dict[str, str]
MOST_CLOSED_DAYS = 366
LONGEST = {"name": 80, "name_es": 80, "telephone": 40, "address": 200, "zone": 60}
MOST_CHARACTERS = 300
"""Of every other field."""
_Thing = TypeVar("_Thing", Office, Provider, VisitType)
_Inside = TypeVar("_Inside", Room, AdjustingInstrument)
_NEEDS = {"name": "Write the name; patients and staff read it."}


def read_office(practice: Practice, key: str, fields: Fields, problems: Problems) -> Practice:
    """The practice with this office, its rooms and instruments as the form has them; problems by field."""
    _require(fields, ("name",), problems)
    office = Office(
        key=key,
        name=fields.get("name", "").strip(),
        zone=_zone(fields, problems),
        hours=_week(fields, "hours", problems),
        closed=_closed(fields, problems),
        address=fields.get("address", "").strip(),
    )
    try:
        office = replace(office, telephone=fields.get("telephone", "").strip())
    except ValueError as error:
        problems["telephone"] = str(error)
    former = practice.former
    every = (*practice.rooms, *practice.instruments, *former.rooms, *former.instruments)
    taken = {one.key for one in every}
    rooms = [
        Room(key=found, office=key, name=name, kind=_room_kind(fields, f"room-{row}-kind"))
        for row, found, name in _things(fields, "room", key, taken)
    ]
    machines = [
        AdjustingInstrument(key=found, office=key, name=name)
        for _, found, name in _things(fields, "instrument", key, taken)
    ]
    return replace(
        practice,
        offices=_put(practice.offices, office),
        rooms=_in_place(practice.rooms, rooms, key),
        instruments=_in_place(practice.instruments, machines, key),
    )


def read_provider(practice: Practice, key: str, fields: Fields, problems: Problems) -> Practice:
    """The practice with this provider as the form has them."""
    _require(fields, ("name",), problems)
    shifts = tuple(
        Shift(office=office.key, span=span)
        for office in practice.offices
        for span in _week(fields, f"at-{office.key}", problems)
    )
    account = fields.get("account", "")
    others = {one.account: one.name for one in practice.providers if one.key != key and one.account}
    if account in others:
        problems["account"] = (
            f"This account belongs to {others[account]}; choose another, or change that first."
        )
        account = ""
    name = fields.get("name", "").strip()
    provider = Provider(key=key, name=name, shifts=shifts, account=account)
    return replace(practice, providers=_put(practice.providers, provider))


def read_visit(practice: Practice, key: str, fields: Fields, problems: Problems) -> Practice:
    """The practice with this kind of visit as the form has it."""
    _require(fields, ("name", "name_es"), problems)
    minutes = {
        name: _number(fields, name, problems, least=least, most=most)
        for name, least, most in (("duration", 5, 480), ("before", 0, 120), ("after", 0, 120))
    }
    kind = VisitType(
        key=key,
        name=fields.get("name", "").strip(),
        name_es=fields.get("name_es", "").strip(),
        duration_min=minutes["duration"],
        before_min=minutes["before"],
        after_min=minutes["after"],
        room=_room_kind(fields, "room"),
        instrument=fields.get("instrument") == "yes",
        public=fields.get("public") == "yes",
    )
    return replace(practice, visit_types=_put(practice.visit_types, kind))


def read_general(practice: Practice, fields: Fields, problems: Problems) -> Practice:
    """The practice with the step of its starts and the ways between offices as the form has them."""
    step = _number(fields, "every", problems, least=5, most=60)
    if 60 % step:
        problems["every"] = f"{step} minutes do not divide the hour; use 5, 10, 15, 20, 30 or 60."
        step = 5
    names = {(one.key, other.key): f"way-{one.key}-{other.key}" for one, other in office_pairs(practice)}
    travel = tuple(
        Travel(offices=pair, minutes=_number(fields, name, problems, least=0, most=480, step=1))
        for pair, name in names.items()
    )
    return replace(practice, travel=travel, start_step_min=step)


def refuse_too_long(fields: Fields, problems: Problems) -> bool:
    """Name each field that holds more than it may, beside it; nothing is cut."""
    for name, value in fields.items():
        row = re.match("(room|instrument)-", name)
        place = f"{row[1]}s" if row else name if name in LONGEST else "form"
        shown = f"“{value.strip()[:SHOWN_CHARACTERS]}…”" if place != name else "This"
        if problem := too_long({name: [value]}, {name: (shown, LONGEST.get(name, MOST_CHARACTERS))}):
            problems[place] = problem
    return bool(problems)


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key from a name that nothing else has: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    stem, used = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30] or "new", set(taken) | {"new"}
    return next(
        key for number in count(1) if (key := stem if number == 1 else f"{stem}-{number}") not in used
    )


def _put(things: tuple[_Thing, ...], thing: _Thing) -> tuple[_Thing, ...]:
    """The things with this one in its place, or at the end."""
    if all(one.key != thing.key for one in things):
        return (*things, thing)
    return tuple(thing if one.key == thing.key else one for one in things)


def _in_place(before: tuple[_Inside, ...], now: list[_Inside], office: str) -> tuple[_Inside, ...]:
    """The things with those of one office replaced, where the office's first one stood: which comes first counts."""
    place = next((place for place, one in enumerate(before) if one.office == office), len(before))
    others = [one for one in before if one.office != office]
    return (*others[:place], *now, *others[place:])


def _require(fields: Fields, names: Iterable[str], problems: Problems) -> None:
    for name in names:
        if not fields.get(name, "").strip():
            problems[name] = _NEEDS.get(name, "Write this; nothing else says it.")


def _zone(fields: Fields, problems: Problems) -> str:
    name = fields.get("zone", "").strip()
    try:
        zone_of(name)
    except ValueError as error:
        problems["zone"] = str(error)
        return "UTC"
    return name


def _things(fields: Fields, what: str, office: str, taken: set[str]) -> Iterable[tuple[int, str, str]]:
    """Row, key and name of each room or instrument that has a name; a new one gets a key of its own."""
    for row in range(rows_of(dict(fields), what)):
        name = fields.get(f"{what}-{row}-name", "").strip()
        if name:
            key = fields.get(f"{what}-{row}-key") or new_key(f"{office}-{name}", taken)
            taken.add(key)
            yield row, key, name


def _room_kind(fields: Fields, name: str) -> RoomKind:
    return RoomKind.XRAY if fields.get(name) == RoomKind.XRAY.value else RoomKind.TREATMENT


def _week(fields: Fields, prefix: str, problems: Problems) -> tuple[OpenSpan, ...]:
    spans: list[OpenSpan] = []
    for weekday in range(7):
        last = 0
        of_day = f"{prefix}-{weekday}"
        for number in range(stretches_of(fields, of_day)):
            span = _span(fields, f"{of_day}-{number}", weekday, last, problems)
            if span is not None:
                spans.append(span)
                last = span.to_min
    return tuple(spans)


def _span(fields: Fields, name: str, weekday: int, last: int, problems: Problems) -> OpenSpan | None:
    """One stretch of hours; None when the fields are empty or wrong."""
    begins, ends = fields.get(f"{name}-from", ""), fields.get(f"{name}-to", "")
    if not begins and not ends:
        return None
    day, begin = DAYS[weekday], _minute(begins)
    end = MINUTES_IN_DAY if ends == "00:00" else _minute(ends)
    if begin is None or end is None:
        problems[name] = f"{day}: write from when until when, or clear both."
    elif begin >= end:
        problems[name] = f"{day}: {ends} is not after {begins}; set the later time last."
    elif begin < last:
        problems[name] = f"{day}: this stretch begins at {begins}, before the one before it ends."
    elif begin % 5 or end % 5:
        problems[name] = f"{day}: use times on five minutes, such as 9:00 or 9:05."
    else:
        return OpenSpan(weekday=weekday, from_min=begin, to_min=end)
    return None


def _closed(fields: Fields, problems: Problems) -> tuple[date, ...]:
    days: set[date] = set()
    for row in range(rows_of(dict(fields), "closed")):
        first, last = fields.get(f"closed-{row}-from", ""), fields.get(f"closed-{row}-to", "")
        if first or last:
            days.update(_days(first or last, last or first, f"closed-{row}", problems))
    return tuple(sorted(days))


def _days(first: str, last: str, name: str, problems: Problems) -> list[date]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        problems[name] = f"{first} to {last} is no date; choose it from the calendar."
        return []
    if not timedelta() <= end - begin < timedelta(days=MOST_CLOSED_DAYS):
        problems[name] = f"{last} must not be before {first}, nor a year later; set the last day last."
        return []
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _number(fields: Fields, name: str, problems: Problems, *, least: int, most: int, step: int = 5) -> int:
    text = fields.get(name, "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not least <= number <= most or number % step:
        of = f", a multiple of {step}" if step > 1 else ""
        problems[name] = f"{text or 'Nothing'} is no number of minutes here; use {least} to {most}{of}."
        return least
    return number


def _minute(clock: str) -> int | None:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)(:00)?", clock)
    return int(found[1]) * 60 + int(found[2]) if found else None
