"""One statement for PostgreSQL, prepared once a connection and given to libpq as it is.

The driver's cursor works out anew at every call how each value is written and what is prepared, and sends ``BEGIN`` on
a way of its own. A statement that runs at every booking says itself how its values are written, and takes ``BEGIN`` along.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from psycopg import errors, pq

from spondyl.clinic.chart.engine import driver_in_transaction

_NAMED = re.compile(r"%\((\w+)\)s")
_BEGIN = b"spondyl_begin"
_READY = "spondyl_prepared"


class QuickStatement:
    """``sql`` with ``%(name)s`` for each value; every value is given as PostgreSQL's text, None for NULL."""

    def __init__(self, name: str, sql: str) -> None:
        self._names = tuple(dict.fromkeys(_NAMED.findall(sql)))
        places = {name: f"${number}" for number, name in enumerate(self._names, 1)}
        self._name = name.encode()
        self.sql = _NAMED.sub(lambda found: places[found[1]], sql)

    def row(self, connection: sa.Connection, given: Mapping[str, str | None]) -> list[str | None]:
        """Run it in the transaction of ``connection``, or begin one; returns its only row as text.

        Raises the driver's own error, such as ``psycopg.IntegrityError``.
        """
        driver: Any = driver_in_transaction(connection)
        values = [_bytes(given[name]) for name in self._names]
        ready = connection.info.setdefault(_READY, set[bytes]())
        if self._name not in ready:
            self._prepare(driver.pgconn)
            ready.add(self._name)
        found = _begun_with(driver.pgconn, self._name, values) or driver.pgconn.exec_prepared(
            self._name, values
        )
        _refuse_error(found)
        return [_text(found.get_value(0, column)) for column in range(found.nfields)]

    def _prepare(self, server: Any) -> None:
        for name, sql in ((_BEGIN, "BEGIN"), (self._name, self.sql)):
            _refuse_error(server.prepare(name, sql.encode()))


def array_text(values: Iterable[str]) -> str:
    """An array of texts as PostgreSQL writes it."""
    quoted = [f'"{_escaped(value)}"' for value in values]
    return f"{{{','.join(quoted)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _begun_with(server: Any, name: bytes, values: list[bytes | None]) -> Any:
    """The statement's result when a transaction had to begin; both go to the server together."""
    if server.transaction_status != pq.TransactionStatus.IDLE:
        return None
    server.enter_pipeline_mode()
    try:
        server.send_query_prepared(_BEGIN, None)
        server.send_query_prepared(name, values)
        server.pipeline_sync()
        # Each of the two ends with None, and the whole with the answer to the sync.
        results = [one for _ in range(5) if (one := server.get_result()) is not None]
    finally:
        server.exit_pipeline_mode()
    _refuse_error(results[0])
    return results[1]


def _refuse_error(found: Any) -> None:
    if found.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise errors.error_from_result(found)


def _bytes(value: str | None) -> bytes | None:
    if value is None:
        return None
    if "\0" in value:
        raise ValueError(f"{value!r} holds the character NUL, which PostgreSQL cannot store; leave it out.")
    return value.encode()


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
