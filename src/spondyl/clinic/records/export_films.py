"""Films and their signed reports as files of an export, a piece at a time: films are large."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.films import Film, films_of, reports_of
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.films.report_files import SUFFIXES
from spondyl.clinic.films.store import FilmStore, FilmStoreError
from spondyl.clinic.records.export_manifest import Lost, Member

_MAGIC = ((128, b"DICM", ".dcm"), (0, b"\x89PNG", ".png"), (0, b"\xff\xd8\xff", ".jpg"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFiles:
    """Where one film and the files of its newest report lie: in the export and, by SHA-256, in the store."""

    day: str
    folder: str
    film_sha256: str
    report_sha256: dict[str, str]

    def entries(self, store: FilmStore) -> Iterator[Member | Lost]:
        """The film, the very file that came, then its report; what the store no longer has whole is named."""
        yield _film(store, f"{self.folder}/film", self.film_sha256)
        for name, digest in self.report_sha256.items():
            yield _kept(store, f"{self.folder}/report{SUFFIXES.get(name, f'.{name}')}", digest)


def film_files(connection: sa.Connection, person_id: str | None, *, under: str) -> list[FilmFiles]:
    """A patient's films, the one taken last first; with None those that nobody has been named for."""
    return [files_of(connection, film, under=under) for film in films_of(connection, person_id)]


def files_of(connection: sa.Connection, film: Film, *, under: str) -> FilmFiles:
    """One film's files, in a folder of its own in the folder ``under`` of the export."""
    day = film.taken_on(clinic_zone(connection))
    return FilmFiles(
        day=day,
        folder=f"{under}/{day}-{view_of(film)}-{film.id[:8]}",
        film_sha256=film.content_sha256,
        report_sha256=reports_of(connection, film.id),
    )


def film_row(film: Film, files: FilmFiles, record_number: int | None) -> dict[str, Any]:
    """The film's line in the table of films."""
    return {
        "record_number": record_number,
        "folder": files.folder,
        "taken_on": files.day,
        "view": view_of(film),
        "state": film.state.value,
        "size_bytes": film.size_bytes,
        "sha256": film.content_sha256,
    }


def view_of(film: Film) -> str:
    """The view as part of a file's name; "unread" when nobody has read it."""
    view = str((film.facts or {}).get("view", "unread")).casefold()
    return view if view.isascii() and view.isalnum() else "film"


def _film(store: FilmStore, name: str, digest: str) -> Member | Lost:
    """Its suffix is by what it is: the name it came with may say anything."""
    entry = _kept(store, name, digest)
    if isinstance(entry, Lost):
        return entry
    pieces = iter(entry.pieces)
    first = next(pieces, b"")
    found = (suffix for at, magic, suffix in _MAGIC if first[at : at + len(magic)] == magic)
    return Member(name=name + next(found, ".bin"), pieces=chain([first], pieces))


def _kept(store: FilmStore, name: str, digest: str) -> Member | Lost:
    pieces = store.pieces(digest)
    try:
        first = next(pieces, b"")
    except FilmStoreError as error:
        return Lost(name=name, why=str(error))
    return Member(name=name, pieces=chain([first], pieces))
