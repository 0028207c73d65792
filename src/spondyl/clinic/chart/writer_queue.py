"""One writer for a whole server: what waits is written together in one transaction, each piece in a savepoint.

A commit waits for the disk. When many people book at once, the queue commits for all of them at once, in the order in
which they came, and each learns of their own refusal only. A piece that waits alone needs no savepoint. Where nobody
writes, whoever comes writes in their own thread: to wake another thread and be woken by it is work too. On PostgreSQL a
batch holds many locks; a piece that another server's batch waits for, and it for that one, is undone by the database
and written again by itself.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Semaphore, Thread
from typing import Any, TypeVar

import sqlalchemy as sa

from spondyl.clinic.chart.transaction import is_deadlock, write, writing

_Result = TypeVar("_Result")
_Work = Callable[[sa.Connection], Any]
_Piece = tuple[_Work, Future[Any]]
MOST_AT_ONCE = 32


class WriterQueue:
    """Runs pieces of work on the chart one after another; the thread starts with the first that somebody waits for."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Piece] = deque()
        self._lock = Lock()  # of the two below
        self._writing = False
        self._thread: Thread | None = None
        self._thread_turns = Semaphore(0)

    def submit(self, work: Callable[[sa.Connection], _Result]) -> Future[_Result]:
        """Queue a piece of work; the future is done after the commit, or holds what the work raised."""
        future: Future[_Result] = Future()
        with self._lock:
            self._waiting.append((work, future))
            if not self._writing:
                self._writing = True
                self._give_to_thread()
        return future

    def __call__(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Write a piece of work, after those that came before it."""
        future: Future[_Result] = Future()
        with self._lock:
            free, self._writing = not self._writing, True
            if not free:
                self._waiting.append((work, future))
        if not free:
            return future.result()
        try:
            return write(self._engine, work)
        finally:
            with self._lock:
                if self._waiting:
                    self._give_to_thread()
                else:
                    self._writing = False

    def _give_to_thread(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="booking writer", daemon=True)
            self._thread.start()
        self._thread_turns.release()

    def _run(self) -> None:
        while True:
            self._thread_turns.acquire()
            while batch := self._next_batch():
                self._write(batch)

    def _next_batch(self) -> list[_Piece]:
        """The pieces that wait, as many as one transaction takes; with none of them nobody writes any more."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            self._writing = bool(batch)
            return batch

    def _write(self, batch: list[_Piece]) -> None:
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
