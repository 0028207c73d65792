"""SQLAlchemy's dialect for psycopg: a short end of transactions, since every booking ends one; errors without rows.

The driver's own ``commit`` and ``rollback`` run a generator under a lock, also where there is nothing to end.
"""

from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from spondyl.clinic.chart.postgres_errors import RowlessCursor, refusal


class PostgresDialect(PGDialect_psycopg):
    """``PGDialect_psycopg`` with a quick end of a transaction."""

    supports_statement_cache = True

    def create_connect_args(self, url: Any) -> Any:
        """The driver's, with a cursor whose errors may be logged."""
        args, options = super().create_connect_args(url)
        return args, {**options, "cursor_factory": RowlessCursor}

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit straight through libpq, which lets other threads run meanwhile."""
        driver: psycopg.Connection[Any] = dbapi_connection.dbapi_connection
        if driver.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            return
        found = driver.pgconn.exec_(b"COMMIT")
        if found.status != pq.ExecStatus.COMMAND_OK:
            raise refusal(found)

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll back, unless no transaction is open."""
        driver: psycopg.Connection[Any] = dbapi_connection.dbapi_connection
        if driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            super().do_rollback(dbapi_connection)
