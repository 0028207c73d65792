"""Files without a name for what does not fit in memory: encrypted under a key that ends with the process."""

import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PIECE_BYTES = 1 << 20


class Spool(io.RawIOBase):
    """Written once, then read: a patient's data never lies readable on the server's disk, not after a crash either."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - ``close`` closes it
        self._cipher = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16)))
        self._encryptor = self._cipher.encryptor()
        self._size_bytes = 0

    def writable(self) -> bool:
        """Yes: that is what it is for."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size_bytes

    def write(self, data: Any, /) -> int:
        """Append bytes."""
        self._file.write(self._encryptor.update(data))
        written = memoryview(data).nbytes
        self._size_bytes += written
        return written

    def pieces(self) -> Iterator[bytes]:
        """All that was written, in pieces of 1 MiB; nothing is written any more after this."""
        self._file.seek(0)
        decryptor = self._cipher.decryptor()
        while piece := self._file.read(PIECE_BYTES):
            yield decryptor.update(piece)

    def close(self) -> None:
        """Give the disk its room back."""
        self._file.close()
        super().close()


class Spools:
    """The spools of one export, by the name of the file that each becomes; ``stack`` closes them."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self._by_name: dict[str, Spool] = {}

    def of(self, name: str) -> Spool:
        """The spool of that name; a new one the first time."""
        if name not in self._by_name:
            self._by_name[name] = self._stack.enter_context(Spool(self._folder))
        return self._by_name[name]

    def add_line(self, name: str, value: dict[str, Any]) -> None:
        """One JSON object on a line of its own."""
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self.of(name).write(f"{text}\n".encode())

    def by_name(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Name and content of each, in the order of the names."""
        return ((name, self._by_name[name].pieces()) for name in sorted(self._by_name))
