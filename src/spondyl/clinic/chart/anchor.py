"""Checkpoints of the audit log in a second place.

Who holds database and key could write a whole new log. A checkpoint says, with a signature, how far each lane had come
and with which seal; kept on another machine it shows such a rewriting. The public key alone checks the signatures.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from spondyl.clinic.chart.audit import heads, seals_at
from spondyl.clinic.chart.canonical_json import canonical, digest_of
from spondyl.clinic.chart.engine import now_of

FIRST = "0" * 64
AT_ONCE = 500
"""Of so many checkpoints the log's seals are asked for together."""
END_BYTES = 1 << 16
"""So much of the file is read to find its last line; a line has some hundred bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorVerdict:
    """How many checkpoints were checked, and what is wrong."""

    checkpoints: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """A file of checkpoints as far as it had come; ``size_bytes`` None when there was no file."""

    path: Path
    size_bytes: int | None

    def lines(self) -> Iterator[str]:
        """Its lines, one after the other: a server that runs for years has a long file."""
        if self.size_bytes is None:
            return
        left = self.size_bytes
        with self.path.open("rb") as file:
            while left and (line := file.readline(left)):
                left -= len(line)
                yield from _decoded(line).splitlines()


def checkpoints_so_far(path: Path) -> Checkpoints:
    """What the file holds now. While the clinic runs, ask before the transaction that it is held against begins: the
    log as that sees it has then come at least as far."""
    return Checkpoints(path=path, size_bytes=path.stat().st_size if path.is_file() else None)


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
    connection: sa.Connection,
    anchor: Path | Checkpoints,
    *,
    public_key: Ed25519PublicKey,
    watch: Callable[[int], None] = lambda _: None,
) -> AnchorVerdict:
    """Hold every checkpoint against its signature, the one before it and the log.

    ``watch`` hears now and then how many were held.
    """
    so_far = anchor if isinstance(anchor, Checkpoints) else checkpoints_so_far(anchor)
    lines, held, previous = so_far.lines(), 0, FIRST
    problems: list[str] = []
    while some := tuple(islice(lines, AT_ONCE)):
        bodies = [_signed_body(line, public_key) for line in some]
        seals = _seals_of(connection, bodies)
        for line, body in zip(some, bodies, strict=True):
            held += 1
            problems.extend(f"checkpoint {held}: {what}" for what in _wrong(body, previous, seals))
            previous = digest_of(line)
        watch(held)
    if not held and any(sequence for sequence, _ in heads(connection).values()):
        lacks = "no file of checkpoints" if so_far.size_bytes is None else "no checkpoint in"
        problems.append(f"There is {lacks} {so_far.path}: a rewriting of the whole log could not be seen.")
    return AnchorVerdict(checkpoints=held, problems=tuple(problems))


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


def _seals_of(
    connection: sa.Connection, bodies: Iterable[dict[str, Any] | None]
) -> dict[int, dict[int, str]]:
    """The log's seals, by lane and row, of all the rows that these checkpoints name."""
    wanted: dict[int, set[int]] = {}
    for body in bodies:
        for lane, (sequence, _) in (body["heads"] if body else {}).items():
            wanted.setdefault(int(lane), set()).add(sequence)
    return {lane: seals_at(connection, lane=lane, sequences=rows) for lane, rows in wanted.items()}


def _wrong(
    body: dict[str, Any] | None, previous: str, seals: Mapping[int, Mapping[int, str]]
) -> Iterator[str]:
    if body is None:
        yield "its signature does not fit; the line was changed or torn."
        return
    if body["previous"] != previous:
        yield "it does not follow the one before it; a line was taken away, added or moved."
    for lane, (sequence, seal) in body["heads"].items():
        if seals[int(lane)].get(sequence) != seal:
            yield f"the log's row {sequence} of lane {lane} is not the one that was there at {body['at']}."


def _signed_body(line: str, public_key: Ed25519PublicKey) -> dict[str, Any] | None:
    try:
        body = json.loads(line)
        signature = bytes.fromhex(body.pop("signature"))
        public_key.verify(signature, canonical(body).encode())
    except (ValueError, KeyError, AttributeError, TypeError, InvalidSignature):
        return None
    return body
