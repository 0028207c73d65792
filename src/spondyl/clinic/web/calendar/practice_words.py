"""A practice in words: what the overview shows, and what a change compares."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from spondyl.booking import Office, OpenSpan, Practice, Provider, RoomKind, VisitType
from spondyl.booking.wall_clock import MINUTES_IN_DAY
from spondyl.clinic.messages.when import time_words

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ROOM_WORDS = {RoomKind.TREATMENT: "treatment", RoomKind.XRAY: "X-ray"}
Lines = dict[str, str]


def office_lines(practice: Practice, office: Office) -> Lines:
    """An office, line by line."""
    hours = {day: _spans(office.hours, number) or "closed" for number, day in enumerate(DAYS)}
    rooms = [f"{one.name} ({ROOM_WORDS[one.kind]})" for one in practice.rooms if one.office == office.key]
    machines = [one.name for one in practice.instruments if one.office == office.key]
    return {
        "Name": office.name,
        "Address": office.address or "none",
        "Telephone": office.telephone or "none",
        "Time zone": office.zone,
        **hours,
        "Closed": ", ".join(_run_words(*run) for run in closures(office)) or "no other days",
        "Rooms": ", ".join(rooms) or "none",
        "Adjusting instruments": ", ".join(machines) or "none",
    }


def provider_lines(practice: Practice, provider: Provider, accounts: Mapping[str, str]) -> Lines:
    """A provider, line by line; ``accounts`` are the staff's names by account."""
    lines = {
        "Name": provider.name,
        "Signs in as": accounts.get(provider.account, "an account that is gone")
        if provider.account
        else "nobody",
    }
    for office in practice.offices:
        spans = tuple(one.span for one in provider.shifts if one.office == office.key)
        for number, day in enumerate(DAYS):
            lines[f"{day}, {office.name}"] = _spans(spans, number) or "not there"
    return lines


def visit_lines(kind: VisitType) -> Lines:
    """A kind of visit, line by line."""
    return {
        "Name": kind.name,
        "Name in Spanish": kind.name_es,
        "Lasts": f"{kind.duration_min} minutes",
        "Kept free before": f"{kind.before_min} minutes",
        "Kept free after": f"{kind.after_min} minutes",
        "Room": ROOM_WORDS[kind.room],
        "Adjusting instrument": "needed" if kind.instrument else "not needed",
        "Patients book it themselves": "yes" if kind.public else "no",
    }


def general_lines(practice: Practice) -> Lines:
    """What holds for the whole practice, line by line."""
    lines = {"A visit may start every": f"{practice.start_step_min} minutes"}
    for one, other in office_pairs(practice):
        way = practice.travel_min(one.key, other.key)
        lines[f"The way {one.name} – {other.name}"] = f"{way} minutes"
    return lines


def office_pairs(practice: Practice) -> list[tuple[Office, Office]]:
    """Each two offices, once."""
    every = practice.offices
    return [(one, other) for place, one in enumerate(every) for other in every[place + 1 :]]


def week_words(spans: tuple[OpenSpan, ...]) -> str:
    """Hours of a week in one line, days with the same hours together: Mon–Fri 8:00 am to 6:00 pm."""
    same: dict[str, list[int]] = {}
    for number in range(len(DAYS)):
        if words := _spans(spans, number):
            same.setdefault(words, []).append(number)
    return "; ".join(f"{_day_words(days)} {words}" for words, days in same.items())


def _day_words(days: list[int]) -> str:
    names = [DAYS[day][:3] for day in days]
    together = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{names[0]}–{names[-1]}" if together else ", ".join(names)


def changed_lines(before: Lines, after: Lines) -> list[tuple[str, str, str]]:
    """What differs: label, before, after."""
    labels = list(dict.fromkeys([*before, *after]))
    return [
        (label, before.get(label, "–"), after.get(label, "–"))
        for label in labels
        if before.get(label) != after.get(label)
    ]


def closures(office: Office) -> list[tuple[date, date]]:
    """The days closed, as runs from a first to a last day."""
    runs: list[tuple[date, date]] = []
    for day in sorted(office.closed):
        if runs and runs[-1][1] == day - timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _run_words(first: date, last: date) -> str:
    one = f"{first.day} {first:%b %Y}"
    return one if first == last else f"{one} to {last.day} {last:%b %Y}"


def _spans(spans: tuple[OpenSpan, ...], weekday: int) -> str:
    mine = sorted((one.from_min, one.to_min) for one in spans if one.weekday == weekday)
    return " and ".join(f"{_clock(begin)} to {_clock(end)}" for begin, end in mine)


def _clock(minute: int) -> str:
    if minute == MINUTES_IN_DAY:
        return "midnight"
    return time_words(datetime.combine(date.min, time(minute // 60, minute % 60)))
