"""PostgreSQL's errors without the rows that they quote: what is raised goes into logs, where no patient is to be named.

``DETAIL`` repeats the row or the key that was refused, ``CONTEXT`` and some main lines a value.
"""

import re
from typing import Any, TypeVar

import psycopg
from psycopg import errors

_VALUE = re.compile(r': ".*', re.DOTALL)
"""After a colon a value is quoted; names of columns and constraints are quoted within the sentence."""
_Raised = TypeVar("_Raised", bound=psycopg.Error)


class RowlessCursor(psycopg.Cursor[Any]):
    """A cursor whose errors quote no row."""

    def execute(self, *args: Any, **kwargs: Any) -> "RowlessCursor":
        """As in psycopg."""
        try:
            return super().execute(*args, **kwargs)
        except psycopg.Error as error:
            raise without_row(error) from None

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        """As in psycopg."""
        try:
            super().executemany(*args, **kwargs)
        except psycopg.Error as error:
            raise without_row(error) from None


def refusal(found: Any) -> psycopg.Error:
    """The error that a result of libpq tells of."""
    return without_row(errors.error_from_result(found))


def without_row(error: _Raised) -> _Raised:
    """The same error, saying only what of its main line quotes no value; one that the server did not send stays."""
    if (said := error.diag.message_primary) is not None:
        error.args = (_VALUE.sub("", said),)
    return error
