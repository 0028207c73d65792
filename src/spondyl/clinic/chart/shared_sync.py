"""Commits of the embedded file that wait for the disk together, across threads and processes.

A disk confirms some hundred writes a second, whoever asks. So a commit writes the log (``-wal``) without waiting, and
the next writer goes on; then whoever committed waits here. One of those who wait asks the disk for all of them.
``writing`` returns after that: what was acknowledged survives a power cut. Others may read a change some milliseconds
before it is safe, never a change that can come apart: the log's checksums let SQLite keep whole commits only.
"""

import fcntl
import os
import struct
from io import FileIO
from pathlib import Path

_TWO_COUNTS = struct.Struct("<QQ")  # how many commits were made; how many of them are on the disk
_COUNT = struct.Struct("<Q")
UNCOUNTED = 0
"""The number of a commit that nobody counted: commits are numbered from 1."""


class SharedSync:
    """The commits of one database file, counted in a small file beside it."""

    def __init__(self, database: Path) -> None:
        self._log = database.with_name(database.name + "-wal")
        self._counts = database.with_name(database.name + ".sync")

    def committed(self) -> int:
        """Count a commit that was just made; call it while nobody else can write. Returns its number."""
        with _open(self._counts) as file:
            number = _counts_in(file.fileno())[0] + 1
            os.pwrite(file.fileno(), _COUNT.pack(number), 0)
        return number

    def wait(self, number: int) -> None:
        """Return when the commit of this number is on the disk; raises ``OSError`` when the disk refuses.

        Keep the connection open until then, so that the log stays where it is.
        """
        with _open(self._counts) as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            made, safe = _counts_in(file.fileno())
            if number <= safe <= made:
                return
            self._sync()
            os.pwrite(file.fileno(), _COUNT.pack(made), _COUNT.size)

    def _sync(self) -> None:
        log = os.open(self._log, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fdatasync(log)
        finally:
            os.close(log)


def _open(path: Path) -> FileIO:
    return FileIO(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+")


def _counts_in(descriptor: int) -> tuple[int, int]:
    found = os.pread(descriptor, _TWO_COUNTS.size, 0)
    return _TWO_COUNTS.unpack(found.ljust(_TWO_COUNTS.size, b"\0"))
