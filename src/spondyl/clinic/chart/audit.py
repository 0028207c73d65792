"""The audit log: every change appends one sealed row, in the same transaction as the change.

A seal is HMAC-SHA256, with a key that is not in the database, over the row and the seal before it. PostgreSQL
writes several chains ("lanes") side by side, so that writers need not wait for each other; each is verified alone.
"""

import hmac
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from spondyl.clinic.chart.canonical_json import canonical
from spondyl.clinic.chart.engine import driver_in_transaction, is_embedded, now_of
from spondyl.clinic.chart.tables import audit, audit_heads

POSTGRES_LANES = 16
TURN_LANE = POSTGRES_LANES
"""The lane of whoever has the waitlist's turn, whatever their connection: nobody else ever waits for it."""
FIRST_SEAL = "0" * 64
ROWS_AT_ONCE = 2000
_LEFT = "spondyl_audit_heads"
_TURN_IN = "spondyl_audit_turn_in"

# Every change of the chart runs these.
_HEAD = sa.select(audit_heads).where(audit_heads.c.lane == sa.bindparam("of_lane")).with_for_update()
_APPEND_SQL = (
    "INSERT INTO audit (lane, sequence, at, actor, action, subject, detail, seal) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE_HEAD_SQL = "UPDATE audit_heads SET sequence = ?, seal = ? WHERE lane = ?"
_APPEND_AND_MOVE_SQL = (
    "WITH moved AS (UPDATE audit_heads SET sequence = %(sequence)s, seal = %(seal)s WHERE lane = %(lane)s) "
    "INSERT INTO audit (lane, sequence, at, actor, action, subject, detail, seal) VALUES (%(lane)s, %(sequence)s, "
    "%(at)s, %(actor)s, %(action)s, %(subject)s, %(detail)s, %(seal)s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a lane of the log stands; the transaction that read it holds the lane until it ends."""

    lane: int
    sequence: int
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a row tells: ``actor`` did ``action`` to ``subject`` (such as "person 3f…"); ``detail`` is JSON."""

    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row: who did what to what, and when (UTC)."""

    lane: int
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of the log found; no problem means that no row was changed, taken away or moved."""

    rows: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems


def record(
    connection: sa.Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one row to the log: ``actor`` did ``action`` to ``subject`` (such as "person 3f…"); ``detail`` is JSON.

    Call it inside ``writing``: the row and the change are committed together. On PostgreSQL call it last, since it
    holds its lane until the transaction ends.
    """
    append(connection, Deed(actor=actor, action=action, subject=subject, detail=detail or {}))


def append(connection: sa.Connection, deed: Deed, head: Head | None = None) -> None:
    """``record`` for a deed that is put into words already. With ``head`` this transaction holds its lane already."""
    row = sealed_row(connection, deed, head or _head(connection))
    driver = driver_in_transaction(connection)
    if is_embedded(connection):
        driver.execute(_APPEND_SQL, tuple(row.values()))
        driver.execute(_MOVE_HEAD_SQL, (row["sequence"], row["seal"], row["lane"]))
    else:
        driver.execute(_APPEND_AND_MOVE_SQL, row)
        remember_head(connection, row)


def sealed_row(connection: sa.Connection, deed: Deed, head: Head) -> dict[str, Any]:
    """The row that follows ``head``, by the names of its columns; this asks the database nothing."""
    row = {
        "lane": head.lane,
        "sequence": head.sequence + 1,
        "at": now_of(connection).isoformat(),
        "actor": deed.actor,
        "action": deed.action,
        "subject": deed.subject,
        "detail": canonical(deed.detail),
    }
    return {**row, "seal": _seal(_seal_key(connection), row, head.seal)}


def remember_head(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Keep where this connection left its lane, for ``likely_head``."""
    head = Head(lane=row["lane"], sequence=row["sequence"], seal=row["seal"])
    connection.info.setdefault(_LEFT, {})[head.lane] = head


def likely_head(connection: sa.Connection) -> Head | None:
    """PostgreSQL: where this connection left its lane. Another may have written since, or the transaction may have been
    undone: whoever appends by it must have the database compare sequence and seal."""
    return connection.info.get(_LEFT, {}).get(lane_of(connection))


def verify(connection: sa.Connection, *, watch: Callable[[int], None] = lambda _: None) -> Verdict:
    """Walk every chain and say what is wrong with it; the work grows with the number of rows.

    ``watch`` hears now and then how many rows were walked.
    """
    heads = {row.lane: (row.sequence, row.seal) for row in connection.execute(sa.select(audit_heads))}
    key = _seal_key(connection)
    ends: dict[int, tuple[int, str]] = {}
    problems: list[str] = []
    rows = 0
    statement = sa.select(audit).order_by(audit.c.lane, audit.c.sequence)
    for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement).mappings():
        rows += 1
        if rows % ROWS_AT_ONCE == 0:
            watch(rows)
        sequence, previous = ends.get(row["lane"], (0, FIRST_SEAL))
        problems.extend(_wrong_with(dict(row), key, sequence, previous))
        ends[row["lane"]] = (row["sequence"], row["seal"])
    for lane in sorted(set(heads) | set(ends)):
        problems.extend(_wrong_end(lane, heads.get(lane), ends.get(lane, (0, FIRST_SEAL))))
    return Verdict(rows=rows, problems=tuple(problems))


def heads(connection: sa.Connection) -> dict[int, tuple[int, str]]:
    """Sequence number and seal of the last row of every lane."""
    return {row.lane: (row.sequence, row.seal) for row in connection.execute(sa.select(audit_heads))}


def seals_at(connection: sa.Connection, *, lane: int, sequences: Collection[int]) -> dict[int, str]:
    """The stored seals of these rows of a lane, by their numbers; a row that there is not is left out."""
    wanted = sa.select(audit.c.sequence, audit.c.seal).where(
        audit.c.lane == lane, audit.c.sequence.in_(sequences)
    )
    found = {row.sequence: row.seal for row in connection.execute(wanted)}
    return found | {0: FIRST_SEAL}


def newest_row_at(connection: sa.Connection) -> datetime | None:
    """The time that the newest row of the log tells, whatever its lane; None for an empty log."""
    ends = sa.and_(audit.c.lane == audit_heads.c.lane, audit.c.sequence == audit_heads.c.sequence)
    newest = sa.select(sa.func.max(audit.c.at)).select_from(audit_heads.join(audit, ends))
    told = connection.execute(newest).scalar_one()
    return datetime.fromisoformat(told) if told else None


def holds_log(connection: sa.Connection) -> bool:
    """True when the database holds rows of a log already: of a clinic, whose key it then has."""
    return sa.inspect(connection).has_table(audit_heads.name) and any(
        sequence for sequence, _ in heads(connection).values()
    )


def is_own_key(connection: sa.Connection) -> bool:
    """Whether this key sealed the log: the newest or the first row of some lane fits it. An empty log fits any.

    PostgreSQL opens with any key, and one row sealed with another breaks the log for good. A row that somebody changed
    is no matter here: ``verify`` names it.
    """
    return not holds_log(connection) or any(
        is_sealed(connection, lane, sequence)
        for lane, (newest, _) in heads(connection).items()
        for sequence in (newest, 1)
    )


def is_sealed(connection: sa.Connection, lane: int, sequence: int) -> bool:
    """Whether the seal of this row fits the row and the one before it."""
    statement = sa.select(audit).where(audit.c.lane == lane, audit.c.sequence == sequence)
    row = connection.execute(statement).mappings().one_or_none()
    before = seals_at(connection, lane=lane, sequences=[sequence - 1]).get(sequence - 1)
    return (
        row is not None
        and before is not None
        and hmac.compare_digest(_seal(_seal_key(connection), dict(row), before), row["seal"])
    )


def entry_of(row: Any) -> AuditEntry:
    """A row of the table, read."""
    return AuditEntry(
        lane=row.lane,
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=json.loads(row.detail),
    )


def _seal_key(connection: sa.Connection) -> bytes:
    return connection.get_execution_options()["spondyl_seal"]


def _seal(key: bytes, row: dict[str, Any], previous: str) -> str:
    # The canonical JSON of a list of two numbers and six texts, without an encoder made anew for each.
    texts = (row["at"], row["actor"], row["action"], row["subject"], row["detail"], previous)
    sealed = _keyed(key).copy()
    sealed.update(f"[{row['lane']},{row['sequence']},{','.join(map(encode_basestring, texts))}]".encode())
    return sealed.hexdigest()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """The HMAC after its key, to be copied: OpenSSL looks its parts up anew for each one that is made."""
    return hmac.new(key, digestmod="sha256")


def lane_of(connection: sa.Connection) -> int:
    """The lane that this connection writes."""
    if is_embedded(connection):
        return 0
    if connection.in_transaction() and connection.info.get(_TURN_IN) is connection.get_transaction():
        return TURN_LANE
    return cast(Any, connection.connection.dbapi_connection).info.backend_pid % POSTGRES_LANES


def write_turn_lane(connection: sa.Connection) -> None:
    """PostgreSQL: until the transaction ends, write the lane of the waitlist's turn, which the caller has.

    Such a transaction goes on to lock visits and resources after its first row. In a lane that others write too, one
    of them could hold a resource and wait for the lane.
    """
    connection.info[_TURN_IN] = connection.get_transaction()


def _head(connection: sa.Connection) -> Head:
    lane = lane_of(connection)
    found = connection.execute(_HEAD, {"of_lane": lane}).one_or_none()
    if found is None:
        _start_lane(connection, lane)
        found = connection.execute(_HEAD, {"of_lane": lane}).one()
    return Head(lane=lane, sequence=found.sequence, seal=found.seal)


def _start_lane(connection: sa.Connection, lane: int) -> None:
    values = {"lane": lane, "sequence": 0, "seal": FIRST_SEAL}
    if is_embedded(connection):
        connection.execute(audit_heads.insert().values(**values))
    else:
        connection.execute(postgresql.insert(audit_heads).values(**values).on_conflict_do_nothing())


def _wrong_with(row: dict[str, Any], key: bytes, sequence: int, previous: str) -> Iterator[str]:
    place = f"lane {row['lane']}, row {row['sequence']}"
    if row["sequence"] != sequence + 1:
        yield f"{place}: the row before it is {sequence}; {row['sequence'] - sequence - 1} row(s) are missing."
    elif not hmac.compare_digest(_seal(key, row, previous), row["seal"]):
        yield f"{place}: the seal does not fit; the row, or the one before it, was changed or moved."


def _wrong_end(lane: int, head: tuple[int, str] | None, end: tuple[int, str]) -> Iterator[str]:
    if head is None:
        yield f"lane {lane}: its head is missing; the log ends at row {end[0]}."
    elif head != end:
        yield f"lane {lane}: the head says row {head[0]}, the log ends at row {end[0]}: rows at the end were changed."
