"""Read films safely: every file gives a radiograph or a typed refusal, in bounded time and memory."""

import os
import stat
import threading
import weakref
from pathlib import Path
from types import TracebackType

from spondyl.radiograph.decode_process import DecodeProcess
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.limits import DecodeLimits

FILMS_PER_PROCESS = 1000
"""A decoding process is replaced after this many films, so that a leaking decoder stays small."""

_BLAME_THE_PROCESS = frozenset({Refusal.MEMORY_LIMIT, Refusal.DECODER_DIED})


class FilmReader:
    """Reads films one after another through one warm decoding process, which is replaced when it dies.

    Use it as a context manager. It may be shared by threads (films then wait for each other); a forked copy starts a
    process of its own.
    """

    def __init__(self, *, limits: DecodeLimits | None = None) -> None:
        self.limits = limits or DecodeLimits()
        self._lock = threading.Lock()
        self._process: DecodeProcess | None = None
        _READERS.add(self)

    def __enter__(self) -> "FilmReader":
        with self._lock:
            self._running()  # so that it warms up while the caller loads the model
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The id of the decoding process, None when none runs."""
        return self._process.pid if self._process and self._process.is_alive else None

    def read(self, path: "str | os.PathLike[str]", /) -> Radiograph:
        """Decode the film at ``path``. Raises FilmRefused with the reason, and what to do about it.

        A film that kills a process which has read other films is tried once more in a new one, so that what happens
        to a film never depends on the films before it.
        """
        film = Path(path)
        check_file(film, self.limits)
        absolute = Path(os.path.abspath(film))  # noqa: PTH100 (links are kept: the name is the user's own)
        with self._lock:
            process = self._running()
            used = process.films > 0
            try:
                return self._attempt(process, absolute)
            except FilmRefused as refused:
                if not used or refused.refusal not in _BLAME_THE_PROCESS:
                    raise
            return self._attempt(self._running(), absolute)

    def close(self) -> None:
        """End the decoding process; the next film would start a new one."""
        with self._lock:
            if self._process:
                self._process.stop()
            self._process = None

    def _attempt(self, process: DecodeProcess, film: Path) -> Radiograph:
        try:
            return process.read(film)
        except FilmRefused as refused:
            if refused.refusal in _BLAME_THE_PROCESS:
                process.stop()
            raise

    def _running(self) -> DecodeProcess:
        process = self._process
        if process and process.is_alive and process.films < FILMS_PER_PROCESS:
            return process
        if process:
            process.stop()
        self._process = DecodeProcess(self.limits)
        return self._process

    def _forget_after_fork(self) -> None:
        self._lock = threading.Lock()
        if self._process and self._process.is_open:
            self._process.abandon()
        self._process = None


_READERS: "weakref.WeakSet[FilmReader]" = weakref.WeakSet()


def _after_fork() -> None:
    for reader in list(_READERS):
        reader._forget_after_fork()  # pyright: ignore[reportPrivateUsage]


os.register_at_fork(after_in_child=_after_fork)


def read_film(path: "str | os.PathLike[str]", *, limits: DecodeLimits | None = None) -> Radiograph:
    """Decode one film through a decoding process of its own; use :class:`FilmReader` for more than one.

    Raises FilmRefused for every file that is not a readable film.
    """
    with FilmReader(limits=limits) as reader:
        return reader.read(path)


def check_file(path: Path, limits: DecodeLimits) -> None:
    """Refuse what is no readable file, before any process starts."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise _missing(path) from None
    except OSError as error:
        raise _unreadable(path, f"The system says: {error.strerror}.") from None
    if stat.S_ISDIR(state.st_mode):
        raise _unreadable(
            path, "It is a folder that cannot be listed, or a folder where a film was expected."
        )
    if not stat.S_ISREG(state.st_mode):
        raise _unreadable(path, "It is a device, a pipe or a socket, not a file.")
    if state.st_size == 0:
        raise FilmRefused(
            Refusal.FILE_DAMAGED,
            what=f"{path.name} is empty.",
            why="It has 0 bytes, so a copy or an export was broken off.",
            do="Export or copy the film again.",
        )
    if state.st_size > limits.max_file_bytes:
        raise FilmRefused(
            Refusal.TOO_LARGE,
            what=f"{path.name} has {state.st_size} bytes.",
            why=f"Files of more than {limits.max_file_bytes} bytes are not read.",
            do="Export the one film that is to be measured.",
        )


def _missing(path: Path) -> FilmRefused:
    if _is_link(path):
        return FilmRefused(
            Refusal.FILE_MISSING,
            what=f"{path} is a link to a file that is not there.",
            why="What it points to was moved or removed, or lies on a drive that is not connected.",
            do="Put the film itself in its place, or connect the drive.",
        )
    return FilmRefused(
        Refusal.FILE_MISSING,
        what=f"There is no file {path}.",
        why="The name leads nowhere.",
        do="Check the spelling and the folder.",
    )


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except ValueError:  # a NUL in the name
        return False


def _unreadable(path: Path, why: str) -> FilmRefused:
    return FilmRefused(
        Refusal.FILE_UNREADABLE,
        what=f"{path} cannot be read.",
        why=why,
        do="Give a film, or a folder that you may list.",
    )
