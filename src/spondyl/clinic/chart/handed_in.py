"""Where writers who wait in line for the embedded file hand in what another may write for them.

A small file beside the database. Each message in it is encrypted and authenticated with a key made from the clinic's
secret, as the database is. It holds nothing that must outlast a process:

* a request counts only as long as the process that handed it in waits for it, which a lock of its own tells: nothing
  is written for somebody who is gone;
* requests are read and answered by whoever has the writers' turn, and an answer is looked for by whoever has it:
  never at the same time.
"""

import fcntl
import os
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLACES, PLACE_BYTES, ANSWER_BYTES = 16, 4096, 128
KEY_DIGITS = 32
_LENGTH, _NUMBER = struct.Struct("<H"), struct.Struct("<Q")
_NONCE_BYTES, _TAG_BYTES = 12, 16
MOST_BYTES = PLACE_BYTES - ANSWER_BYTES - _LENGTH.size - _NONCE_BYTES - _TAG_BYTES - KEY_DIGITS
_LOCK = struct.Struct("@hhqqi4x")  # struct flock
_REQUEST, _ANSWER = b"request", b"answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody waits for: its key is 32 random hexadecimal digits."""

    place: int
    key: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """The place of one who waits; ``answer`` is for whoever has the turn."""

    desk: "Desk"
    descriptor: int
    place: int
    key: str

    def answer(self) -> int | None:
        """The number of the commit that holds what was asked for; None when nobody said so."""
        found = os.pread(self.descriptor, ANSWER_BYTES, _answer_at(self.place))
        told = self.desk.opened(found[: _NONCE_BYTES + KEY_DIGITS + _NUMBER.size + _TAG_BYTES], _ANSWER)
        if told is None or told[:KEY_DIGITS] != self.key.encode():
            return None
        return int(_NUMBER.unpack(told[KEY_DIGITS:])[0])


class Desk:
    """The file of one database's requests."""

    def __init__(self, database: Path, key: bytes) -> None:
        self._path = database.with_name(database.name + ".line")
        self._cipher = AESGCM(key)

    @contextmanager
    def handed_in(self, key: str, body: bytes) -> Generator[OwnPlace | None]:
        """Hand in a request and take it back at the end; None when it is too long or every place is taken."""
        if len(body) > MOST_BYTES:
            yield None
            return
        # Opened anew each time: the locks belong to the opening, and end with it or with the process.
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            place = _free_place(descriptor)
            if place is None:
                yield None
                return
            _lock(descriptor, _life(key))
            sealed = self._sealed(key.encode() + body, _REQUEST)
            os.pwrite(descriptor, _LENGTH.pack(len(sealed)) + sealed, place * PLACE_BYTES)
            try:
                yield OwnPlace(desk=self, descriptor=descriptor, place=place, key=key)
            finally:
                os.pwrite(descriptor, _LENGTH.pack(0), place * PLACE_BYTES)
        finally:
            os.close(descriptor)

    def requests(self) -> list[Request]:
        """What others wait for now; only whoever has the writers' turn may ask."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return []
        try:
            return [one for one in self._all(descriptor) if _is_locked(descriptor, _life(one.key))]
        finally:
            os.close(descriptor)

    def answer(self, requests: list[Request], number: int) -> None:
        """Tell them that the commit of this number holds what they wait for; call it with the turn, after it."""
        if not requests:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            for one in requests:
                told = self._sealed(one.key.encode() + _NUMBER.pack(number), _ANSWER)
                os.pwrite(descriptor, told, _answer_at(one.place))
        finally:
            os.close(descriptor)

    def opened(self, sealed: bytes, what: bytes) -> bytes | None:
        """The text of a message; None for what was not sealed with this clinic's key, or not yet written whole."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], what)
        except (InvalidTag, ValueError):
            return None

    def _sealed(self, text: bytes, what: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, what)

    def _all(self, descriptor: int) -> Iterator[Request]:
        content = os.pread(descriptor, PLACES * PLACE_BYTES, 0)
        for place in range(len(content) // PLACE_BYTES + 1):
            begin = place * PLACE_BYTES + _LENGTH.size
            length = int.from_bytes(content[begin - _LENGTH.size : begin], "little")
            text = self.opened(content[begin : begin + length], _REQUEST) if length else None
            if text is not None:
                yield Request(place=place, key=text[:KEY_DIGITS].decode(), body=text[KEY_DIGITS:])


def _answer_at(place: int) -> int:
    return (place + 1) * PLACE_BYTES - ANSWER_BYTES


def _life(key: str) -> int:
    """The byte, far behind the file's end, that is locked as long as somebody waits for this key."""
    return (1 << 61) + int(key[:15], 16)


def _free_place(descriptor: int) -> int | None:
    return next((place for place in range(PLACES) if _lock(descriptor, place)), None)


def _lock(descriptor: int, byte: int) -> bool:
    wanted = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
    except BlockingIOError:
        return False
    return True


def _is_locked(descriptor: int, byte: int) -> bool:
    asked = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
    return _LOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, asked))[0] != fcntl.F_UNLCK
