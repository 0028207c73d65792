"""The record of a session on disk: it only grows, and every event is on the disk before the next begins."""

import os
from pathlib import Path
from types import TracebackType


class RecordFile:
    """A new file; one that exists already is never touched, it raises :class:`FileExistsError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(path, flags, 0o640)

    def append(self, data: bytes) -> None:
        """Add bytes and wait until they are on the disk."""
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def __enter__(self) -> "RecordFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
