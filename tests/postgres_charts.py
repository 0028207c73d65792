"""Empty PostgreSQL charts for one test after another: to copy a database takes a third of a processor's second, to
empty one a tenth of that."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

from postgres_server import PostgresServer

_CATALOGUES = (
    "pg_attrdef",
    "pg_attribute",
    "pg_constraint",
    "pg_db_role_setting",
    "pg_extension",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_trigger",
    "pg_type",
)
"""What a test that changes more than rows changes too. Not pg_class, which says where an emptied table lies."""
_SCHEMA = " UNION ALL ".join(
    f"SELECT '{one}', count(*)::text, max(xmin::text::bigint)::text FROM {one}" for one in _CATALOGUES
)
_STATE = f"""{_SCHEMA} UNION ALL SELECT 'version', version_num, '' FROM alembic_version
    UNION ALL SELECT 'analysed', count(*)::text, '' FROM pg_statistic WHERE starelid >= 16384"""
_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_DELETES = """SELECT string_agg(format('DELETE FROM %I', tablename), ';') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""
_BYTES = "SELECT sum(pg_table_size(oid)) FROM pg_class WHERE relkind = 'r' AND oid >= 16384"
ROOM_BYTES = 1 << 20
"""Deleted rows stay on the disk, and a plan is made by the size of the tables."""
CLOSED_WITHIN_S = 1.0
"""A connection that was closed is listed until its process has ended."""


class PostgresCharts:
    """Copies of the migrated chart at ``like``. One is lent again where nobody else has it open, nothing but its rows
    was changed, and it has stayed small; any other is dropped."""

    def __init__(self, server: PostgresServer, *, like: str) -> None:
        self.like, self._server, self._free = like, server, list[str]()
        with self._connection(like) as connection:
            self._state = _state(connection)

    @contextmanager
    def lent(self) -> Iterator[str]:
        url = self._free.pop() if self._free else self._server.new_database(like=self.like)
        yield url
        if self._emptied(url):
            self._free.append(url)
        else:
            self._server.drop_database(url)

    def _emptied(self, url: str) -> bool:
        with self._connection(url) as connection:
            if not _alone(connection) or _state(connection) != self._state:
                return False
            connection.execute(b"SET session_replication_role = replica")  # no trigger keeps a row
            connection.execute(_one(connection, _DELETES).encode())
            return _one(connection, _BYTES) < ROOM_BYTES

    def _connection(self, url: str) -> "psycopg.Connection[Any]":
        name = make_url(url).database
        return psycopg.connect(f"{self._server.address} dbname={name}", autocommit=True)


def _alone(connection: "psycopg.Connection[Any]") -> bool:
    end = time.monotonic() + CLOSED_WITHIN_S
    while others := _one(connection, _OTHERS):
        if time.monotonic() > end:
            break
        time.sleep(0.01)
    return not others


def _state(connection: "psycopg.Connection[Any]") -> list[Any]:
    return connection.execute(_STATE.encode()).fetchall()


def _one(connection: "psycopg.Connection[Any]", asked: str) -> Any:
    (row,) = connection.execute(asked.encode()).fetchall()
    return row[0]
