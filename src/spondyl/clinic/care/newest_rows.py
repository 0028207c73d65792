"""The newest document of a kind of every patient in one query: pages of the day must not ask patient by patient."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.tables import documents


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRow:
    """The newest version of the document that was begun last for a patient."""

    person_id: str
    document_id: str
    body: dict[str, Any]
    made_at: datetime


def newest_rows(
    connection: sa.Connection, *, kind: str, since: datetime | None = None
) -> tuple[NewestRow, ...]:
    """One row a patient, the one saved last first; ``since`` leaves out what was not saved after it."""
    newest = (
        sa.select(
            documents.c.document_id,
            sa.func.max(documents.c.version).label("version"),
            sa.func.min(documents.c.made_at).label("begun"),
        )
        .where(documents.c.kind == kind)
        .group_by(documents.c.document_id)
        .subquery()
    )
    statement = sa.select(documents, newest.c.begun).join(
        newest,
        sa.and_(newest.c.document_id == documents.c.document_id, newest.c.version == documents.c.version),
    )
    if since is not None:
        statement = statement.where(documents.c.made_at > since)
    by_person: dict[str, Any] = {}
    for row in connection.execute(statement.order_by(newest.c.begun, documents.c.document_id)):
        by_person[row.person_id] = row
    rows = sorted(by_person.values(), key=lambda row: row.made_at, reverse=True)
    return tuple(
        NewestRow(
            person_id=row.person_id,
            document_id=row.document_id,
            body=json.loads(row.body),
            made_at=row.made_at,
        )
        for row in rows
    )
