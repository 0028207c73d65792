"""One statement for PostgreSQL, prepared once a connection and given to libpq as it is.

The driver's cursor works out anew at every call how each value is written and what is prepared, and sends ``BEGIN`` and
``COMMIT`` on ways of their own. A statement that runs at every booking says itself how its values are written, and
takes ``BEGIN`` along. Where it is all that the transaction does it needs neither ``BEGIN`` nor ``COMMIT``: PostgreSQL
commits a statement that nobody began a transaction for, before it says that it is ready for the next.
"""

import re
import select
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from spondyl.clinic.chart.engine import driver_in_transaction

if TYPE_CHECKING:  # psycopg is an extra: a clinic whose chart is the embedded file has none
    import psycopg
    from psycopg.pq.abc import PGconn, PGresult

_NAMED = re.compile(r"%\((\w+)\)s")
_BEGIN = b"spondyl_begin"
_READY = "spondyl_prepared"
_Given: TypeAlias = Mapping[str, str | None]
_Ask: TypeAlias = "Callable[[PGconn, bytes, list[bytes | None]], PGresult]"


class QuickStatement:
    """``sql`` with ``%(name)s`` for each value; every value is given as PostgreSQL's text, None for NULL."""

    def __init__(self, name: str, sql: str) -> None:
        self.sql, self._name = sql, name.encode()
        self._names = tuple(dict.fromkeys(_NAMED.findall(sql)))
        places = {name: f"${number}" for number, name in enumerate(self._names, 1)}
        self._numbered = _NAMED.sub(lambda found: places[found[1]], sql).encode()

    def row(self, connection: sa.Connection, given: _Given) -> list[str | None]:
        """Run it in the transaction of ``connection``, or begin one; returns its only row as text.

        Raises the driver's own error, such as ``psycopg.IntegrityError``.
        """
        driver: psycopg.Connection[Any] = driver_in_transaction(connection)
        if _is_idle(driver):
            found = self._asked(connection, driver.pgconn, _begun_with, given)
        else:  # what was prepared may be gone by now, and an error would end the caller's transaction
            found = driver.execute(self.sql.encode(), given).pgresult
        assert found is not None
        return _texts(found)

    def row_committed(self, connection: sa.Connection, given: _Given) -> list[str | None] | None:
        """Run it as a transaction of its own, committed when its row comes back; None where one is under way already.

        It saves the way to the server that a commit takes. Raises like ``row``; then nothing is committed, unless the
        connection is lost: then nobody can tell.
        """
        driver = _driver(connection)
        if not _is_idle(driver):
            return None
        return _texts(self._asked(connection, driver.pgconn, _alone, given))

    def _asked(self, connection: sa.Connection, server: "PGconn", ask: _Ask, given: _Given) -> "PGresult":
        from psycopg import errors

        values = self._values(given)
        ready = connection.info.setdefault(_READY, set[bytes]())
        if self._name in ready:
            try:
                return ask(server, self._name, values)
            except errors.InvalidSqlStatementName:
                ready.clear()  # after some commands the driver takes back all that is prepared
        for name, sql in ((_BEGIN, b"BEGIN"), (self._name, self._numbered)):
            if name not in ready:
                _refuse_error(server.prepare(name, sql))
                ready.add(name)
        return ask(server, self._name, values)

    def _values(self, given: _Given) -> list[bytes | None]:
        values = [None if (value := given[name]) is None else value.encode() for name in self._names]
        if b"\0" in b"".join(value or b"" for value in values):
            wrong = next(value for value in given.values() if value and "\0" in value)
            raise ValueError(
                f"{wrong!r} holds the character NUL, which PostgreSQL cannot store; leave it out."
            )
        return values


def array_text(values: Iterable[str]) -> str:
    """An array as PostgreSQL writes it; texts must be ``quoted``."""
    return f"{{{','.join(values)}}}"


def quoted(value: str) -> str:
    """A text inside an array."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _begun_with(server: "PGconn", name: bytes, values: list[bytes | None]) -> "PGresult":
    """``BEGIN`` and the statement, sent together; returns the statement's result."""
    try:
        server.enter_pipeline_mode()
        server.send_query_prepared(_BEGIN, None)
        server.send_query_prepared(name, values)
        server.pipeline_sync()
        # Both end with None, and the whole with the answer to the sync.
        begun, _, found, _, _ = [_next_result(server) for _ in range(5)]
        server.exit_pipeline_mode()
    except BaseException:  # interrupted half-way: nobody can tell what would be answered next
        server.finish()
        raise
    assert begun is not None
    _refuse_error(begun)
    assert found is not None
    return _refuse_error(found)


def _alone(server: "PGconn", name: bytes, values: list[bytes | None]) -> "PGresult":
    """The statement, committed before libpq returns; an error of the commit is what libpq returns then.

    libpq waits outside Python, so that other threads run meanwhile.
    """
    import psycopg
    from psycopg import pq

    given: Any = values  # psycopg's types leave NULL out here, though it takes it
    found = server.exec_prepared(name, given)
    if server.status == pq.ConnStatus.BAD:
        raise psycopg.OperationalError(server.get_error_message())
    return _refuse_error(found)


def _next_result(server: "PGconn") -> "PGresult | None":
    # get_result would wait by itself, but keep every other thread from running meanwhile.
    unsent = server.flush()
    while server.is_busy():
        events = select.poll()
        events.register(server.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        events.poll()
        server.consume_input()
        unsent = server.flush()
    return server.get_result()


def _driver(connection: sa.Connection) -> "psycopg.Connection[Any]":
    """The driver's connection; SQLAlchemy need not keep a transaction for what is committed at once."""
    driver: Any = connection.connection.dbapi_connection
    return driver


def _is_idle(driver: "psycopg.Connection[Any]") -> bool:
    from psycopg import pq

    return driver.pgconn.transaction_status == pq.TransactionStatus.IDLE


def _refuse_error(found: "PGresult") -> "PGresult":
    from psycopg import pq

    from spondyl.clinic.chart.postgres_errors import refusal

    if found.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise refusal(found)
    return found


def _texts(found: "PGresult") -> list[str | None]:
    values = (found.get_value(0, column) for column in range(found.nfields))
    return [None if value is None else value.decode() for value in values]
