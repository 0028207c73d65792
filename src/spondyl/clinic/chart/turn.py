"""Whose turn it is to write the embedded file: threads and processes stand in line instead of asking again and again.

SQLite lets a waiting writer sleep and try anew, so that with many processes one may wait for ever. The lock of a file
beside the database wakes the next one at once. It only orders; ``BEGIN IMMEDIATE`` still decides.
"""

import fcntl
import os
from pathlib import Path
from threading import Lock
from types import TracebackType


class WritersTurn:
    """A context: inside it nobody else of this or another process writes."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".turn")
        self._lock = Lock()
        self._descriptor = -1

    def __enter__(self) -> None:
        self._lock.acquire()
        self._take(fcntl.LOCK_EX)

    def enter_if_free(self) -> bool:
        """Enter unless somebody is inside; says whether."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _take(self, how: int) -> None:
        descriptor = -1
        try:
            # Opened anew each time: a lock belongs to the opening, and a fork would share it.
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, how)
            self._descriptor = descriptor
        except BaseException:
            if descriptor >= 0:
                os.close(descriptor)
            self._lock.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
        self._lock.release()
