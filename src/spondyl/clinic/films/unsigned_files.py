"""The files of a report are stored before its signature counts: noted first, so that those of a signature that never
came are deleted, and nothing about a patient is left that no erasure would find."""

import json
import logging
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from spondyl.atomic_file import write_whole
from spondyl.clinic.chart.films import owned_digests
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.store import FilmStore, FilmStoreError

FOLDER = "unsigned"
"""Inside the store's folder: one note for each signature under way."""

log = logging.getLogger(__name__)


@contextmanager
def stored(engine: sa.Engine, store: FilmStore, files: Mapping[str, bytes]) -> Generator[dict[str, str]]:
    """Keep the files, and their SHA-256 by name; what the chart does not name when the block ends is deleted."""
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    begun = _note_files(store, digests.values())
    with begun.open("rb") as held:
        flock(held, LOCK_EX)
        note = begun.rename(begun.with_suffix(".json"))
        try:
            for content in files.values():
                store.put(content)
            yield digests
        finally:
            _settle(engine, store, note)


def _note_files(store: FilmStore, digests: Iterable[str]) -> Path:
    """Write down which files are about to be stored and are not there yet; on the disk when this returns."""
    note = store.folder / FOLDER / f"{new_id()}.begun"
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = sorted({one for one in digests if not store.has(one)})
    return write_whole(note, json.dumps(names).encode(), mode=0o600)


def _settle(engine: sa.Engine, store: FilmStore, note: Path) -> None:
    digests = json.loads(note.read_bytes())
    with reading(engine) as connection:
        owned = owned_digests(connection, digests)
    for digest in digests:
        if digest not in owned:
            store.path_of(digest).unlink(missing_ok=True)
    note.unlink()


def delete_unsigned(engine: sa.Engine, store: FilmStore) -> None:
    """Settle what a server that was ended in the middle left; what hinders it is tried again at the next start.

    What another server is signing just now is its own: it holds its note.
    """
    for note in sorted((store.folder / FOLDER).glob("*.json")):
        try:
            with note.open("rb") as held:
                flock(held, LOCK_EX | LOCK_NB)
                _settle(engine, store, note)
        except BlockingIOError:
            continue
        except (OSError, ValueError, FilmStoreError) as error:
            log.error("Report files that nobody signed, listed in %s, could not be deleted: %s", note, error)
