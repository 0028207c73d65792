"""Questions that every page of times asks, in the embedded file straight from the driver.

There the answer is in memory as a rule, and what SQLAlchemy does around it takes ten times as long as the answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from spondyl.clinic.chart.engine import driver_in_transaction, is_embedded
from spondyl.clinic.chart.tables.column_types import embedded_text


class QuickRead:
    """A SELECT, worded once for both databases; the values that it is given have the names of its ``bindparam``."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=SQLiteDialect(paramstyle="qmark"))
        self._statement, self._text = statement, str(compiled)
        self._names = tuple(compiled.positiontup or ())
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def rows(self, connection: sa.Connection, **given: Any) -> Sequence[Sequence[Any]]:
        """The rows as the driver gives them: from the embedded file an instant is text, see ``driver_instant``."""
        if not is_embedded(connection):
            return connection.execute(self._statement, given).all()
        told = self._fixed | given
        values = [_text_of(told[name]) for name in self._names]
        return driver_in_transaction(connection).execute(self._text, values).fetchall()


def _text_of(value: Any) -> Any:
    return embedded_text(value) if isinstance(value, datetime) else value
