"""Write a file whole or not at all: readers, and a resumed run, never meet half of one."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_file(path: Path, *, mode: int = 0o666) -> Generator[BinaryIO]:
    """Open ``path`` for writing under a ``.part`` name; on success it is synced to disk and renamed into place.

    ``mode``: who may read and write it, less what the process's umask takes away.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb", opener=partial(os.open, mode=mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
