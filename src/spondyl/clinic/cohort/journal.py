"""Finished films on disk, in small atomic segments: what a resumed run need not measure again."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from time import monotonic

from spondyl.atomic_file import atomic_file
from spondyl.clinic.cohort.task import FileState, FilmRecord, report_of

SEGMENT_FILMS = 50
SEGMENT_SECONDS = 2.0


@dataclass(slots=True)
class Journal:
    """Records by film. Only an index is held in memory; the records stay on disk.

    A killed run loses at most the films that were finished since the last segment (50 films or 2 seconds).
    """

    folder: Path
    _where: dict[str, Path] = field(default_factory=dict[str, Path])
    _unsaved: list[FilmRecord] = field(default_factory=list[FilmRecord])
    _saved_at: float = field(default_factory=monotonic)
    _segment: Callable[[Path], dict[str, FilmRecord]] = field(default_factory=lambda: _recent_segments())  # noqa: PLW0108

    def open(self) -> None:
        """Create the folder or index what it holds; a segment that cannot be read is removed and measured again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for leftover in self.folder.glob(".*.part"):
            leftover.unlink()
        for segment in sorted(self.folder.glob("*.jsonl.gz"), key=lambda path: path.stat().st_mtime_ns):
            try:
                self._where.update(dict.fromkeys(self._segment(segment), segment))
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                segment.unlink()

    def get(self, film: str) -> FilmRecord | None:
        """The record of a film, saved or not yet saved."""
        if film in self._where:
            return self._segment(self._where[film])[film]
        return next((record for record in self._unsaved if record.film == film), None)

    def add(self, record: FilmRecord) -> None:
        """Take one record; it reaches the disk with its segment."""
        self._where.pop(record.film, None)
        self._unsaved.append(record)
        if len(self._unsaved) >= SEGMENT_FILMS or monotonic() - self._saved_at > SEGMENT_SECONDS:
            self.save()

    def save(self) -> None:
        """Write the unsaved records as one segment, whole or not at all."""
        if self._unsaved:
            text = "".join(json.dumps(asdict(record)) + "\n" for record in self._unsaved)
            name = hashlib.sha256(text.encode()).hexdigest()[:24]
            segment = self.folder / f"{name}.jsonl.gz"
            with atomic_file(segment) as file:
                file.write(gzip.compress(text.encode(), compresslevel=1, mtime=0))
            self._where.update({record.film: segment for record in self._unsaved})
        self._unsaved = []
        self._saved_at = monotonic()

    def every(self) -> Iterator[FilmRecord]:
        """Every saved record, also those of films that are gone or were measured again since."""
        for segment in self.folder.glob("*.jsonl.gz"):
            yield from self._segment(segment).values()

    def keep_only(self, films: Iterable[str]) -> None:
        """Remove the segments that hold none of these films' latest records."""
        needed = {self._where[film] for film in films if film in self._where}
        for segment in self.folder.glob("*.jsonl.gz"):
            if segment not in needed:
                segment.unlink()


def _recent_segments() -> Callable[[Path], dict[str, FilmRecord]]:
    """Read a segment, keeping the last few: films are asked for in order, so neighbours share one."""
    return lru_cache(maxsize=8)(_read_segment)


def _read_segment(segment: Path) -> dict[str, FilmRecord]:
    with gzip.open(segment, "rt", encoding="utf-8") as lines:
        return {record.film: record for record in map(_record, lines)}


def _record(line: str) -> FilmRecord:
    saved = json.loads(line)
    file = FileState(**saved.pop("file")) if saved["file"] else saved.pop("file")
    return FilmRecord(file=file, reports=tuple(map(report_of, saved.pop("reports", ()))), **saved)
