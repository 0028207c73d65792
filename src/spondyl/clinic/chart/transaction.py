"""Read or write the chart in one transaction: all of it happens or none of it."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import sqlalchemy as sa

from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.handed_in import Request
from spondyl.clinic.chart.shared_sync import UNCOUNTED, SharedSync
from spondyl.clinic.chart.writers_place import WritersPlace

_Result = TypeVar("_Result")
_DEADLOCK = "40P01"  # PostgreSQL's deadlock_detected
MOST_TRIES = 6


class DeadlockError(RuntimeError):
    """PostgreSQL undid this transaction: it waited for another one that waited for it. Nothing was saved."""

    def __init__(self) -> None:
        super().__init__("Others changed the same just now, and nothing was saved. Send it once more.")


@contextmanager
def writing(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that may write; commits at the end of the block, or undoes everything on an exception.

    The embedded file has one writer at a time: at the first statement a writer stands in line and takes the file's
    write lock at once (``BEGIN IMMEDIATE``), so none fails half-way through; what a caller can work out should come
    before that statement. Where the file must survive a power cut, the next in line goes on while this one waits for
    the disk. On PostgreSQL ``DeadlockError`` may come of it: see ``write``.
    """
    if not is_embedded(engine):
        with engine.connect() as connection, _committed(connection):
            yield connection
        return
    options = engine.get_execution_options()
    sync: SharedSync | None = options["spondyl_sync"]
    number: int | None = None
    with engine.connect() as plain:
        with ExitStack() as turn:
            place = WritersPlace(turn=options["spondyl_writer"], desk=options["spondyl_desk"], until=turn)
            connection = plain.execution_options(spondyl_place=place)
            carried: list[Request] = []
            with _committed(connection):
                yield connection
                begun = connection.in_transaction()
                if begun and place.before_commit is not None:
                    carried = place.before_commit()
            number = place.carried_in
            # None of another's numbers where that one does not count: what it committed is counted here then.
            if sync is not None and (begun or number == UNCOUNTED):
                number = sync.committed()
            place.desk.answer(carried, UNCOUNTED if number is None else number)
        if sync is not None and number is not None:
            sync.wait(number)


@contextmanager
def _committed(connection: sa.Connection) -> Generator[None]:
    """Commit at the end of the block, or undo everything on an exception."""
    try:
        yield
        connection.commit()
    except BaseException as error:
        connection.rollback()
        if is_deadlock(error):
            raise DeadlockError from error
        raise


def write(engine: sa.Engine, work: Callable[[sa.Connection], _Result]) -> _Result:
    """Run ``work`` in a transaction, again from the beginning each time the database undoes it for a deadlock.

    Raises ``DeadlockError`` when that happened six times in a row.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            with writing(engine) as connection:
                return work(connection)
        except DeadlockError:  # whoever it waited for goes on meanwhile
            continue
    with writing(engine) as connection:
        return work(connection)


def is_deadlock(error: BaseException | None) -> bool:
    """True when PostgreSQL ended a transaction that waited for another one that waited for it.

    The error may be the driver's own: a new visit is given straight to the driver.
    """
    return (
        isinstance(error, DeadlockError)
        or getattr(getattr(error, "orig", error), "sqlstate", None) == _DEADLOCK
    )


@contextmanager
def reading(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that only reads. In the embedded file it sees one state throughout; on PostgreSQL each statement
    sees what is committed by then: see ``one_moment``."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def one_moment(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction that only reads and sees one state of the chart throughout, on PostgreSQL too."""
    if not is_embedded(engine):
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with reading(engine) as connection:
        yield connection
