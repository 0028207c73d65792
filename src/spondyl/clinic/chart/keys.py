"""The clinic's one secret and the keys made from it; the secret lies in a file outside the database."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32


class KeyFileUnusableError(ValueError):
    """The file with the clinic's secret cannot be used; the message says what to do."""


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869); no purpose's key tells about another's."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"spondyl {purpose}".encode()).derive(secret)


def anchor_signer(secret: bytes) -> Ed25519PrivateKey:
    """The key that signs audit checkpoints; its public half suffices to check them."""
    return Ed25519PrivateKey.from_private_bytes(derive(secret, "audit anchor"))


def make_key_file(path: Path) -> bytes:
    """Write a new secret that only this user can read; refuses to replace one."""
    secret = secrets.token_bytes(SECRET_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def read_key_file(path: Path) -> bytes:
    """The secret in ``path``; raises ``KeyFileUnusableError``, also when others may read the file."""
    if not path.is_file():
        raise KeyFileUnusableError(
            f"There is no key file {path}. Put the clinic's key back, or name its place with --key."
        )
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise KeyFileUnusableError(f"{path} has mode {mode:03o}: others can read it. Run: chmod 600 {path}")
    text = path.read_text().strip()
    secret = _secret_in(text)
    if len(secret) != SECRET_BYTES:
        raise KeyFileUnusableError(
            f"{path} must hold {2 * SECRET_BYTES} hexadecimal digits; it has {len(text)} characters."
        )
    return secret


def is_key_text(content: bytes, secret: bytes) -> bool:
    """True when a file's content is this very secret as a key file holds it."""
    return _secret_in(content.decode("ascii", errors="replace").strip()) == secret


def _secret_in(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
