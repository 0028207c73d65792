"""A new appointment, what it occupies and the letter about it, written with as few ways to the database as can be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from spondyl.booking import Appointment, Claim
from spondyl.clinic.chart.appointment_rows import new_row
from spondyl.clinic.chart.audit import Deed, Head, append, lane_of, likely_head, remember_head, sealed_row
from spondyl.clinic.chart.booking_facts import (
    AWAY_SQL,
    FACTS_SQL,
    INTAKE_SQL,
    BookingFacts,
    facts_asked,
    facts_told,
)
from spondyl.clinic.chart.claims import LOCK_SQL, claim_rows, seconds_of, taken_instead_of
from spondyl.clinic.chart.engine import driver_in_transaction, is_embedded
from spondyl.clinic.chart.outbox import MessageKind, message_row
from spondyl.clinic.chart.quick_statement import QuickStatement, array_text, quoted
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.tables.column_types import embedded_text, instant_text

_Told = TypeVar("_Told")
_COLUMNS = [column.name for column in appointments.c]
_TYPED = ", ".join(
    f"CAST(%({column.name})s AS {column.type.compile(postgresql.dialect())})" for column in appointments.c
)
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
# after the claims are down, so that nobody who holds a lane waits for somebody's resource. The audit row is sealed
# on the guess that nobody else wrote this lane since. Where something speaks against the visit, nothing is written
# or locked. Arrays cost the server half of what JSON does.
_ROWS = (
    f"visit AS (INSERT INTO appointments ({', '.join(_COLUMNS)}) SELECT {_TYPED} FROM go), "
    "letter AS (INSERT INTO outbox (id, appointment, kind, body, due_at, state, tries, problem) "
    "SELECT CAST(%(letter_id)s AS text), CAST(%(key)s AS text), %(letter_kind)s, '', "
    "CAST(%(letter_due_at)s AS timestamptz), 'waiting', 0, '' FROM go "
    "WHERE CAST(%(letter_id)s AS text) IS NOT NULL), "
    "put AS (INSERT INTO claims (appointment, resource, office, lane, exclusive, starts_s, ends_s) "
    "SELECT CAST(%(key)s AS text), c.resource, CAST(%(office)s AS text), 0, c.exclusive, c.starts_s, c.ends_s "
)
_CLAIMED = (
    "unnest(CAST(%(resources)s AS text[]), CAST(%(exclusive)s AS boolean[]), CAST(%(starts_s)s AS bigint[]), "
    "CAST(%(ends_s)s AS bigint[])) AS c(resource, exclusive, starts_s, ends_s)"
)
_MOVE = (
    "UPDATE audit_heads SET sequence = CAST(%(audit_sequence)s AS bigint), seal = %(audit_seal)s{} "
    "WHERE lane = CAST(%(audit_lane)s AS integer) AND sequence = CAST(%(audit_sequence)s AS bigint) - 1 "
    "AND seal = %(audit_seal_before)s"
)
_ENTRY = (
    "entry AS (INSERT INTO audit (lane, sequence, at, actor, action, subject, detail, seal) "
    "SELECT CAST(%(audit_lane)s AS integer), moved.sequence, %(audit_at)s, %(audit_actor)s, %(audit_action)s, "
    "%(audit_subject)s, %(audit_detail)s, %(audit_seal)s FROM {})"
)
# Where the guess about the lane is wrong, the lane is locked and its head told, as is what speaks against the visit.
_ALL = QuickStatement(
    "spondyl_visit",
    f"WITH facts AS MATERIALIZED ({FACTS_SQL}), go AS MATERIALIZED (SELECT 1 FROM facts "
    "WHERE CAST(%(decided)s AS boolean) "
    "OR (version = CAST(%(worked_out_for)s AS integer) AND NOT away AND NOT intake)), "
    f"locked AS MATERIALIZED ({LOCK_SQL} WHERE EXISTS (SELECT 1 FROM go)), "
    f"{_ROWS} FROM go, locked, {_CLAIMED} WHERE locked.n >= 0 RETURNING 1), "
    f"moved AS ({_MOVE.format('')} AND EXISTS (SELECT 1 FROM go) AND (SELECT count(*) FROM put) >= 0 "
    f"RETURNING sequence), {_ENTRY.format('moved')}, "
    "head AS (SELECT sequence, seal FROM audit_heads WHERE lane = CAST(%(audit_lane)s AS integer) "
    "AND EXISTS (SELECT 1 FROM go) AND NOT EXISTS (SELECT 1 FROM moved) FOR UPDATE) "
    "SELECT version, away, intake, EXISTS (SELECT 1 FROM go), EXISTS (SELECT 1 FROM moved), sequence, seal "
    "FROM facts LEFT JOIN head ON true",
)
# The transaction ends with this one. It asks no more than whether it may be written, and each claim takes the lock of
# its resource itself, in the order of their names. A wrong guess about the lane undoes it: an audit row without its
# number is refused.
_ALONE = QuickStatement(
    "spondyl_visit_alone",
    "WITH go AS MATERIALIZED (SELECT 1 "
    "WHERE (SELECT max(version) FROM practice_versions) = CAST(%(worked_out_for)s AS integer) "
    f"AND NOT ({AWAY_SQL}) AND NOT ({INTAKE_SQL})), "
    f"{_ROWS} FROM go, LATERAL {_CLAIMED} WHERE pg_advisory_xact_lock(hashtextextended(c.resource, 7)) IS NOT NULL "
    "RETURNING 1), "
    f"moved AS ({_MOVE.format(' FROM (SELECT count(*) FROM put) AS down')} AND down.count > 0 RETURNING sequence), "
    f"{_ENTRY.format('go LEFT JOIN moved ON true')} "
    "SELECT EXISTS (SELECT 1 FROM go)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRows:
    """The rows of a new appointment, worked out before the database is asked; ``given`` is for PostgreSQL."""

    visit: tuple[Any, ...] = ()
    claims: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    letter: tuple[Any, ...] = ()
    given: dict[str, str | None] = field(default_factory=dict[str, str | None])


def visit_rows(
    connection: sa.Connection, visit: Appointment, wanted: Sequence[Claim], letter: MessageKind | None
) -> VisitRows:
    """What ``insert_visit`` writes; this asks the database nothing."""
    row = new_row(connection, visit)
    message = message_row(visit.key, letter, row["made_at"]) if letter else {}
    if not is_embedded(connection):
        asked = facts_asked(visit.start, None if visit.held_until else visit.person)
        return VisitRows(given=_texts({**row, **asked}) | _claimed(wanted) | _told(message))
    return VisitRows(
        visit=tuple(_embedded(row[name]) for name in _COLUMNS),
        claims=[tuple(claim.values()) for claim in claim_rows(visit.key, wanted, [0] * len(wanted))],
        letter=tuple(_embedded(value) for value in message.values()),
    )


def insert_visit(connection: sa.Connection, rows: VisitRows, deed: Deed, head: Head | None) -> None:
    """Write a new appointment and its audit row; raises ``TimeTakenError`` like ``put_down``.

    ``head``: where the embedded file's audit log is known to stand.
    """
    if is_embedded(connection):
        _insert_embedded(connection, rows)
        append(connection, deed, head)
    else:
        _asked(connection, rows, deed, version=None)


def insert_visit_unless(
    connection: sa.Connection, rows: VisitRows, visit: Appointment, deed: Deed, *, version: int
) -> BookingFacts | None:
    """PostgreSQL only: ``insert_visit`` if the practice is of this version yet, nobody is away, and there is no intake.

    None when it was written; otherwise nothing was, and what is known comes back.
    """
    told = _asked(connection, rows, deed, version=version)
    return None if told[3] else facts_told(connection, visit.start, told)


def insert_visit_and_commit(connection: sa.Connection, rows: VisitRows, deed: Deed, *, version: int) -> bool:
    """PostgreSQL only: ``insert_visit_unless`` as a whole transaction, in one way to the server.

    False when it was not written: something speaks against it, another wrote this connection's lane of the audit log,
    or a transaction is under way. Then go on as if this had not been called.
    """
    guess = likely_head(connection)
    if guess is None:
        return False
    row = sealed_row(connection, deed, guess)
    given = _given(rows, row, guess) | {"worked_out_for": str(version)}
    try:
        told = _refusing(_ALONE, _ALONE.row_committed, connection, given)
    except IntegrityError as error:
        from psycopg.errors import NotNullViolation

        if not isinstance(error.orig, NotNullViolation):
            raise
        return False
    if told is None or told[0] != "t":
        return False
    remember_head(connection, row)
    return True


def _asked(connection: sa.Connection, rows: VisitRows, deed: Deed, *, version: int | None) -> Sequence[Any]:
    guess = likely_head(connection) or Head(lane=lane_of(connection), sequence=-9, seal="")
    row = sealed_row(connection, deed, guess)
    given = _given(rows, row, guess) | {
        "decided": "t" if version is None else "f",
        "worked_out_for": None if version is None else str(version),
    }
    found, *answers, sequence, seal = _refusing(_ALL, _ALL.row, connection, given)
    away, intake, gone, moved = (answer == "t" for answer in answers)
    if moved:
        remember_head(connection, row)
    elif gone:
        head = None if sequence is None else Head(lane=guess.lane, sequence=int(sequence), seal=str(seal))
        append(connection, deed, head)
    return found and int(found), away, intake, gone


def _refusing(
    statement: QuickStatement,
    ask: Callable[..., _Told],
    connection: sa.Connection,
    given: dict[str, str | None],
) -> _Told:
    """What the statement says; ``TimeTakenError`` like ``put_down`` in place of the driver's error."""
    try:
        return ask(connection, given)
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        raise taken_instead_of(IntegrityError(statement.sql, given, error, hide_parameters=True)) from error


