"""The newest document of a kind of every patient in one query: pages of the day must not ask patient by patient."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.tables import documents, signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRow:
    """The newest version of the document that was begun last for a patient."""

    person_id: str
    document_id: str
    version: int
    kind: str
    body: dict[str, Any]
    made_at: datetime
    made_by: str


def newest_rows(
    connection: sa.Connection, *, kind: str, since: datetime | None = None
) -> tuple[NewestRow, ...]:
    """One row a patient, the one saved last first; ``since`` leaves out what was not saved after it."""
    statement, begun = _newest(documents.c.kind == kind)
    if since is not None:
        statement = statement.where(documents.c.made_at > since)
    by_person: dict[str, Any] = {}
    for row in connection.execute(statement.order_by(begun, documents.c.document_id)):
        by_person[row.person_id] = row
    rows = sorted(by_person.values(), key=lambda row: row.made_at, reverse=True)
    return tuple(_row(row) for row in rows)


def rows_since(connection: sa.Connection, *, kind: str, since: datetime) -> tuple[NewestRow, ...]:
    """The newest version of every document of a kind that was saved after ``since``."""
    statement, begun = _newest(documents.c.kind == kind)
    recent = statement.where(documents.c.made_at > since)
    return tuple(_row(row) for row in connection.execute(recent.order_by(begun, documents.c.document_id)))


def unsigned_rows(
    connection: sa.Connection, *, kind: str, person_id: str | None = None
) -> tuple[NewestRow, ...]:
    """Every document of a kind whose newest version nobody has signed, the one saved last first; one query."""
    of_one = [] if person_id is None else [documents.c.person_id == person_id]
    statement, _ = _newest(documents.c.kind == kind, *of_one)
    signed = sa.exists().where(
        signatures.c.document_id == documents.c.document_id, signatures.c.version == documents.c.version
    )
    last_first = statement.where(~signed).order_by(documents.c.made_at.desc(), documents.c.document_id)
    return tuple(_row(row) for row in connection.execute(last_first))


def newest_of_people(
    connection: sa.Connection,
    *,
    kinds: Iterable[str],
    people: Collection[str] | None = None,
    signed_kinds: Iterable[str] = (),
) -> dict[str, tuple[NewestRow, ...]]:
    """For each patient what :func:`newest_of_person` gives, in one query; ``people`` None means everybody.

    A document of ``signed_kinds`` comes too when somebody signed a version of it.
    """
    signed = sa.exists().where(signatures.c.document_id == documents.c.document_id)
    of_signed = sa.and_(documents.c.kind.in_(tuple(signed_kinds)), signed)
    conditions = [sa.or_(documents.c.kind.in_(tuple(kinds)), of_signed)]
    if people is not None:
        conditions.append(documents.c.person_id.in_(people))
    statement, begun = _newest(*conditions)
    found: dict[str, list[NewestRow]] = {}
    for row in connection.execute(statement.order_by(begun, documents.c.document_id)):
        found.setdefault(row.person_id, []).append(_row(row))
    return {person_id: tuple(rows) for person_id, rows in found.items()}


def newest_of_person(
    connection: sa.Connection, person_id: str, *, kinds: Iterable[str]
) -> tuple[NewestRow, ...]:
    """The newest version of every document of these kinds about one patient, the one begun first first."""
    statement, begun = _newest(documents.c.person_id == person_id, documents.c.kind.in_(tuple(kinds)))
    found = connection.execute(statement.order_by(begun, documents.c.document_id))
    return tuple(_row(row) for row in found)


def _newest(*conditions: sa.ColumnElement[bool]) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    newest = (
        sa.select(
            documents.c.document_id,
            sa.func.max(documents.c.version).label("version"),
            sa.func.min(documents.c.made_at).label("begun"),
        )
        .where(*conditions)
        .group_by(documents.c.document_id)
        .subquery()
    )
    same = sa.and_(newest.c.document_id == documents.c.document_id, newest.c.version == documents.c.version)
    return sa.select(documents).join(newest, same), newest.c.begun


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
