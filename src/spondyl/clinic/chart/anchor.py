"""Checkpoints of the audit log in a second place.

Who holds database and key could write a whole new log. A checkpoint says, with a signature, how far each lane had come
and with which seal; kept on another machine it shows such a rewriting. The public key alone checks the signatures.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from spondyl.clinic.chart.audit import heads, seal_at
from spondyl.clinic.chart.canonical_json import canonical, digest_of
from spondyl.clinic.chart.engine import now_of

FIRST = "0" * 64
END_BYTES = 1 << 16
"""So much of the file is read to find its last line; a line has some hundred bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorVerdict:
    """How many checkpoints were checked, and what is wrong."""

    checkpoints: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """The lines of a file of checkpoints as they were read; None when there was no file."""

    path: Path
    lines: tuple[str, ...] | None


def read_checkpoints(path: Path) -> Checkpoints:
    """What the file holds. While the clinic runs, read it before the transaction that it is held against begins: the
    log as that sees it has then come at least as far."""
    return Checkpoints(
        path=path, lines=tuple(_decoded(path.read_bytes()).splitlines()) if path.is_file() else None
    )


def write_checkpoint(connection: sa.Connection, path: Path, *, signer: Ed25519PrivateKey) -> bool:
    """Append a checkpoint, safe on the disk; False when the log has not grown since the last one.

    What a full disk leaves of it is taken away again. A last line that a power cut tore stays for ``check_anchor`` to
    name; the checkpoint follows it.
    """
    state = {str(lane): [sequence, seal] for lane, (sequence, seal) in sorted(heads(connection).items())}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = _last_line(file)
        last = next(reversed(_decoded(end).splitlines()), None)
        if last is not None and _heads_of(last) == state:
            return False
        body = {
            "at": now_of(connection).isoformat(),
            "heads": state,
            "previous": FIRST if last is None else digest_of(last),
        }
        signature = signer.sign(canonical(body).encode()).hex()
        begun = "\n" if end and not end.endswith(b"\n") else ""
        _append(file, f"{begun}{canonical(body | {'signature': signature})}\n".encode())
    return True


def _append(file: FileIO, line: bytes) -> None:
    """Write to the end, safe on the disk, all or nothing: half a line would be a problem of the log for good."""
    before_bytes = file.seek(0, os.SEEK_END)
    try:
        while line:
            line = line[file.write(line) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(before_bytes)
        raise


def check_anchor(
    connection: sa.Connection, anchor: Path | Checkpoints, *, public_key: Ed25519PublicKey
) -> AnchorVerdict:
    """Hold every checkpoint against its signature, the one before it and the log."""
    read = anchor if isinstance(anchor, Checkpoints) else read_checkpoints(anchor)
    if not read.lines:
        written = any(sequence for sequence, _ in heads(connection).values())
        lacks = "no file of checkpoints" if read.lines is None else "no checkpoint in"
        problem = f"There is {lacks} {read.path}: a rewriting of the whole log could not be seen."
        return AnchorVerdict(checkpoints=0, problems=(problem,) if written else ())
    previous = FIRST
    problems: list[str] = []
    for number, line in enumerate(read.lines, start=1):
        problems.extend(
            f"checkpoint {number}: {what}" for what in _wrong(connection, line, previous, public_key)
        )
        previous = digest_of(line)
    return AnchorVerdict(checkpoints=len(read.lines), problems=tuple(problems))


def _last_line(file: FileIO) -> bytes:
    """The end of the file from the beginning of its last line on: a server that runs for years has a long file."""
    at, end = file.seek(0, os.SEEK_END), b""
    while at and b"\n" not in end[:-1]:
        size = min(at, END_BYTES)
        at = file.seek(at - size)
        end = file.read(size) + end
    return end[end.rfind(b"\n", 0, -1) + 1 :]


def _decoded(content: bytes) -> str:
    """What the file of checkpoints holds; bytes of a crash that are no text spoil their own line only."""
    return content.decode(errors="replace")


def _heads_of(line: str) -> Any:
    """The state that a checkpoint names; None when the line is no checkpoint."""
    try:
        return json.loads(line)["heads"]
    except (ValueError, KeyError, TypeError):
        return None


def _wrong(
    connection: sa.Connection, line: str, previous: str, public_key: Ed25519PublicKey
) -> Iterator[str]:
    body = _signed_body(line, public_key)
    if body is None:
        yield "its signature does not fit; the line was changed or torn."
        return
    if body["previous"] != previous:
        yield "it does not follow the one before it; a line was taken away, added or moved."
    for lane, (sequence, seal) in body["heads"].items():
        if seal_at(connection, lane=int(lane), sequence=sequence) != seal:
            yield f"the log's row {sequence} of lane {lane} is not the one that was there at {body['at']}."


def _signed_body(line: str, public_key: Ed25519PublicKey) -> dict[str, Any] | None:
    try:
        body = json.loads(line)
        signature = bytes.fromhex(body.pop("signature"))
        public_key.verify(signature, canonical(body).encode())
    except (ValueError, KeyError, AttributeError, TypeError, InvalidSignature):
        return None
    return body
