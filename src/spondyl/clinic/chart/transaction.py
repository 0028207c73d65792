"""Read or write the chart in one transaction: all of it happens or none of it."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa

from spondyl.clinic.chart.engine import is_embedded


@contextmanager
def writing(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that may write; commits at the end of the block, or undoes everything on an exception.

    The embedded file has one writer at a time: this process's writers queue here and take the file's write lock at once
    (``BEGIN IMMEDIATE``), so none fails half-way through.
    """
    queue = engine.get_execution_options()["spondyl_writer"] if is_embedded(engine) else nullcontext()
    with queue, engine.connect() as plain:
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
