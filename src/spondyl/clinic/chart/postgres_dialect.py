"""SQLAlchemy's dialect for psycopg, ending transactions by the shortest way: every booking ends one.

The driver's own ``commit`` and ``rollback`` run a generator under a lock, also where there is nothing to end.
"""

from typing import Any

import psycopg
from psycopg import errors, pq
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg


class PostgresDialect(PGDialect_psycopg):
    """``PGDialect_psycopg`` with a quick end of a transaction."""

    supports_statement_cache = True

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit straight through libpq, which lets other threads run meanwhile."""
        driver: psycopg.Connection[Any] = dbapi_connection.dbapi_connection
        if driver.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            return
        found = driver.pgconn.exec_(b"COMMIT")
        if found.status != pq.ExecStatus.COMMAND_OK:
            raise errors.error_from_result(found)

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll back, unless no transaction is open."""
        driver: psycopg.Connection[Any] = dbapi_connection.dbapi_connection
        if driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            super().do_rollback(dbapi_connection)
