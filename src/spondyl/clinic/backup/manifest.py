"""The list of a backup's files with their digests, sealed with the clinic's key."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from spondyl.clinic.chart.canonical_json import canonical
from spondyl.clinic.chart.keys import derive
from spondyl.clinic.clinic_home import RESTORED

NAME = "manifest.json"
CHART = "chart.db"
ANCHOR = "audit-anchor.jsonl"
FILMS = "films"
FORM = 2
"""2: readable files are encrypted, and the manifest's "encrypted" names them. In 1 they lay as they were."""
MAKING = ".backup-"
"""How the name of a folder begins in which a backup is made, until it is whole."""
RESTORING = ".restore-"
"""How the name of a folder begins in which a restore unpacks; a killed one leaves it."""
# Keys never go into a backup, nor do those in other places (data_files.py); the database goes in as a consistent copy.
BESIDE_CHART = tuple(CHART + end for end in ("-wal", "-shm", ".turn", ".sync", ".line"))
LEFT_OUT = ("clinic.key", "tls", CHART, ANCHOR, *BESIDE_CHART, RESTORED, "phantom-films")


class BackupUnusableError(ValueError):
    """A backup cannot be made, read or restored; the message says why."""


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed_manifest(files: dict[str, str], encrypted: list[str], *, made_at: str, secret: bytes) -> bytes:
    """The manifest of files (name in the backup, digest), and which of them were encrypted for the backup.

    A name that is no UTF-8 stands in it with its very bytes, as in the tar file.
    """
    body = {"made_at": made_at, "files": files, "encrypted": encrypted, "form": FORM}
    return canonical(body | {"seal": _seal(body, secret)}).encode(errors="surrogateescape")


def read_manifest(content: bytes, *, secret: bytes) -> dict[str, Any]:
    """The manifest's contents; raises ``BackupUnusableError`` when the seal does not fit."""
    try:
        body = json.loads(content.decode(errors="surrogateescape"))
        given = body.pop("seal")
        fits = hmac.compare_digest(_seal(body, secret), given)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BackupUnusableError(f"The backup's {NAME} cannot be read ({error}).") from error
    if not fits:
        raise BackupUnusableError(
            f"The seal of {NAME} does not fit: another clinic's key, or the backup was changed."
        )
    if body.get("form") not in range(1, FORM + 1):
        raise BackupUnusableError(
            f"The backup has form {body.get('form')}; this version reads up to {FORM}. Use the Spondyl that made it."
        )
    return body


def _seal(body: dict[str, Any], secret: bytes) -> str:
    return hmac.digest(
        derive(secret, "backup"), canonical(body).encode(errors="surrogateescape"), "sha256"
    ).hex()
