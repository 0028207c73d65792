"""The simulator over TCP on the loopback, in real time. Who says HELLO first commands; others can only stop.

A host that has been silent for longer than the link watchdog has lost its command: the next HELLO is heard, even when
the old connection was never closed (a pulled cable, a machine that died).
"""

import selectors
import socket
import time
from collections.abc import Callable

from spondyl.instrument.protocol import FrameReader, Kind
from spondyl.instrument.simulator.wire import Wire
from spondyl.instrument.timeouts import LINK_WATCHDOG

POLL_S = 0.001
MOST_LATE_US = 100_000
"""A simulator that the machine held up for longer makes up for this much and loses the rest: better slow than mute, for
a host waits for an answer no longer than the reply timeout."""


def serve(wire: Wire, *, port: int, announce: Callable[[str], None]) -> None:
    """Listen, say where, and serve without end."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        announce(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        _Server(wire, listener).run()


class _Server:
    def __init__(self, wire: Wire, listener: socket.socket) -> None:
        self._wire = wire
        self._listener = listener
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._host: socket.socket | None = None
        self._heard_s = 0.0
        self._readers: dict[socket.socket, FrameReader] = {}
        self._started = time.monotonic_ns() // 1000 - wire.firmware.now_us

    def run(self) -> None:
        while True:
            ready = [key.fileobj for key, _ in self._selector.select(POLL_S)]
            # Who commands is heard first: nobody takes over from a host whose word is already here.
            for one in sorted(ready, key=lambda one: one is not self._host):
                self._serve_one(one)
            self._catch_up()

    def _catch_up(self) -> None:
        late_us = time.monotonic_ns() // 1000 - self._started - self._wire.firmware.now_us
        lost_us = max(0, late_us - MOST_LATE_US)
        self._started += lost_us
        if late_us > 0:
            self._wire.firmware.advance(late_us - lost_us)

    def _serve_one(self, ready: object) -> None:
        if ready is self._listener:
            self._accept()
        elif isinstance(ready, socket.socket):
            self._read(ready)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection, selectors.EVENT_READ)
        self._readers[connection] = FrameReader()

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
        elif connection is self._host:
            self._heard_s = time.monotonic()
            self._catch_up()
            self._reply(connection, self._wire.receive(data))
        else:
            self._bystander(connection, data)

    def _bystander(self, connection: socket.socket, data: bytes) -> None:
        has_stop, frames = self._readers[connection].feed(data)
        if any(frame.kind is Kind.HELLO for frame in frames) and self._is_free():
            self._host, self._heard_s = connection, time.monotonic()
            # With all that came before: a stop or a HELLO may be cut in two.
            self._wire.connected(self._readers[connection])
            self._reply(connection, self._wire.obey(frames, has_stop=has_stop))
        elif has_stop or any(frame.kind is Kind.STOP for frame in frames):
            self._reply(connection, self._wire.stopped_by_another(frames))

    def _is_free(self) -> bool:
        """Whether nobody commands any more; a host that fell silent is let go."""
        if self._host is not None and time.monotonic() - self._heard_s > LINK_WATCHDOG.limit_us * 1e-6:
            self._drop(self._host)
        return self._host is None

    def _reply(self, connection: socket.socket, data: bytes) -> None:
        try:
            connection.setblocking(True)
            connection.settimeout(0.05)
            connection.sendall(data)
            connection.setblocking(False)
        except OSError:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()
        self._readers.pop(connection, None)
        if connection is self._host:
            self._host = None
            self._wire.lost()
