"""One writer for a whole server: what waits is written together in one transaction, each piece in a savepoint.

A commit waits for the disk. When many people book at once, the queue commits for all of them at once, in the order in
which they came, and each learns of their own refusal only. A piece that waits alone needs no savepoint. On PostgreSQL a
batch holds many locks; a piece that another server's batch waits for, and it for that one, is undone by the database
and written again by itself.
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

import sqlalchemy as sa

from spondyl.clinic.chart.transaction import is_deadlock, write, writing

_Result = TypeVar("_Result")
_Work = Callable[[sa.Connection], Any]
MOST_AT_ONCE = 32


class WriterQueue:
    """Runs pieces of work on the chart one after another; the thread starts with the first piece."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._waiting: SimpleQueue[tuple[_Work, Future[Any]]] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def submit(self, work: Callable[[sa.Connection], _Result]) -> Future[_Result]:
        """Queue a piece of work; the future is done after the commit, or holds what the work raised."""
        future: Future[_Result] = Future()
        self._waiting.put((work, future))
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="booking writer", daemon=True)
                self._thread.start()
        return future

    def __call__(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Queue a piece of work and wait for it."""
        return self.submit(work).result()

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE:
                try:
                    batch.append(self._waiting.get_nowait())
                except Empty:
                    break
            self._write(batch)

    def _write(self, batch: list[tuple[_Work, Future[Any]]]) -> None:
        if len(batch) == 1:
            work, future = batch[0]
            _tell(future, *self._alone(work))
            return
        outcomes: list[tuple[_Work, Future[Any], Any, BaseException | None]] = []
        try:
            with writing(self._engine) as connection:
                outcomes = [(work, future, *_one(connection, work)) for work, future in batch]
        except BaseException as error:  # the commit itself failed: nothing of this batch is in the chart
            outcomes = [(work, future, None, error) for work, future in batch]
        for work, future, *outcome in outcomes:
            _tell(future, *(self._alone(work) if is_deadlock(outcome[1]) else outcome))

    def _alone(self, work: _Work) -> tuple[Any, BaseException | None]:
        """In a transaction of its own; after a batch, what the pieces before it had locked is free."""
        try:
            return write(self._engine, work), None
        except BaseException as error:
            return None, error


def _one(connection: sa.Connection, work: _Work) -> tuple[Any, BaseException | None]:
    try:
        with connection.begin_nested():
            return work(connection), None
    except Exception as error:
        return None, error


def _tell(future: Future[Any], result: Any, problem: BaseException | None) -> None:
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)
