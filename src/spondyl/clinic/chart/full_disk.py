"""A disk without room: how its errors are known, and how much room there is."""

import errno
import shutil
from pathlib import Path

_POSTGRES_DISK_FULL = "53100"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def is_full_disk(error: BaseException) -> bool:
    """True when a database or a file had no room to write; that transaction was undone as a whole.

    SQLite says it in words only (SQLITE_FULL, sqlite.org/rescode.html), PostgreSQL as ``disk_full``.
    """
    inner = getattr(error, "orig", None) or error
    if getattr(inner, "sqlstate", None) == _POSTGRES_DISK_FULL:
        return True
    if isinstance(inner, OSError):
        return inner.errno in _NO_ROOM
    return "database or disk is full" in str(inner)


def room_mb(folder: Path) -> int | None:
    """Megabytes that are left on the disk of a folder, or of the nearest one above it; None where nobody can say."""
    for one in (folder, *folder.parents):
        if one.exists():
            try:
                return shutil.disk_usage(one).free // 1_000_000
            except OSError:
                return None
    return None
