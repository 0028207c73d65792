"""An instrument behind a TCP address."""

import select
import socket
import time

from spondyl.instrument.drivers.link import Link
from spondyl.instrument.instrument import NoReplyError
from spondyl.instrument.timeouts import SAFE_STATE


class TcpLink(Link):
    """A TCP connection; ``host`` and ``port`` as in ``tcp://host:port``."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket = self._connect()

    def send(self, data: bytes) -> None:
        """Send all bytes within the socket's timeout."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise NoReplyError(f"The link to {self._where} broke ({error}). Connect again.") from error

    def receive(self, timeout_us: int) -> bytes:
        """Bytes as soon as there are any."""
        try:
            ready, _, _ = select.select([self._socket], [], [], timeout_us * 1e-6)
            data = self._socket.recv(65536) if ready else b""
        except (OSError, ValueError) as error:
            raise NoReplyError(f"The link to {self._where} broke ({error}). Connect again.") from error
        if ready and not data:
            raise NoReplyError(f"{self._where} closed the link. Connect again.")
        return data

    def clock_us(self) -> int:
        """The machine's monotonic clock."""
        return time.monotonic_ns() // 1000

    def wait(self, duration_us: int) -> None:
        """Sleep."""
        time.sleep(duration_us * 1e-6)

    def reopen(self) -> None:
        """Connect anew."""
        self._socket.close()
        self._socket = self._connect()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    @property
    def _where(self) -> str:
        return f"tcp://{self._address[0]}:{self._address[1]}"

    def _connect(self) -> socket.socket:
        try:
            made = socket.create_connection(self._address, timeout=SAFE_STATE.limit_us * 1e-6)
        except OSError as error:
            raise NoReplyError(
                f"Nothing answers at {self._where} ({error}). Is the instrument on and the address right?"
            ) from error
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
