"""Write an export piece by piece: as a zip file that is sent while it is made, or into a folder."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from spondyl.atomic_file import atomic_file
from spondyl.clinic.records.export_manifest import Member
from spondyl.clinic.records.spool import PIECE_BYTES

FILMS = "films/"
_OWNER_ONLY = 0o600


class _Outlet(io.RawIOBase):
    """Where ``ZipFile`` writes; what it wrote is taken away before it grows."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held += data
        return memoryview(data).nbytes

    def is_full(self) -> bool:
        return len(self._held) >= PIECE_BYTES

    def taken(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


def zip_pieces(members: Iterable[Member], *, at: datetime) -> Iterator[bytes]:
    """The zip file in pieces of about 1 MiB. Films are packed as they are.

    A zip file without its last piece does not open: one that was broken off never looks whole.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for member in members:
            with archive.open(_entry(member.name, at), "w", force_zip64=True) as file:
                for piece in member.pieces:
                    file.write(piece)
                    if outlet.is_full():
                        yield outlet.taken()
    yield outlet.taken()


def write_zip(pieces: Iterable[bytes], path: Path) -> None:
    """Write a zip file that appears under its name only when it is whole; raises OSError, never replaces a file."""
    if path.exists():
        raise FileExistsError(f"{path} exists already; an export never replaces another. Choose a new name.")
    with atomic_file(path, mode=_OWNER_ONLY) as file:
        for piece in pieces:
            file.write(piece)


def write_folder(members: Iterable[Member], folder: Path) -> None:
    """Write the members into a new or empty folder; raises OSError. The manifest comes last: without it, not whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; an export never mixes with other files.")
    for member in members:
        path = folder / member.name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with atomic_file(path, mode=_OWNER_ONLY) as file:
            for piece in member.pieces:
                file.write(piece)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_STORED if name.startswith(FILMS) else zipfile.ZIP_DEFLATED
    entry.external_attr = _OWNER_ONLY << 16
    return entry
