"""From paths and folders to candidate films."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_NO_FILM = re.compile(
    r"bmp|bz2|c|cfg|css|csv|db|docx?|eps|gif|gz|h|html?|ini|ipynb|jsonl?|js|log|md|mha|mhd|mp4|nii|npy|npz|odt|onnx"
    r"|parquet|pdf|pptx|ps|pt|pyc?|rst|sh|sqlite|svg|tar|tmp|toml|tsv|txt|webp|xlsx?|xml|xz|ya?ml|zip|zst"
)


_MAY_HOLD_FILM = frozenset({".bmp", ".gif", ".webp", ".zip", ".tar"})


def film_paths(
    paths: "Iterable[str | os.PathLike[str]]", *, passed_over: Callable[[Path], None] = lambda _file: None
) -> Iterator[Path]:
    """Expand folders, recursively and in sorted order, into the files that may be films.

    A file that is named is always yielded, even when it is missing: its refusal says so. In a folder, hidden files,
    DICOMDIR and files whose extension is that of no film (text, tables, archives, web pages …) are passed over;
    files without an extension, or with an unknown one, are yielded, because PACS exports are named like that. A
    folder that cannot be listed is yielded itself, so that it is refused aloud. Linked folders are not followed.
    ``passed_over`` is told each file that :func:`may_hold_film` though it is none that Spondyl reads.
    """
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 (pathlib raises for a name that is too long: that film is refused)
            yield from _films_in(Path(path), passed_over)
        else:
            yield Path(path)


def _films_in(folder: Path, passed_over: Callable[[Path], None]) -> Iterator[Path]:
    closed: list[Path] = []

    def remember(error: OSError) -> None:
        closed.append(Path(str(error.filename)))

    for place, folders, files in os.walk(folder, onerror=remember):
        yield from closed
        closed.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in (Path(place, name) for name in sorted(files)):
            if _may_be_film(file.name):
                yield file
            elif may_hold_film(file):
                passed_over(file)
    yield from closed


def may_hold_film(file: Path) -> bool:
    """True for a picture in a format that Spondyl does not read, or an archive, as a disc's films are often sent.

    >>> may_hold_film(Path("films/ap.BMP")), may_hold_film(Path("films/notes.txt"))
    (True, False)
    """
    return file.suffix.lower() in _MAY_HOLD_FILM and not file.name.startswith(".")


def _may_be_film(name: str) -> bool:
    hidden = name.startswith((".", "~")) or name.upper() == "DICOMDIR"
    return not hidden and not _NO_FILM.fullmatch(Path(name).suffix.lower().removeprefix("."))
