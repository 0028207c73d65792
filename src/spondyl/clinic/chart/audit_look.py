"""Look through the audit log: the newest rows first, a page at a time, each page at a price that has a bound.

The log has an index of time, of action and of subject, and no more: each would cost every change of the chart. What is
named by these is sought in its index. Anything else, such as a person's rows, is sought from the newest row back,
so many rows at a time and for so long.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.audit import AuditEntry, entry_of
from spondyl.clinic.chart.tables import appointments, audit, films

LOOKED_AT = 20_000
"""So many rows are looked through at a time."""
PATIENCE_S = 2.0
"""For so long a page is filled before it is shown as far as it is; 100,000 rows take 0.2 s of processor time."""
FEW = 5_000
"""An action with at most so many rows is sought in the index of actions, and sorted."""
UNDONE, AFTER_UNDONE = "undo: ", "undo;"
"""Every undo says in its action what it undid."""
MOST_ACTIONS = 200
_UNINDEXED = audit.c.action + ""
"""Else SQLite fetches and sorts every row of the action, for every stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ends: the place of its last row."""

    at: str
    sequence: int
    lane: int

    @property
    def text(self) -> str:
        """For an address."""
        return f"{self.at}|{self.sequence}|{self.lane}"


def place_of(text: str) -> Place | None:
    """The place that an address names; None when it names none."""
    at, sequence, lane = (*text.split("|"), "", "")[:3]
    if not (at and sequence.isdecimal() and lane.isdecimal() and len(sequence) < 19 and len(lane) < 9):
        return None
    return Place(at=at, sequence=int(sequence), lane=int(lane))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; None: anything. ``first`` and ``end``: from then on, and before then."""

    actors: Collection[str] | None = None
    actions: Collection[str] | None = None
    subjects: Collection[str] | None = None
    first: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One page. ``older``: where the next one begins, None at the end of the log. ``looked_to``: only so far back was
    looked for the rows of this page; None when everything before ``older`` was."""

    entries: tuple[AuditEntry, ...]
    older: Place | None
    looked_to: datetime | None = None


def look(connection: sa.Connection, asked: Asked, *, before: Place | None = None, limit: int = 100) -> Look:
    """The newest rows that fit, from before a place on."""
    if asked.subjects is not None or _is_rare(connection, asked.actions):
        rows = connection.execute(_among_few(asked, before).limit(limit + 1)).all()
        return _page(rows, limit)
    if asked.actions is None and asked.actors is None:
        return _page(connection.execute(_in_order(_between(asked, before)).limit(limit + 1)).all(), limit)
    return _look_back(connection, asked, before, limit)


def known_actions(connection: sa.Connection) -> tuple[str, ...]:
    """Every action that the log holds, each undo as ``UNDONE``: one step through the index for each of them."""
    found: list[str] = []
    last = ""
    while len(found) < MOST_ACTIONS:
        following = sa.select(sa.func.min(audit.c.action)).where(audit.c.action > last)
        name = connection.execute(following).scalar_one_or_none()
        if name is None:
            break
        is_undo = name.startswith(UNDONE)
        found.append(UNDONE if is_undo else name)
        last = AFTER_UNDONE if is_undo else name
    return tuple(dict.fromkeys(found))


def subjects_of(connection: sa.Connection, people: Collection[str]) -> tuple[str, ...]:
    """How the log names these patients, their visits and their films."""
    visits = connection.execute(sa.select(appointments.c.key).where(appointments.c.person_id.in_(people)))
    held = connection.execute(sa.select(films.c.id).where(films.c.person_id.in_(people)))
    return (
        *(f"person {one}" for one in people),
        *(f"appointment {one}" for one in visits.scalars()),
        *(f"film {one}" for one in held.scalars()),
    )


def people_behind(connection: sa.Connection, subjects: Collection[str]) -> dict[str, str]:
    """The identifier of the patient behind each subject that has one, in two queries."""
    found = {one: one.removeprefix("person ") for one in subjects if one.startswith("person ")}
    for word, column, table in (
        ("appointment ", appointments.c.key, appointments),
        ("film ", films.c.id, films),
    ):
        keys = {one.removeprefix(word) for one in subjects if one.startswith(word)}
        rows = connection.execute(sa.select(column, table.c.person_id).where(column.in_(keys)))
        found |= {f"{word}{key}": person_id for key, person_id in rows if person_id}
    return found


def _look_back(connection: sa.Connection, asked: Asked, before: Place | None, limit: int) -> Look:
    """Stretch by stretch down the index of time until the page is full, the log ends, or patience does."""
    rows: list[Any] = []
    until = monotonic() + PATIENCE_S
    while True:
        stretch = _between(asked, before)
        begins = connection.execute(_begin_of(stretch)).scalar_one_or_none()
        stretch = stretch if begins is None else stretch.where(audit.c.at >= begins)
        fitting = _in_order(stretch.where(*_wanted(asked, _UNINDEXED))).limit(limit + 1 - len(rows))
        rows.extend(connection.execute(fitting))
        if begins is None or len(rows) > limit:
            return _page(rows, limit)
        before = _just_before(begins)
        if monotonic() >= until:
            found = tuple(entry_of(row) for row in rows)
            return Look(entries=found, older=before, looked_to=datetime.fromisoformat(begins))


def _begin_of(stretch: sa.Select[Any]) -> sa.Select[Any]:
    """The moment at which a stretch of ``LOOKED_AT`` rows begins, from the index alone; none near the log's end."""
    moments = stretch.with_only_columns(audit.c.at).order_by(audit.c.at.desc())
    return moments.offset(LOOKED_AT - 1).limit(1)


