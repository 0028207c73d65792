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
        try:
            # Opened anew each time: a lock belongs to the opening, and a fork would share it.
            self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._lock.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
        self._lock.release()
