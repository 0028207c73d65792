"""Films come in: by upload, from a watched folder, over the network. Nothing here looks inside a film."""

import contextlib
import hashlib
import logging
import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.anatomy.landmark_text import landmarks_from_csv, landmarks_from_json, landmarks_to_json
from spondyl.anatomy.marked_film import marked_film
from spondyl.atomic_file import write_whole
from spondyl.clinic.chart.films import Film, FilmKnownError, FilmSource, NewFilm, add_film
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.network.arrivals import forget_arrival, waiting_arrivals
from spondyl.clinic.films.store import MAX_FILM_BYTES, FilmStore
from spondyl.radiograph import FilmRefused, Refusal, printable
from spondyl.radiograph.folder import film_paths

RECEIVER = "film receiver"
"""How the audit log names what receives films without a person."""

REFUSED_FOLDER = "not taken"
LONGEST_NAME_BYTES = 200
"""Longer names of what is set aside are replaced: a file system takes 255 bytes, with a number and an ending."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a film comes from, who brings it, and whose it is if that is known."""

    source: FilmSource
    name: str
    actor: str
    person_id: str | None = None


def take_in(
    engine: sa.Engine,
    store: FilmStore,
    content: bytes,
    origin: Origin,
    *,
    landmarks: dict[str, Any] | None = None,
) -> Film:
    """Store a film and enter it, to be read. Raises FilmRefused (empty, too large) and FilmKnownError."""
    _check_size(content, origin.name)
    digest = store.put(content)
    new = NewFilm(
        content_sha256=digest,
        size_bytes=len(content),
        source=origin.source,
        source_name=printable(origin.name),
        person_id=origin.person_id,
        given_landmarks=landmarks,
    )
    with writing(engine) as connection:
        return add_film(connection, new, actor=origin.actor)


def landmark_body(text: str, *, is_csv: bool) -> dict[str, Any]:
    """A landmark file (JSON or CSV) as the body that is kept with a film; raises LandmarkTextError.

    What a file says about the film it is for stays in it, so another film's is refused when the film is read.
    """
    if is_csv:
        return landmarks_to_json(landmarks_from_csv(text))
    return {**landmarks_to_json(landmarks_from_json(text)), **marked_film(text).to_json()}


def take_arrivals(engine: sa.Engine, store: FilmStore) -> int:
    """Enter the films that the receiving process has stored; returns how many were new."""
    added = 0
    for arrival in waiting_arrivals(store.folder):
        new = NewFilm(
            content_sha256=arrival.sha256,
            size_bytes=arrival.size,
            source=FilmSource.NETWORK,
            source_name=arrival.sender,
        )
        with contextlib.suppress(FilmKnownError), writing(engine) as connection:
            add_film(connection, new, actor=RECEIVER)
            added += 1
        forget_arrival(store.folder, arrival)
    return added


def take_folder(engine: sa.Engine, store: FilmStore, folder: Path, seen: dict[Path, tuple[int, int]]) -> int:
    """Take the films of a folder whose size and time stayed the same since the last look; returns how many.

    A film taken in is removed from the folder, since it then lies encrypted in the store; one that cannot be taken is
    moved to ``not taken`` beside a text that says why. When the store's disk is full or fails, the film at hand and
    those after it stay where they are until a later look. ``seen`` is the memory between two looks.
    """
    taken = 0
    for path in film_paths([folder]) if folder.is_dir() else ():
        if path.is_symlink() or REFUSED_FOLDER in path.parts or not path.is_file():
            continue
        state = path.stat()
        mark = (state.st_size, state.st_mtime_ns)
        if seen.get(path) != mark:
            seen[path] = mark
            continue
        try:
            taken += _take_file(engine, store, path, folder)
        except OSError as error:
            log.warning("The films in %s wait there and are tried again: %s", folder, error)
            break
        seen.pop(path)
    return taken


def _take_file(engine: sa.Engine, store: FilmStore, path: Path, folder: Path) -> int:
    origin = Origin(source=FilmSource.FOLDER, name=path.name, actor=RECEIVER)
    try:
        take_in(engine, store, _content(path), origin)
    except FilmKnownError:
        path.unlink()
        return 0
    except FilmRefused as error:
        _set_aside(path, folder, str(error))
        return 0
    path.unlink()
    return 1


def _content(path: Path) -> bytes:
    """What the file holds; that it cannot be read is the film's own fault, so that it keeps no other one waiting."""
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILM_BYTES:
            raise _too_large(path.name, size_bytes)
        return path.read_bytes()
    except OSError as error:
        raise FilmRefused(
            Refusal.FILE_UNREADABLE,
            what=f"{path.name} cannot be read.",
            why=f"The system says: {error.strerror or error}.",
            do="Look at who may read the file, or export the film again.",
        ) from error


def _set_aside(path: Path, folder: Path, why: str) -> None:
    place = folder / REFUSED_FOLDER
    place.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):
        aside = _free_name(place, path.relative_to(folder))
        path.replace(aside)
        write_whole(place / f"{aside.name}.txt", f"{why}\n".encode(errors="backslashreplace"))
    log.warning("%s was not taken: %s", printable(str(path)), why)


def _free_name(place: Path, relative: Path) -> Path:
    """Where nothing lies yet: every folder of an export may hold an IM0001.dcm, so the name tells the folders too."""
    name = " ".join(relative.parts)
    if len(os.fsencode(name)) > LONGEST_NAME_BYTES:
        name = f"{hashlib.sha256(os.fsencode(relative)).hexdigest()}{relative.suffix}"
    stem, suffix = Path(name).stem, Path(name).suffix
    names = (name if number == 1 else f"{stem} ({number}){suffix}" for number in count(1))
    return next(
        place / one for one in names if not any((place / f"{one}{end}").exists() for end in ("", ".txt"))
    )


def _check_size(content: bytes, name: str) -> None:
    if not content:
        raise FilmRefused(
            Refusal.FILE_DAMAGED,
            what=f"{name} is empty.",
            why="It has 0 bytes, so a copy or an export was broken off.",
            do="Export or copy the film again.",
        )
    if len(content) > MAX_FILM_BYTES:
        raise _too_large(name, len(content))


def _too_large(name: str, size: int) -> FilmRefused:
    return FilmRefused(
        Refusal.TOO_LARGE,
        what=f"{name} has {size} bytes.",
        why=f"Films of more than {MAX_FILM_BYTES} bytes are not taken in.",
        do="Export the one film that is to be measured.",
    )