def _just_before(at: str) -> Place:
    """Before every row of that moment: the rows of a lane are numbered from 1."""
    return Place(at=at, sequence=0, lane=0)


def _is_rare(connection: sa.Connection, actions: Collection[str] | None) -> bool:
    if actions is None or UNDONE in actions:
        return False
    some = sa.select(sa.literal(1)).where(audit.c.action.in_(actions)).limit(FEW + 1).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() <= FEW


def _between(asked: Asked, before: Place | None) -> sa.Select[Any]:
    # A bound that holds for every row: without one SQLite reads and sorts the whole log where a look is long.
    statement = sa.select(audit).where(audit.c.at > "")
    if asked.first is not None:
        statement = statement.where(audit.c.at >= asked.first.astimezone(UTC).isoformat())
    if asked.end is not None:
        statement = statement.where(audit.c.at < asked.end.astimezone(UTC).isoformat())
    if before is not None:
        earlier_row = sa.or_(
            audit.c.sequence < before.sequence,
            sa.and_(audit.c.sequence == before.sequence, audit.c.lane > before.lane),
        )
        statement = statement.where(audit.c.at <= before.at).where(
            sa.or_(audit.c.at < before.at, earlier_row)
        )
    return statement


def _in_order(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.order_by(audit.c.at.desc(), audit.c.sequence.desc(), audit.c.lane)


def _among_few(asked: Asked, before: Place | None) -> sa.Select[Any]:
    """Through the index of subjects or actions; ``at`` is no column in the order, so that its index is not walked."""
    statement = _between(asked, before).where(*_wanted(asked))
    return statement.order_by((audit.c.at + "").desc(), audit.c.sequence.desc(), audit.c.lane)


def _wanted(asked: Asked, action: sa.ColumnElement[str] = audit.c.action) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.actors is not None:
        found.append(audit.c.actor.in_(asked.actors))
    if asked.subjects is not None:
        found.append(audit.c.subject.in_(asked.subjects))
    if asked.actions is not None:
        undone = [action.startswith(UNDONE)] if UNDONE in asked.actions else []
        found.append(sa.or_(action.in_(asked.actions), *undone))
    return found


def _page(rows: Any, limit: int) -> Look:
    found = tuple(entry_of(row) for row in rows[:limit])
    return Look(entries=found, older=_place(rows[limit - 1]) if len(rows) > limit else None)


def _place(row: Any) -> Place:
    return Place(at=row.at, sequence=row.sequence, lane=row.lane)
