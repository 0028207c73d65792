"""A new appointment, what it occupies and its messages, written with as few ways to the database as can be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.booking import Appointment, Claim
from spondyl.clinic.chart.appointment_rows import insert_rows, new_row
from spondyl.clinic.chart.audit import Head, lane_of
from spondyl.clinic.chart.claims import CLAIM_SQL, LOCK_SQL, claim_columns, put_down, taken_instead_of
from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.outbox import MessageKind, message_rows, queue
from spondyl.clinic.chart.tables.booking import appointments

Letters = Sequence[tuple[Appointment, MessageKind, datetime]]

_COLUMNS = [column.name for column in appointments.c]
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


def insert_visit(
    connection: sa.Connection, visit: Appointment, wanted: Sequence[Claim], letters: Letters
) -> Head | None:
    """Write a new appointment; raises ``TimeTakenError`` like ``put_down``.

    On PostgreSQL it is one statement, which also locks the audit log's lane and returns where that stands: give it to
    ``record``, and record soon.
    """
    if is_embedded(connection):
        insert_rows(connection, [visit])
        put_down(connection, visit.key, wanted, [0] * len(wanted))
        queue(connection, letters)
        return None
    lane = lane_of(connection)
    given = _given(connection, visit, wanted, letters) | {"audit_lane": lane}
    try:
        row = connection.exec_driver_sql(_ALL, given).one_or_none()
    except IntegrityError as error:
        raise taken_instead_of(error) from error
    return None if row is None else Head(lane=lane, sequence=row[0], seal=row[1])


def _given(
    connection: sa.Connection, visit: Appointment, wanted: Sequence[Claim], letters: Letters
) -> dict[str, Any]:
    messages = message_rows(letters)
    return {
        **new_row(connection, visit),
        **claim_columns(visit.key, wanted, [0] * len(wanted)),
        "letter_ids": [row["id"] for row in messages],
        "letter_kinds": [row["kind"] for row in messages],
        "letter_dues": [row["due_at"] for row in messages],
    }
