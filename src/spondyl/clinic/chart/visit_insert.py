"""A new appointment, what it occupies and its messages, written with as few ways to the database as can be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.booking import Appointment, Claim
from spondyl.clinic.chart.appointment_rows import new_row
from spondyl.clinic.chart.audit import Head, lane_of
from spondyl.clinic.chart.claims import CLAIM_SQL, LOCK_SQL, claim_columns, taken_instead_of
from spondyl.clinic.chart.engine import driver_in_transaction, is_embedded
from spondyl.clinic.chart.outbox import MessageKind, message_rows
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.tables.column_types import embedded_text

Letters = Sequence[tuple[Appointment, MessageKind, datetime]]

_COLUMNS = [column.name for column in appointments.c]
_VISIT = f"INSERT INTO appointments ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_CLAIM = (
    "INSERT INTO claims (appointment, resource, office, lane, exclusive, starts_s, ends_s) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_LETTER = (
    "INSERT INTO outbox (id, appointment, kind, body, due_at, state, tries, problem) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
# The database checks the claims' overlaps and the foreign keys as ever. The lane of the audit log is locked last,
# after the claims are down, so that nobody who holds a lane waits for somebody's resource.
_ALL = (
    f"WITH locked AS MATERIALIZED ({LOCK_SQL}), "
    f"visit AS (INSERT INTO appointments ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(f'%({name})s' for name in _COLUMNS)})), "
    f"put AS ({CLAIM_SQL} RETURNING 1), "
    "letters AS (INSERT INTO outbox (id, appointment, kind, body, due_at, state, tries, problem) "
    "SELECT m.id, %(key)s, m.kind, '', m.due_at, 'waiting', 0, '' FROM unnest(CAST(%(letter_ids)s AS text[]), "
    "CAST(%(letter_kinds)s AS text[]), CAST(%(letter_dues)s AS timestamptz[])) AS m(id, kind, due_at)) "
    "SELECT sequence, seal FROM audit_heads "
    "WHERE lane = %(audit_lane)s AND (SELECT count(*) FROM put) >= 0 FOR UPDATE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRows:
    """The rows of a new appointment, worked out before the database is asked; ``given`` is for PostgreSQL."""

    visit: tuple[Any, ...] = ()
    claims: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    letters: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    given: dict[str, Any] = field(default_factory=dict[str, Any])


def visit_rows(
    connection: sa.Connection, visit: Appointment, wanted: Sequence[Claim], letters: Letters
) -> VisitRows:
    """What ``insert_visit`` writes; this asks the database nothing."""
    row, messages = new_row(connection, visit), message_rows(letters)
    columns = claim_columns(visit.key, wanted, [0] * len(wanted))
    if not is_embedded(connection):
        return VisitRows(given={**row, **columns, **_letter_columns(messages)})
    lists = (columns[name] for name in ("claimed", "offices", "lanes", "exclusives", "starts", "ends"))
    return VisitRows(
        visit=tuple(_embedded(row[name]) for name in _COLUMNS),
        claims=[(visit.key, *values) for values in zip(*lists, strict=True)],
        letters=[tuple(_embedded(value) for value in message.values()) for message in messages],
    )


def insert_visit(connection: sa.Connection, rows: VisitRows) -> Head | None:
    """Write a new appointment; raises ``TimeTakenError`` like ``put_down``.

    On PostgreSQL it is one statement, which also locks the audit log's lane and returns where that stands: give it to
    ``record``, and record soon.
    """
    if is_embedded(connection):
        _insert_embedded(connection, rows)
        return None
    lane = lane_of(connection)
    try:
        row = connection.exec_driver_sql(_ALL, {**rows.given, "audit_lane": lane}).one_or_none()
    except IntegrityError as error:
        raise taken_instead_of(error) from error
    return None if row is None else Head(lane=lane, sequence=row[0], seal=row[1])


def _insert_embedded(connection: sa.Connection, rows: VisitRows) -> None:
    # Straight to the driver: everybody else who writes waits meanwhile.
    driver = driver_in_transaction(connection)
    try:
        driver.execute(_VISIT, rows.visit)
        driver.executemany(_CLAIM, rows.claims)
        driver.executemany(_LETTER, rows.letters)
    except driver.IntegrityError as error:
        raise taken_instead_of(IntegrityError(_CLAIM, rows.claims, error)) from error


def _letter_columns(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "letter_ids": [row["id"] for row in messages],
        "letter_kinds": [row["kind"] for row in messages],
        "letter_dues": [row["due_at"] for row in messages],
    }


def _embedded(value: Any) -> Any:
    return embedded_text(value) if isinstance(value, datetime) else value
