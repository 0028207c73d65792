"""The newest document of a kind of every patient in one query: pages of the day must not ask patient by patient."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.documents import newest_versions, rows_of
from spondyl.clinic.chart.same_person import charts_beside, closed_charts, same_person
from spondyl.clinic.chart.tables import documents, signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRow:
    """A version of a document, with its body."""

    person_id: str
    document_id: str
    version: int
    kind: str
    body: dict[str, Any]
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDocument:
    """Where a document is that somebody has to look at on a day."""

    person_id: str
    document_id: str
    version: int
    due_on: date


def newest_due(connection: sa.Connection, *, kind: str, first: date, last: date) -> tuple[DueDocument, ...]:
    """Each patient whose newest document of a kind, in its newest version, is due from ``first`` to ``last``; from
    indexes alone, and only the patients of whom something is due then are looked at. Of several charts of one person
    the kept one is named."""
    first_version, other = documents.alias("first_version"), documents.alias("other")
    begun = (
        sa.select(first_version.c.made_at)
        .where(first_version.c.document_id == documents.c.document_id, first_version.c.version == 1)
        .correlate(documents)
        .scalar_subquery()
    )
    is_later = sa.tuple_(other.c.made_at, documents.c.document_id) > sa.tuple_(begun, other.c.document_id)
    is_replaced = sa.exists().where(
        other.c.person_id == documents.c.person_id,
        other.c.kind == documents.c.kind,
        other.c.version == 1,
        is_later,
    )
    statement = sa.select(
        documents.c.person_id, documents.c.document_id, documents.c.version, documents.c.due_on
    ).where(documents.c.kind == kind, documents.c.due_on.between(first, last), ~_is_followed(), ~is_replaced)
    found = [DueDocument(**row) for row in connection.execute(statement).mappings()]
    return tuple(_of_open_charts(connection, found))


def _of_open_charts(connection: sa.Connection, found: Iterable[DueDocument]) -> Iterator[DueDocument]:
    closed = closed_charts(connection)
    joined = closed.keys() | set(closed.values())
    for one in found:
        if one.person_id not in joined:
            yield one
        elif _newest_of_kind(connection, one) == one.document_id:
            yield replace(one, person_id=closed.get(one.person_id, one.person_id))


def _newest_of_kind(connection: sa.Connection, due: DueDocument) -> str:
    """The newest document of the same kind in any chart of the person."""
    kind = sa.select(documents.c.kind).where(documents.c.document_id == due.document_id).limit(1)
    of_kind = documents.c.kind == kind.scalar_subquery()
    newest = newest_versions(same_person(documents.c.person_id, due.person_id), of_kind)
    first = sa.select(newest.c.document_id).order_by(newest.c.begun.desc(), newest.c.document_id).limit(1)
    return connection.execute(first).scalar_one()


def rows_at(connection: sa.Connection, places: Collection[DueDocument]) -> dict[str, NewestRow]:
    """These documents in these versions, by their identifiers; one query."""
    version = {one.document_id: one.version for one in places}
    found = connection.execute(sa.select(documents).where(documents.c.document_id.in_(version)))
    return {row.document_id: _row(row) for row in found if row.version == version[row.document_id]}


def rows_since(connection: sa.Connection, *, kind: str, since: datetime) -> tuple[NewestRow, ...]:
    """The newest version of every document of a kind that was saved after ``since``, the one saved first first."""
    statement = (
        sa.select(documents)
        .where(documents.c.kind == kind, documents.c.made_at > since, ~_is_followed())
        .order_by(documents.c.made_at, documents.c.document_id)
    )
    return tuple(_row(row) for row in connection.execute(statement))


def unsigned_rows(
    connection: sa.Connection, *, kind: str, person_id: str | None = None
) -> tuple[NewestRow, ...]:
    """Every document of a kind whose newest version nobody has signed, the one saved last first; one query."""
    of_one = sa.true() if person_id is None else same_person(documents.c.person_id, person_id)
    newest = newest_versions(documents.c.kind == kind, of_one)
    signed = sa.exists().where(
        signatures.c.document_id == newest.c.document_id, signatures.c.version == newest.c.version
    )
    last_first = (documents.c.made_at.desc(), documents.c.document_id)
    found = connection.execute(rows_of(newest).where(~signed).order_by(*last_first))
    return tuple(_row(row) for row in found)


def newest_of_people(
    connection: sa.Connection,
    *,
    kinds: Iterable[str],
    people: Collection[str],
    signed_kinds: Iterable[str] = (),
) -> dict[str, tuple[NewestRow, ...]]:
    """For each patient what :func:`newest_of_person` gives, in one query and one for their other charts.

    A document of ``signed_kinds`` comes too when somebody signed a version of it.
    """
    signed = sa.exists().where(signatures.c.document_id == documents.c.document_id)
    of_signed = sa.and_(documents.c.kind.in_(tuple(signed_kinds)), signed)
    of_kinds = sa.or_(documents.c.kind.in_(tuple(kinds)), of_signed)
    read_for = charts_beside(connection, people)
    statement = _begun_first(of_kinds, documents.c.person_id.in_(read_for))
    found: dict[str, list[NewestRow]] = {}
    for row in connection.execute(statement):
        for person_id in read_for[row.person_id]:
            found.setdefault(person_id, []).append(_row(row))
    return {person_id: tuple(rows) for person_id, rows in found.items()}


def newest_of_person(
    connection: sa.Connection, person_id: str, *, kinds: Iterable[str]
) -> tuple[NewestRow, ...]:
    """The newest version of every document of these kinds about one patient, the one begun first first."""
    statement = _begun_first(
        same_person(documents.c.person_id, person_id), documents.c.kind.in_(tuple(kinds))
    )
    found = connection.execute(statement)
    return tuple(_row(row) for row in found)


def _begun_first(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    newest = newest_versions(*conditions)
    return rows_of(newest).order_by(newest.c.begun, documents.c.document_id)


def _is_followed() -> sa.Exists:
    """Whether a document has a version after this one."""
    later = documents.alias("later")
    return sa.exists().where(
        later.c.document_id == documents.c.document_id, later.c.version > documents.c.version
    )


def _row(row: Any) -> NewestRow:
    return NewestRow(
        person_id=row.person_id,
        document_id=row.document_id,
        version=row.version,
        kind=row.kind,
        body=json.loads(row.body),
        made_at=row.made_at,
        made_by=row.made_by,
    )
