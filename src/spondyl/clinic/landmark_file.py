"""Landmarks that a person marked, read from a file for one film."""

import errno
from dataclasses import dataclass
from pathlib import Path

from spondyl.anatomy import Landmarks
from spondyl.anatomy.landmark_text import LandmarkTextError, landmarks_from_csv, landmarks_from_json
from spondyl.anatomy.marked_film import MarkedFilm, marked_film
from spondyl.radiograph import FilmRefused, Refusal

SUFFIXES = (".landmarks.json", ".landmarks.csv", ".json", ".csv")
"""How a landmark file may end, in the order they are tried beside a film's stem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkChoice:
    """Where landmarks come from: one file for one film, or a folder of files matched by the film's stem."""

    path: Path

    def file_for(self, film: Path) -> Path | None:
        """The landmark file of a film: the file itself, or ``<stem>.landmarks.json`` and so on; None: detect."""
        if not self.path.is_dir():
            return self.path
        return next((self.path / name for name in names_for(film) if _is_there(self.path / name)), None)


def names_for(film: Path) -> tuple[str, ...]:
    """What a film's landmark file may be called in a folder of such files, in the order they are tried."""
    return tuple(f"{film.stem}{suffix}" for suffix in SUFFIXES)


def _is_there(file: Path) -> bool:
    """A file that is there but cannot be looked at counts: it is refused when it is read, never passed over."""
    try:
        return file.is_file() or file.is_symlink()
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG  # no file has a name of that length


def read_landmark_file(path: Path) -> Landmarks:
    """Read one landmark file (JSON or CSV, docs/how-to/own-landmarks.md); raises FilmRefused when it is invalid."""
    return read_landmarks_of(path)[0]


def read_landmarks_of(path: Path) -> tuple[Landmarks, MarkedFilm]:
    """Read one landmark file as :func:`read_landmark_file` does, with what it says about the film it is for."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            return landmarks_from_csv(text), MarkedFilm()
        return landmarks_from_json(text), marked_film(text)
    except FileNotFoundError:
        raise _invalid(path, "There is no such file.", "Check the path given with --landmarks.") from None
    except OSError as error:
        raise _invalid(
            path, f"It cannot be read: {error.strerror}.", "Name one landmark file that you may read."
        ) from error
    except UnicodeDecodeError as error:
        raise _invalid(
            path, "It is not UTF-8 text.", "Name the landmark file, not the film; or save it as UTF-8."
        ) from error
    except LandmarkTextError as error:
        raise _invalid(path, str(error), "Correct it; 'spondyl landmarks FILE' checks it again.") from error


def _invalid(path: Path, why: str, do: str) -> FilmRefused:
    what = f"The landmark file {path.name} cannot be used."
    return FilmRefused(Refusal.LANDMARKS_INVALID, what=what, why=why, do=do)
