"""A network between a browser and a server that a test breaks and mends: what playwright calls offline leaves the
connections that are open alive."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

HERE = "127.0.0.1"
LOOK_S = 0.05


class Network:
    """Hands every byte on, each connection in a thread of its own, until :meth:`cut` or :meth:`freeze`."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._listener = socket.create_server((HERE, 0))
        self._is_over = threading.Event()
        self._is_cut = threading.Event()
        self._frozen_address: bytes | None = None
        self._life = self._new_life()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the browser goes instead of to the server."""
        return f"http://{HERE}:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection, and take no new one until :meth:`mend`."""
        self._is_cut.set()
        self._life["cut"].set()

    def freeze(self) -> None:
        """Nothing more passes over the connections of now, and neither side is told; no new one until :meth:`mend`."""
        self._is_cut.set()
        self._life["frozen"].set()

    def freeze_only(self, address: bytes) -> None:
        """Nothing more passes over the connections of now that asked for this address; the others work on."""
        self._frozen_address = address

    def mend(self) -> None:
        """New connections work again."""
        self._life = self._new_life()
        self._is_cut.clear()

    def close(self) -> None:
        """The end of the test."""
        self._is_over.set()
        self.cut()
        self._listener.close()

    def _new_life(self) -> dict[str, threading.Event]:
        return {"cut": threading.Event(), "frozen": threading.Event()}

    def _serve(self) -> None:
        with suppress(OSError):
            while not self._is_over.is_set():
                browser, _ = self._listener.accept()
                if self._is_cut.is_set():
                    browser.close()
                    continue
                threading.Thread(target=self._carry, args=(browser, self._life), daemon=True).start()

    def _carry(self, browser: socket.socket, life: dict[str, threading.Event]) -> None:
        where = urlsplit(self.server)
        with browser, suppress(OSError), socket.create_connection((where.hostname, where.port)) as server:
            peer, asked = {browser: server, server: browser}, b""
            while not (life["cut"].is_set() or self._is_over.is_set()):
                if life["frozen"].is_set() or (self._frozen_address and self._frozen_address in asked):
                    self._is_over.wait()
                    return
                for one in select.select([browser, server], [], [], LOOK_S)[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    if one is browser:
                        asked = data[:200]
                    peer[one].sendall(data)


@contextmanager
def network(server: str) -> Iterator[Network]:
    """A network that works, before that server."""
    made = Network(server)
    try:
        yield made
    finally:
        made.close()
