"""What to say when the results could not be written: where, why, and what to do."""

import errno
import os
from pathlib import Path

_MAKE_ROOM = {
    errno.ENOSPC: "Make room on that disk.",
    errno.EDQUOT: "Your share of that disk is used up: make room on it.",
}
_ELSEWHERE = {
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a folder that you may write to.",
    errno.EEXIST: "Choose another folder.",
    errno.ENOTDIR: "Choose another folder.",
    errno.ENOENT: "Choose another folder.",
}


def not_written(error: OSError, how_to_go_on: str = "") -> str:
    """Where, why and what to do; ``how_to_go_on`` is left out where going on would meet the same end.

    >>> not_written(OSError(errno.EACCES, "Permission denied", "out/.lock"), "Go on.")
    'The results could not be written to out: Permission denied. Choose a folder that you may write to.'
    >>> not_written(OSError(errno.ENOSPC, "No space left on device"), "Go on.")
    'The results could not be written: No space left on device. Make room on that disk. Go on.'
    """
    said = f"The results could not be written{_place(error)}: {error.strerror or error}."
    if error.errno in _ELSEWHERE:
        return f"{said} {_ELSEWHERE[error.errno]}"
    return " ".join(filter(None, (said, _MAKE_ROOM.get(error.errno or 0), how_to_go_on)))


def _place(error: OSError) -> str:
    """The file, or the folder of one that nobody asked for by name."""
    if not isinstance(error.filename, str | bytes):
        return ""
    path = Path(os.fsdecode(error.filename))
    return f" to {path.parent if path.name.startswith('.') else path}"
