"""What a worker gets (a film to measure) and what it gives back (a record), as plain picklable data."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spondyl import __version__
from spondyl.clinic.compose import Tools, open_tools
from spondyl.clinic.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSetup:
    """The same for every film of a run. ``reports`` None means: no report files.

    ``make_tools`` must be importable in a worker process: it opens the reader and the detector there.
    """

    settings: Settings
    reports: Path | None = None
    formats: tuple[str, ...] = ()
    make_tools: Callable[[Settings], AbstractContextManager[Tools]] = open_tools


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmTask:
    """One film of a run: ``key`` digests everything but the film itself that decides its result.

    ``film`` is the path as given, which names the film in every output; ``path`` and ``landmarks`` are where a worker,
    whose folder may be another, finds the files.
    """

    film: str
    path: Path
    landmarks: Path | None
    report_name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """Which file was measured: size and time for a quick look, SHA-256 of its bytes for certainty."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report that was written: its ``name`` inside the run's reports (``film/film.json``) and its bytes."""

    name: str
    file: FileState


def report_of(saved: dict[str, Any]) -> ReportFile:
    """A report as JSON keeps it."""
    return ReportFile(name=saved["name"], file=FileState(**saved["file"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRecord:
    """One finished film. ``line`` is its JSON line; ``result_key`` digests pixels, model, landmarks and parameters.

    ``reports`` are the report files that were written for it.
    """

    film: str
    key: str
    file: FileState | None
    result_key: str | None
    line: str
    reports: tuple[ReportFile, ...] = ()


def task_key(*, setup: WorkSetup, model_id: str | None, landmarks: Path | None, report_name: str) -> str:
    """SHA-256 of version, model (when it is used), settings, reports to write and the landmark file's bytes."""
    parts = [
        __version__,
        None if landmarks else model_id,
        setup.settings.digest,
        [report_name, *setup.formats] if setup.formats else [],
        _digest_of(landmarks) if landmarks else None,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest_of(landmarks: Path) -> str:
    """SHA-256 of the file, or that it cannot be read: its film is refused for it, and the others are measured."""
    try:
        return hashlib.sha256(landmarks.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def result_key(*, pixels_sha256: str, key: str) -> str:
    """The name of a result: SHA-256 over the film's pixels and the task's key."""
    return hashlib.sha256(f"{pixels_sha256} {key}".encode()).hexdigest()


def file_state(path: Path) -> FileState | None:
    """Size, time and digest of a file; None when it cannot be read, or is a pipe or a device that may never end."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return FileState(size=found.st_size, mtime_ns=found.st_mtime_ns, sha256=digest)


def is_unchanged(path: Path, known: FileState | None) -> bool:
    """True when the file still holds the bytes that were measured, or written."""
    if known is None:
        return False
    try:
        found = path.stat()
    except OSError:
        return False
    if (found.st_size, found.st_mtime_ns) == (known.size, known.mtime_ns):
        return True
    now = file_state(path)
    return now is not None and now.sha256 == known.sha256
