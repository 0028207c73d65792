"""Write a file whole or not at all: readers, and a resumed run, never meet half of one."""

import errno
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

NAME_KEPT = 40
"""Characters of the file's name in that of the part: a name may be as long as the file system takes, and no longer."""


@contextmanager
def atomic_file(path: Path, *, mode: int = 0o666) -> Generator[BinaryIO]:
    """Open ``path`` for writing under a ``.part`` name of its own; on success it is synced to disk and renamed into
    place. Of two who write the same file at once, the last one's is there, whole. What is no file (a pipe, a device, a
    folder) is never replaced: OSError.

    ``mode``: who may read and write it, less what the process's umask takes away.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(
            errno.EEXIST, "This is a folder, a pipe or a device, and is not replaced", str(path)
        )
    part = path.with_name(f".{path.name[:NAME_KEPT]}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb", opener=partial(os.open, mode=mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> Path:
    """Write ``data`` by :func:`atomic_file`; the path itself."""
    with atomic_file(path, mode=mode) as file:
        file.write(data)
    return path


def write_named(path: Path, data: bytes) -> Path:
    """Write ``data`` to a path that a person named: :func:`write_whole` where a file is to be, at the end of a link
    where that is one; into a pipe or a device as it is. The path itself.

    Only for paths that a person named: a link that another has laid in a shared folder must not lead a write astray.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        write_whole(path.resolve(), data)
    return path


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
