"""A patient's films and their signed reports as files of an export, one at a time: films are large."""

from collections.abc import Iterator

import sqlalchemy as sa

from spondyl.clinic.chart.films import Film, films_of, reports_of
from spondyl.clinic.films.report_files import SUFFIXES
from spondyl.clinic.films.store import FilmStore, FilmStoreError

_MAGIC = ((128, b"DICM", ".dcm"), (0, b"\x89PNG", ".png"), (0, b"\xff\xd8\xff", ".jpg"))


def film_files(
    connection: sa.Connection, store: FilmStore, person_id: str
) -> Iterator[tuple[str, bytes | FilmStoreError]]:
    """Name and content of each film and of each file of its newest report, the film taken last first.

    A film is the very file that came. In place of a content that the store no longer has whole stands the error.
    """
    for film in films_of(connection, person_id):
        folder = f"films/{film.taken_on}-{_view(film)}-{film.id[:8]}"
        content = _kept(store, film.content_sha256)
        yield f"{folder}/film{_suffix(content)}", content
        for name, digest in reports_of(connection, film.id).items():
            yield f"{folder}/report{SUFFIXES.get(name, f'.{name}')}", _kept(store, digest)


def _kept(store: FilmStore, digest: str) -> bytes | FilmStoreError:
    try:
        return store.get(digest)
    except FilmStoreError as error:
        return error


def _view(film: Film) -> str:
    view = str((film.facts or {}).get("view", "unread")).casefold()
    return view if view.isascii() and view.isalnum() else "film"


def _suffix(content: bytes | FilmStoreError) -> str:
    """By what the content is: the name it came with may say anything."""
    if isinstance(content, FilmStoreError):
        return ""
    found = (suffix for at, magic, suffix in _MAGIC if content[at : at + len(magic)] == magic)
    return next(found, ".bin")