def _given(rows: VisitRows, entry: dict[str, Any], guess: Head) -> dict[str, str | None]:
    """What both statements are given about the visit, and the audit row that follows the guess."""
    told = {f"audit_{name}": str(value) for name, value in entry.items()}
    return {**rows.given, **told, "audit_seal_before": guess.seal}


def _claimed(wanted: Sequence[Claim]) -> dict[str, str | None]:
    # By the name of the resource: everybody takes their locks in the same order.
    claims = sorted(wanted, key=attrgetter("resource"))
    return {
        "resources": array_text(quoted(claim.resource) for claim in claims),
        "exclusive": array_text("t" if claim.exclusive else "f" for claim in claims),
        "starts_s": array_text(str(seconds_of(claim.start)) for claim in claims),
        "ends_s": array_text(str(seconds_of(claim.end)) for claim in claims),
    }


def _told(message: dict[str, Any]) -> dict[str, str | None]:
    told = _texts(message)
    return {f"letter_{name}": told.get(name) for name in ("id", "kind", "due_at")}


def _insert_embedded(connection: sa.Connection, rows: VisitRows) -> None:
    # Straight to the driver: everybody else who writes waits meanwhile.
    driver = driver_in_transaction(connection)
    try:
        driver.execute(_VISIT, rows.visit)
        driver.executemany(_CLAIM, rows.claims)
        if rows.letter:
            driver.execute(_LETTER, rows.letter)
    except driver.IntegrityError as error:
        raise taken_instead_of(IntegrityError(_CLAIM, rows.claims, error, hide_parameters=True)) from error


def _embedded(value: Any) -> Any:
    return embedded_text(value) if isinstance(value, datetime) else value


def _texts(row: dict[str, Any]) -> dict[str, str | None]:
    return {
        name: value if value is None or type(value) is str else _text(value) for name, value in row.items()
    }


def _text(value: Any) -> str:
    return instant_text(value) if isinstance(value, datetime) else str(value)
