"""Encrypt a backup's readable files, each for itself, in the form that stored films have."""

import os
import tempfile
from pathlib import Path
from typing import IO, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from spondyl.clinic.backup.manifest import BackupUnusableError
from spondyl.clinic.chart.keys import derive
from spondyl.clinic.films.store import MAGIC, NONCE_BYTES, opened_pieces
from spondyl.radiograph import printable
from spondyl.radiograph.limits import MIB


def is_sealed(content: BinaryIO) -> bool:
    """True for a file in this form already, as stored films are; ``content`` is at its begin before and after."""
    head = content.read(len(MAGIC))
    content.seek(0)
    return head == MAGIC


def seal(content: IO[bytes], sealed: IO[bytes], *, name: str, secret: bytes) -> int:
    """Encrypt (AES-256-GCM, ``name`` as associated data) a piece at a time; returns the bytes in ``sealed``."""
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(algorithms.AES(_key(secret)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(name.encode(errors="surrogateescape"))
    sealed.write(MAGIC + nonce)
    while piece := content.read(MIB):
        sealed.write(encryptor.update(piece))
    encryptor.finalize()
    sealed.write(encryptor.tag)
    size_bytes = sealed.tell()
    sealed.seek(0)
    return size_bytes


def unseal(path: Path, *, name: str, secret: bytes) -> None:
    """Decrypt an unpacked file where it lies; raises ``BackupUnusableError``."""
    handle, opened = tempfile.mkstemp(dir=path.parent, prefix=".open-")
    try:
        with os.fdopen(handle, "wb") as file, path.open("rb") as sealed:
            for piece in opened_pieces(sealed, _key(secret), name):
                file.write(piece)
        Path(opened).replace(path)
    except InvalidTag as error:
        raise BackupUnusableError(
            f"{printable(name)} in the backup cannot be decrypted. Take an earlier backup, or a copy of this one."
        ) from error


def _key(secret: bytes) -> bytes:
    return derive(secret, "backup files")
