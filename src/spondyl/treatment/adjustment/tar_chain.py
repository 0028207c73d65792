"""A file that only grows: a tar whose JSON members each name the SHA-256 of all bytes before them."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BLOCK = 512
CLOSING = bytes(2 * BLOCK)
"""Two empty blocks end a tar; nothing may come after them."""


class RecordError(ValueError):
    """The bytes are not a session record, or not one any more."""


class Chain:
    """Makes the bytes of member after member."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of all bytes so far."""
        return self._digest.hexdigest()

    def raw(self, name: str, content: bytes) -> bytes:
        """A member with content as it is."""
        made = _member(name, content)
        self._digest.update(made)
        return made

    def json(self, name: str, value: dict[str, Any]) -> bytes:
        """A JSON member, chained to what is before it."""
        return self.raw(name, json_bytes({"before": self.digest, **value}))

    def close(self) -> bytes:
        """The end of the tar."""
        self._digest.update(CLOSING)
        return CLOSING


def json_bytes(value: dict[str, Any]) -> bytes:
    """One line of JSON, the same bytes for the same value."""
    return (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _member(name: str, content: bytes) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info.tobuf(format=tarfile.USTAR_FORMAT) + content + bytes(-len(content) % BLOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member as it lies in the file, from byte ``start`` to ``end``."""

    name: str
    content: bytes
    start: int
    end: int

    def json(self) -> dict[str, Any]:
        """The JSON object inside."""
        try:
            value = json.loads(self.content)
        except ValueError as error:
            raise RecordError(f"{self.name} (byte {self.start}) is not JSON any more: {error}.") from error
        if not isinstance(value, dict):
            raise RecordError(f"{self.name} (byte {self.start}) holds no JSON object.")
        return value


def members(data: bytes) -> Iterator[Member]:
    """The whole members in order; ends at the closing blocks or at a member that was never finished."""
    at = 0
    while at + BLOCK <= len(data) and data[at : at + BLOCK] != bytes(BLOCK):
        try:
            info = tarfile.TarInfo.frombuf(data[at : at + BLOCK], "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise RecordError(f"Byte {at}: the header of a member is damaged ({error}).") from error
        if info.size < 0:
            raise RecordError(
                f"Byte {at}: the header of a member is damaged (its size is {info.size} bytes)."
            )
        end = at + BLOCK + info.size + -info.size % BLOCK
        if end > len(data):
            return
        yield Member(name=info.name, content=data[at + BLOCK : at + BLOCK + info.size], start=at, end=end)
        at = end


def verify_chain(data: bytes) -> tuple[Member, ...]:
    """The members, when every byte before the last is vouched for; raises :class:`RecordError` with the place."""
    found = tuple(members(data))
    digest, fed = hashlib.sha256(), 0
    for member in found:
        if not member.name.endswith(".json"):
            continue
        digest.update(data[fed : member.start])
        fed = member.start
        if member.json().get("before") != digest.hexdigest():
            raise RecordError(f"A byte before {member.name} (byte {member.start}) is not what was recorded.")
    return found
