"""Read or write the chart in one transaction: all of it happens or none of it."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def writing(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that may write; commits at the end of the block, or undoes everything on an exception.

    The embedded file has one writer at a time: all writers stand in line here and take the file's write lock at once
    (``BEGIN IMMEDIATE``), so none fails half-way through.
    """
    with engine.get_execution_options()["spondyl_writer"], engine.connect() as plain:
        connection = plain.execution_options(spondyl_writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that only reads; it sees one state of the chart throughout."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            yield connection
        finally:
            transaction.rollback()
