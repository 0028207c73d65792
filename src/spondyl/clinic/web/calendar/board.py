"""The calendar as columns of blocks: by provider, room or office for a day, by day for a week."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from spondyl.booking import Absence, Appointment, Horizon, Practice, Status, first_reach, wall_at
from spondyl.clinic.chart.appointment_rows import appointments_between
from spondyl.clinic.chart.claims import absences_between
from spondyl.clinic.chart.tables import people
from spondyl.clinic.messages.when import short_day, time_words

CELL_MIN = 5
MOST_LANES = 12
"""As many as calendar.css has places for; a visit more would lie upon another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A visit on the board: its cells from the top, how many, and which of how many lanes."""

    visit: Appointment
    who: str
    what: str
    office: str
    provider: str
    time: str
    top: int
    cells: int
    lane: int
    lanes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A span of working hours (or of absence) in a column."""

    top: int
    cells: int
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what it stands for, its visits, when there is work, and who is away."""

    key: str
    name: str
    absent: str | None
    """By what the page of absences knows it."""
    blocks: tuple[Block, ...]
    open: tuple[Shade, ...]
    away: tuple[Shade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The columns, the first minute of the day shown, and the hours beside them."""

    columns: tuple[Column, ...]
    first_min: int
    cells: int
    hours: tuple[tuple[int, str], ...]


def day_visits(
    connection: sa.Connection, practice: Practice, first: date, days: int = 1
) -> list[Appointment]:
    """The live visits of some days by the clock of their own office."""
    zones = {office.zone for office in practice.offices}
    start = min(first_reach(zone, first, 0) for zone in zones)
    end = max(first_reach(zone, first + timedelta(days=days), 0) for zone in zones)
    last = first + timedelta(days=days)
    return [one for one in appointments_between(connection, start, end) if first <= one.wall.date() < last]


def names_of(connection: sa.Connection, visits: Iterable[Appointment]) -> dict[str, str]:
    """The patients' names by identifier."""
    wanted = {visit.person for visit in visits if visit.person}
    rows = connection.execute(
        sa.select(people.c.id, people.c.given_name, people.c.family_name).where(people.c.id.in_(wanted))
    )
    return {row.id: f"{row.given_name} {row.family_name}" for row in rows}


def day_board(
    connection: sa.Connection,
    practice: Practice,
    day: date,
    by: str,
    *,
    provider: str | None = None,
    office: str | None = None,
) -> Board:
    """One day, a column each provider, room or office, perhaps of one provider or office only."""
    visits = _of(day_visits(connection, practice, day), provider, office)
    names, first = names_of(connection, visits), _first_min(practice, visits)
    absences = absences_between(connection, Horizon(first_day=day, days=1))
    columns = tuple(
        Column(
            key=key,
            name=name,
            absent=_absent(practice, by, key),
            blocks=_blocks(practice, [one for one in visits if _belongs(one, by, key)], names, first),
            open=_open(practice, by, key, day, first, office),
            away=_away(practice, [one for one in absences if one.resource == f"{by}:{key}"], day, first),
        )
        for key, name in _keys(practice, by, provider, office, visits)
    )
    return _board(practice, columns, first)


def week_board(
    connection: sa.Connection, practice: Practice, day: date, provider: str | None, office: str | None
) -> Board:
    """A week from Monday, a column each day, perhaps of one provider or office only."""
    monday = day - timedelta(days=day.weekday())
    visits = _of(day_visits(connection, practice, monday, 7), provider, office)
    names, first = names_of(connection, visits), _first_min(practice, visits)
    days = [monday + timedelta(days=number) for number in range(7)]
    columns = tuple(
        Column(
            key=one.isoformat(),
            name=short_day(datetime.combine(one, time())),
            absent=None,
            blocks=_blocks(practice, [visit for visit in visits if visit.wall.date() == one], names, first),
            open=_week_open(practice, provider, office, one, first),
            away=(),
        )
        for one in days
        if one.weekday() < 5 or any(visit.wall.date() == one for visit in visits) or _ever_open(practice, one)
    )
    return _board(practice, columns, first)


def _of(visits: Iterable[Appointment], provider: str | None, office: str | None) -> list[Appointment]:
    return [
        one
        for one in visits
        if provider in {None, one.placement.provider} and office in {None, one.placement.office}
    ]


