"""Read or write the chart in one transaction: all of it happens or none of it."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa

from spondyl.clinic.chart.shared_sync import SharedSync


@contextmanager
def writing(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that may write; commits at the end of the block, or undoes everything on an exception.

    The embedded file has one writer at a time: all writers stand in line here and take the file's write lock at once
    (``BEGIN IMMEDIATE``), so none fails half-way through. Where the file must survive a power cut, the next in line
    goes on while this one waits for the disk.
    """
    options = engine.get_execution_options()
    sync: SharedSync | None = options["spondyl_sync"]
    number = 0
    with engine.connect() as plain:
        connection = plain.execution_options(spondyl_writes=True)
        with options["spondyl_writer"]:
            with connection.begin():
                yield connection
            if sync is not None:
                number = sync.committed()
        if sync is not None:
            sync.wait(number)


@contextmanager
def reading(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that only reads; it sees one state of the chart throughout."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            yield connection
        finally:
            transaction.rollback()
