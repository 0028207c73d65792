"""One statement for PostgreSQL, prepared once a connection and given to libpq as it is.

The driver's cursor works out anew at every call how each value is written and what is prepared, and sends ``BEGIN`` and
``COMMIT`` on ways of their own. A statement that runs at every booking says itself how its values are written, and
takes ``BEGIN`` along, and ``COMMIT`` where it is all that the transaction does.
"""

import re
import select
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import errors, pq
from psycopg.pq.abc import PGconn, PGresult

from spondyl.clinic.chart.engine import driver_in_transaction

_NAMED = re.compile(r"%\((\w+)\)s")
_BEGIN, _COMMIT = b"spondyl_begin", b"spondyl_commit"
_READY = "spondyl_prepared"


class QuickStatement:
    """``sql`` with ``%(name)s`` for each value; every value is given as PostgreSQL's text, None for NULL."""

    def __init__(self, name: str, sql: str) -> None:
        self.sql, self._name = sql, name.encode()
        self._names = tuple(dict.fromkeys(_NAMED.findall(sql)))
        places = {name: f"${number}" for number, name in enumerate(self._names, 1)}
        self._numbered = _NAMED.sub(lambda found: places[found[1]], sql).encode()

    def row(self, connection: sa.Connection, given: Mapping[str, str | None]) -> list[str | None]:
        """Run it in the transaction of ``connection``, or begin one; returns its only row as text.

        Raises the driver's own error, such as ``psycopg.IntegrityError``.
        """
        driver: psycopg.Connection[Any] = driver_in_transaction(connection)
        if _is_idle(driver):
            found = self._from_the_beginning(connection, driver.pgconn, given, commit=False)
        else:  # what was prepared may be gone by now, and an error would end the caller's transaction
            found = driver.execute(self.sql.encode(), given).pgresult
        assert found is not None
        return _texts(found)

    def row_committed(
        self, connection: sa.Connection, given: Mapping[str, str | None]
    ) -> list[str | None] | None:
        """Run it as a transaction of its own, committed when its row comes back; None where one is under way already.

        It saves the way to the server that a commit takes. Raises like ``row``; then nothing is committed.
        """
        driver: psycopg.Connection[Any] = driver_in_transaction(connection)
        if not _is_idle(driver):
            return None
        return _texts(self._from_the_beginning(connection, driver.pgconn, given, commit=True))

    def _from_the_beginning(
        self, connection: sa.Connection, server: PGconn, given: Mapping[str, str | None], *, commit: bool
    ) -> PGresult:
        values = [_bytes(given[name]) for name in self._names]
        ready = connection.info.setdefault(_READY, set[bytes]())
        if self._name in ready:
            try:
                return _together(server, self._name, values, commit=commit)
            except errors.InvalidSqlStatementName:
                ready.clear()  # after some commands the driver takes back all that is prepared
        for name, sql in ((_BEGIN, b"BEGIN"), (_COMMIT, b"COMMIT"), (self._name, self._numbered)):
            if name not in ready:
                _refuse_error(server.prepare(name, sql))
                ready.add(name)
        return _together(server, self._name, values, commit=commit)


def array_text(values: Iterable[str]) -> str:
    """An array as PostgreSQL writes it; texts must be ``quoted``."""
    return f"{{{','.join(values)}}}"


def quoted(value: str) -> str:
    """A text inside an array."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _together(server: PGconn, name: bytes, values: list[bytes | None], *, commit: bool) -> PGresult:
    """``BEGIN``, the statement and perhaps ``COMMIT``, sent together; returns the statement's result."""
    parts: list[tuple[bytes, list[bytes | None] | None]] = [(_BEGIN, None), (name, values)]
    if commit:
        parts.append((_COMMIT, None))
    try:
        server.enter_pipeline_mode()
        for part, given in parts:
            server.send_query_prepared(part, given)
        server.pipeline_sync()
        # Each part ends with None, and the whole with the answer to the sync.
        answers = [_next_result(server) for _ in range(2 * len(parts) + 1)]
        server.exit_pipeline_mode()
    except BaseException:  # interrupted half-way: nobody can tell what would be answered next
        server.finish()
        raise
    results = [_refuse_error(one) for one in answers[: 2 * len(parts) : 2] if one is not None]
    return results[1]


def _next_result(server: PGconn) -> PGresult | None:
    # get_result would wait by itself, but keep every other thread from running meanwhile.
    unsent = server.flush()
    while server.is_busy():
        events = select.poll()
        events.register(server.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        events.poll()
        server.consume_input()
        unsent = server.flush()
    return server.get_result()


def _is_idle(driver: psycopg.Connection[Any]) -> bool:
    return driver.pgconn.transaction_status == pq.TransactionStatus.IDLE


def _refuse_error(found: PGresult) -> PGresult:
    if found.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise errors.error_from_result(found)
    return found


def _bytes(value: str | None) -> bytes | None:
    if value is None:
        return None
    if "\0" in value:
        raise ValueError(f"{value!r} holds the character NUL, which PostgreSQL cannot store; leave it out.")
    return value.encode()


def _texts(found: PGresult) -> list[str | None]:
    values = (found.get_value(0, column) for column in range(found.nfields))
    return [None if value is None else value.decode() for value in values]
