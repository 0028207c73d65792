"""Films on disk: each file is named by its content's SHA-256 and encrypted; no name from outside reaches a path."""

import hashlib
import os
import re
import tempfile
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spondyl.atomic_file import write_whole
from spondyl.radiograph.limits import MIB

MAGIC = b"SPYFILM1"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
MAX_FILM_BYTES = 256 * MIB
"""Larger files are not taken in: the largest stitched film has about 100 MiB."""

SHOWN_NAME = "The film"
"""What the decoder calls a film in its sentences: the name it came with may say anything."""

_NAME = re.compile(r"[0-9a-f]{64}")


class FilmStoreError(Exception):
    """A stored file is missing or was changed; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmStore:
    """The folder of encrypted files. ``key`` has 32 bytes; AES-256-GCM with the file's own name as associated data."""

    folder: Path
    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"The key of the film store has {len(self.key)} bytes; it needs {KEY_BYTES}.")

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its SHA-256; it is on the disk when this returns. Twice is as good as once,
        and a file that was damaged meanwhile is replaced."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path_of(digest)
        if not self.opens(digest):
            nonce = os.urandom(NONCE_BYTES)
            sealed = AESGCM(self.key).encrypt(nonce, content, digest.encode())
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, MAGIC + nonce + sealed, mode=0o600)
        return digest

    def get(self, digest: str) -> bytes:
        """The content with this SHA-256; raises FilmStoreError when it is missing or damaged."""
        path = self.path_of(digest)
        try:
            saved = path.read_bytes()
        except FileNotFoundError:
            raise _missing(digest) from None
        nonce = saved[len(MAGIC) : len(MAGIC) + NONCE_BYTES]
        try:
            if not saved.startswith(MAGIC):
                raise InvalidTag
            return AESGCM(self.key).decrypt(nonce, saved[len(MAGIC) + NONCE_BYTES :], digest.encode())
        except InvalidTag:
            raise _changed(digest) from None

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The content in pieces of 1 MiB; FilmStoreError comes before the first one.

        The file is read twice: no byte of it leaves before its seal was found to fit the last one.
        """
        path = self.path_of(digest)
        try:
            with path.open("rb") as file:
                for _ in opened_pieces(file, self.key, digest):
                    pass
                yield from opened_pieces(file, self.key, digest)
        except FileNotFoundError:
            raise _missing(digest) from None
        except OSError as error:
            raise _unreadable(digest, error) from error
        except InvalidTag:
            raise _changed(digest) from None

    def has(self, digest: str) -> bool:
        """True when a file of that digest is kept."""
        return self.path_of(digest).exists()

    def opens(self, digest: str) -> bool:
        """True when a file of that digest is kept and its seal fits, to the last byte."""
        try:
            with self.path_of(digest).open("rb") as file:
                for _ in opened_pieces(file, self.key, digest):
                    pass
        except (OSError, InvalidTag):
            return False
        return True

    def opened(self, digest: str) -> AbstractContextManager[Path]:
        """A path under which the decoding process can read the content, for the time of the block."""
        return in_memory(self.get(digest), name=SHOWN_NAME)

    def path_of(self, digest: str) -> Path:
        """Where the file of that digest lies or would lie; raises FilmStoreError for what is no SHA-256."""
        if not _NAME.fullmatch(digest):
            raise FilmStoreError(
                f"{digest[:80]!r} is no SHA-256: nothing is read or written under such a name."
            )
        return self.folder / digest[:2] / f"{digest}.film"


def opened_pieces(file: BinaryIO, key: bytes, digest: str) -> Iterator[bytes]:
    """The decrypted content of a stored file; raises InvalidTag, for a wrong seal only after the last piece.

    ``digest``: the name that it was sealed under; in a backup this may be no UTF-8.
    """
    left_bytes = file.seek(0, os.SEEK_END) - len(MAGIC) - NONCE_BYTES - TAG_BYTES
    if left_bytes < 0:
        raise InvalidTag
    file.seek(-TAG_BYTES, os.SEEK_END)
    tag = file.read()
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise InvalidTag
    decryptor = Cipher(algorithms.AES(key), modes.GCM(file.read(NONCE_BYTES), tag)).decryptor()
    decryptor.authenticate_additional_data(digest.encode(errors="surrogateescape"))
    while left_bytes > 0:
        piece = file.read(min(left_bytes, MIB))
        if not piece:
            raise InvalidTag
        left_bytes -= len(piece)
        yield decryptor.update(piece)
    decryptor.finalize()


def _missing(digest: str) -> FilmStoreError:
    return FilmStoreError(
        f"The stored file {digest[:12]}… is missing. Bring it back from the backup of the data folder."
    )


def _unreadable(digest: str, error: OSError) -> FilmStoreError:
    return FilmStoreError(
        f"The stored file {digest[:12]}… cannot be read ({error.strerror}). Look at the disk and at who may read the "
        "data folder, or bring the file back from the backup."
    )


def _changed(digest: str) -> FilmStoreError:
    return FilmStoreError(
        f"The stored file {digest[:12]}… was changed, or belongs to another key. Bring it back from the backup."
    )


@contextmanager
def in_memory(content: bytes, *, name: str) -> Generator[Path]:
    """A path, its last part ``name``, under which other processes of this user can read ``content``.

    The content lies in memory (Linux), not on the disk.
    """
    descriptor = os.memfd_create("film", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(content)
        with tempfile.TemporaryDirectory(prefix="spondyl-film-") as folder:
            path = Path(folder) / name
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
            yield path
    finally:
        os.close(descriptor)