def _board(practice: Practice, columns: tuple[Column, ...], first: int) -> Board:
    last = max((span.to_min for office in practice.offices for span in office.hours), default=18 * 60)
    lowest = max((block.top + block.cells for column in columns for block in column.blocks), default=0)
    cells = max((last - first) // CELL_MIN, lowest)
    hours = tuple(
        ((minute - first) // CELL_MIN, time_words(datetime.combine(date.min, time(minute // 60 % 24))))
        for minute in range(first, first + cells * CELL_MIN, 60)
    )
    shown = tuple(replace(column, away=_within(column.away, cells)) for column in columns)
    return Board(columns=shown, first_min=first, cells=cells, hours=hours)


def _within(shades: Iterable[Shade], cells: int) -> tuple[Shade, ...]:
    """Shades cut where the board ends: who is away until midnight makes the day no longer."""
    return tuple(replace(one, cells=min(one.cells, cells - one.top)) for one in shades if one.top < cells)


def _first_min(practice: Practice, visits: Iterable[Appointment]) -> int:
    """The hour at which the board begins: when the first office opens, or before it where a visit stands."""
    opens = min((span.from_min for office in practice.offices for span in office.hours), default=480)
    return min([opens, *(visit.wall.hour * 60 for visit in visits)]) // 60 * 60


def _keys(
    practice: Practice, by: str, provider: str | None, office: str | None, visits: Iterable[Appointment]
) -> list[tuple[str, str]]:
    """Key and name of each column; whoever works nowhere any more, and what was given up, on days with visits only."""
    former, busy = practice.former, {_column_of(one, by) for one in visits}
    if by == "room":
        rooms = (*practice.rooms, *(one for one in former.rooms if one.key in busy))
        return [(one.key, f"{one.name} · {practice.office(one.office).name}") for one in rooms
                if office in {None, one.office}]  # fmt: skip
    if by == "office":
        offices = (*practice.offices, *(one for one in former.offices if one.key in busy))
        return [(one.key, one.name) for one in offices if office in {None, one.key}]
    everybody = [(one, bool(one.shifts)) for one in practice.providers]
    everybody += [(one, False) for one in former.providers]
    return [
        (one.key, one.name)
        for one, works in everybody
        if (works or one.key in busy | {provider}) and provider in {None, one.key}
    ]


def _absent(practice: Practice, by: str, key: str) -> str | None:
    """Offices are closed, not away; and nobody notes an absence of what was given up."""
    if by == "provider" and any(one.key == key for one in practice.providers):
        return key
    return f"room:{key}" if by == "room" and any(one.key == key for one in practice.rooms) else None


def _belongs(visit: Appointment, by: str, key: str) -> bool:
    return _column_of(visit, by) == key


def _column_of(visit: Appointment, by: str) -> str:
    place = visit.placement
    return {"provider": place.provider, "room": place.room, "office": place.office}[by]


def _blocks(
    practice: Practice, visits: list[Appointment], names: Mapping[str, str], first: int
) -> tuple[Block, ...]:
    lanes = _lanes(practice, visits)
    many = min(max(lanes.values(), default=0) + 1, MOST_LANES)
    return tuple(_block(practice, one, names, first, (lanes[one.key] % many, many)) for one in visits)


def _block(
    practice: Practice, visit: Appointment, names: Mapping[str, str], first: int, lane: tuple[int, int]
) -> Block:
    visit_type = practice.visit_type(visit.visit_type)
    held = visit.status is Status.HELD
    return Block(
        visit=visit,
        who=names.get(visit.person or "", "Kept for somebody" if held else "Erased patient"),
        what=visit_type.name,
        office=practice.office(visit.placement.office).name,
        provider=practice.provider(visit.placement.provider).name,
        time=time_words(visit.wall),
        top=max((visit.wall.hour * 60 + visit.wall.minute - first) // CELL_MIN, 0),
        cells=max(visit_type.duration_min // CELL_MIN, 3),
        lane=lane[0],
        lanes=lane[1],
    )


def _lanes(practice: Practice, visits: list[Appointment]) -> dict[str, int]:
    """Give each visit the first lane in which it overlaps nothing."""
    ends: list[datetime] = []
    lanes: dict[str, int] = {}
    # By the clock on the wall, as they are drawn: two offices may stand in two time zones.
    for visit in sorted(visits, key=lambda one: one.wall):
        end = visit.wall + timedelta(minutes=max(practice.visit_type(visit.visit_type).duration_min, 15))
        lane = next((number for number, free in enumerate(ends) if free <= visit.wall), len(ends))
        ends[lane : lane + 1] = [end]
        lanes[visit.key] = lane
    return lanes


def _open(
    practice: Practice, by: str, key: str | None, day: date, first: int, office: str | None
) -> tuple[Shade, ...]:
    if by == "provider":
        shifts = [one for one in practice.provider(key or "").shifts if office in {None, one.office}]
        spans = [(one.span, practice.office(one.office)) for one in shifts]
    else:
        place = (
            practice.office(key or "") if by == "office" else practice.office(practice.room(key or "").office)
        )
        spans = [(span, place) for span in place.hours]
    return tuple(
        Shade(
            top=(span.from_min - first) // CELL_MIN,
            cells=(span.to_min - span.from_min) // CELL_MIN,
            word=place.name,
        )
        for span, place in spans
        if span.weekday == day.weekday() and day not in place.closed
    )


def _week_open(
    practice: Practice, provider: str | None, office: str | None, day: date, first: int
) -> tuple[Shade, ...]:
    if provider:
        return _open(practice, "provider", provider, day, first, office)
    return _open(practice, "office", office, day, first, None) if office else _any_open(practice, day, first)


def _any_open(practice: Practice, day: date, first: int) -> tuple[Shade, ...]:
    """When any office is open: visits of all of them stand in the column, which is named after none."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(
        (span.from_min, span.to_min)
        for office in practice.offices
        for span in office.hours
        if span.weekday == day.weekday() and day not in office.closed
    ):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(
        Shade(top=(begin - first) // CELL_MIN, cells=(end - begin) // CELL_MIN, word="")
        for begin, end in merged
    )


def _away(practice: Practice, absences: Iterable[Absence], day: date, first: int) -> tuple[Shade, ...]:
    zone = practice.offices[0].zone
    found: list[Shade] = []
    for one in absences:
        start = max(wall_at(zone, one.start), datetime.combine(day, time()) + timedelta(minutes=first))
        end = min(wall_at(zone, one.end), datetime.combine(day, time()) + timedelta(days=1))
        if start < end:
            top = (start - datetime.combine(day, time())) // timedelta(minutes=CELL_MIN) - first // CELL_MIN
            found.append(
                Shade(
                    top=top, cells=(end - start) // timedelta(minutes=CELL_MIN), word=one.reason or one.words
                )
            )
    return tuple(found)


def _ever_open(practice: Practice, day: date) -> bool:
    return any(span.weekday == day.weekday() for office in practice.offices for span in office.hours)
