"""Bytes to a radiograph, inside the decoding process: which format it is, and a typed refusal for all that fails."""

import errno
from pathlib import Path

from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.limits import DecodeLimits

METHOD = "spondyl.radiograph.read_film"
"""What every radiograph's provenance names as its maker."""

_OTHER_FORMATS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip file",
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"RIFF": "a WebP picture or a sound",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"{": "a text or JSON file",
    b"<": "an HTML or XML page",
}
# Others, such as EINVAL, come from a decoder that was sent to an impossible place in a damaged file.
_FROM_THE_SYSTEM = (
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.EIO,
    errno.ESTALE,
    errno.ENODEV,
    errno.EISDIR,
)
_FIRST_DICOM_GROUPS = (0x0002, 0x0008)


def decode_file(path: Path, limits: DecodeLimits) -> Radiograph:
    """Decode one film in this very process. Raises FilmRefused for everything that goes wrong.

    Call it through :class:`spondyl.radiograph.read.FilmReader`: only a process of its own can be stopped.
    """
    try:
        return _decode(path, limits)
    except FilmRefused:
        raise
    except Exception as error:
        raise _refusal_of(error, path) from error


def _decode(path: Path, limits: DecodeLimits) -> Radiograph:
    with path.open("rb") as file:
        head = file.read(132)
    if is_dicom(head):
        from spondyl.radiograph.dicom_film import read_dicom_film

        return read_dicom_film(path, limits)
    if is_picture(head):
        from spondyl.radiograph.picture_film import read_picture_film

        return read_picture_film(path, limits)
    other = next((name for magic, name in _OTHER_FORMATS.items() if head.startswith(magic)), None)
    raise FilmRefused(
        Refusal.FORMAT_UNKNOWN,
        what=f"{path.name} is not in a format that Spondyl reads.",
        why=f"It looks like {other}." if other else "Its first bytes are those of no known picture format.",
        do="Give DICOM, PNG, JPEG or TIFF.",
    )


def is_dicom(head: bytes) -> bool:
    """Whether the first 132 bytes open a DICOM file, with or without the Part 10 preamble (PS3.10 clause 7.1)."""
    if head[128:132] == b"DICM":
        return True
    group, element = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
    return len(head) > 8 and group in _FIRST_DICOM_GROUPS and element <= 0x0018


def is_picture(head: bytes) -> bool:
    """Whether the first bytes are those of PNG, JPEG or TIFF."""
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))


def _refusal_of(error: Exception, path: Path) -> FilmRefused:
    if is_out_of_memory(error):
        return FilmRefused(
            Refusal.MEMORY_LIMIT,
            what=f"{path.name} needs more memory than a film may take.",
            why="Decoding it went over the memory limit; damaged films often do.",
            do="Export the film again; for a very large film raise DecodeLimits.memory_bytes.",
        )
    if isinstance(error, OSError) and error.errno in _FROM_THE_SYSTEM:
        return FilmRefused(
            Refusal.FILE_UNREADABLE,
            what=f"{path.name} cannot be read.",
            why=f"The system says: {error.strerror or error}.",
            do="Check that the file is readable by you and not on a lost network drive.",
        )
    return FilmRefused(
        Refusal.FILE_DAMAGED,
        what=f"{path.name} is damaged.",
        why=f"Decoding stopped: {_in_short(error)}",
        do="Export or copy the film again.",
    )


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether memory ran out, also when a library put the error into another one."""
    while error is not None:
        if (
            isinstance(error, MemoryError)
            or "MemoryError" in str(error)
            or "Unable to allocate" in str(error)
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _in_short(error: Exception) -> str:
    text = " ".join(str(error).split())[:240].rstrip(".: ")
    return f"{type(error).__name__}: {text}." if text else f"{type(error).__name__}."
