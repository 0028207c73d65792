"""What an export is made of, and its manifest: the SHA-256 and the size of every file, and how many there are."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

NAME = "manifest.json"
FORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an export: its name in it, and its content in pieces, which can be taken once."""

    name: str
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A file that should be in the export and that the clinic no longer has whole, and why."""

    name: str
    why: str


class ManifestDraft:
    """Counts what passes through ``following``; after the last member its numbers say what was written."""

    def __init__(self, *, as_of: date) -> None:
        self.as_of = as_of
        self.size_bytes = 0
        self.sha256 = ""
        """Of the manifest itself, once it was written: what the audit log keeps."""
        self._digests: dict[str, str] = {}
        self._sizes_bytes: dict[str, int] = {}
        self._missing: dict[str, str] = {}

    @property
    def files(self) -> int:
        """How many files were listed."""
        return len(self._digests)

    @property
    def missing(self) -> int:
        """How many files could not be taken along."""
        return len(self._missing)

    def following(self, entries: Iterable[Member | Lost]) -> Iterator[Member]:
        """Each member, counted while its pieces are taken, all of them before the next member; the manifest last."""
        for entry in entries:
            if isinstance(entry, Lost):
                self._missing[entry.name] = entry.why
            else:
                yield Member(name=entry.name, pieces=self._counted(entry))
        content = json_bytes(self._body())
        self.sha256 = hashlib.sha256(content).hexdigest()
        yield Member(name=NAME, pieces=[content])

    def _counted(self, member: Member) -> Iterator[bytes]:
        if member.name in self._digests:
            raise ValueError(f"Two files of an export have the name {member.name!r}.")
        digest, size_bytes = hashlib.sha256(), 0
        for piece in member.pieces:
            digest.update(piece)
            size_bytes += len(piece)
            yield piece
        self._digests[member.name] = digest.hexdigest()
        self._sizes_bytes[member.name] = size_bytes
        self.size_bytes += size_bytes

    def _body(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "as_of": self.as_of.isoformat(),
            "files": self.files,
            "total_bytes": self.size_bytes,
            "sha256": self._digests,
            "size_bytes": self._sizes_bytes,
            "missing": self._missing,
        }


def json_bytes(value: Any) -> bytes:
    """JSON for people: indented, sorted, UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
