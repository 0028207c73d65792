"""The files around the evidence: the clinic's own records, and the day."""

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from spondyl.evidence.library import (
    EvidenceError,
    Library,
    RecordInvalidError,
    library_from,
    shipped_library,
    shipped_texts,
)
from spondyl.evidence.library.read import KINDS

if TYPE_CHECKING:
    from spondyl.evidence.living import SignedConclusion


def records_or_shipped(folder: Path | None) -> Library:
    """The library of the package, with the clinic's own records laid over it: same kind and name replaces.

    The folder holds ``studies/``, ``options/`` and so on. Raises EvidenceError naming the record.
    """
    if folder is None:
        return shipped_library()
    own = {kind: _texts(folder / kind) for kind in KINDS if (folder / kind).is_dir()}
    if not own:
        raise RecordInvalidError(
            what=f"The folder {folder} holds no records.",
            why=f"Records lie in one of {', '.join(f'{kind}/' for kind in KINDS)}.",
            do="Check the path; a study goes to studies/NAME.toml.",
        )
    shipped = shipped_texts()
    return library_from({kind: {**shipped.get(kind, {}), **own.get(kind, {})} for kind in KINDS})


def _texts(folder: Path) -> dict[str, str]:
    try:
        return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    except UnicodeDecodeError as error:
        raise RecordInvalidError(
            what=f"A record in {folder} is not UTF-8 text.",
            why=f"The reader says: {error.reason}.",
            do="Save it again as UTF-8.",
        ) from error


def today_or(day: str) -> str:
    """The day given, or today. Raises RecordInvalidError unless it is a real day as 2026-11-25."""
    if not day:
        return date.today().isoformat()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            return date.fromisoformat(day).isoformat()
    except ValueError:
        pass
    raise RecordInvalidError(
        what=f"The day {day!r} is none.",
        why="Days are written as 2026-11-25.",
        do="Write it so, or leave it out.",
    )


class FileMissingError(EvidenceError):
    """A file that a command needs cannot be read."""


def read_text(path: Path) -> str:
    """A whole UTF-8 file. Raises FileMissingError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror or "" if isinstance(error, OSError) else "it is not UTF-8 text"
        raise FileMissingError(
            what=f"The file {path} cannot be read.", why=f"The system says: {why}.", do="Check the path."
        ) from error


def signed_or_none(path: Path | None) -> "tuple[SignedConclusion, ...]":
    """The signed conclusions of a file; none without a file, or while it does not exist yet."""
    from spondyl.evidence.living import signed_from_text

    return signed_from_text(read_text(path)) if path is not None and path.exists() else ()


def aid_pages(library: Library) -> dict[str, object]:
    """The decision aids that the records allow, by the name of the page, for a snapshot of every shown number."""
    from spondyl.evidence.aid import AidNotPossibleError, Language, aid_content

    pages: dict[str, object] = {}
    for option in library.options:
        try:
            pages[f"aid {option.id}"] = aid_content(library, option.id, Language.ENGLISH)
        except AidNotPossibleError:
            continue
    return pages
