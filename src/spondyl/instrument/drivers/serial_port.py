"""An instrument behind a serial port, with the standard library alone (POSIX): raw bytes, 8N1, no flow control."""

import os
import select
import termios
import time
import tty

from spondyl.instrument.drivers.link import Link
from spondyl.instrument.instrument import NoReplyError


class SerialLink(Link):
    """A serial device such as ``/dev/ttyACM0`` at 921600 baud."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._port = self._open()

    def send(self, data: bytes) -> None:
        """Send all bytes, at most two seconds."""
        end = time.monotonic() + 2.0
        while data:
            _, ready, _ = select.select([], [self._port], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise NoReplyError(f"{self._path} takes no more bytes. Check the cable; connect again.")
            data = data[self._write(data) :]

    def receive(self, timeout_us: int) -> bytes:
        """Bytes as soon as there are any."""
        ready, _, _ = select.select([self._port], [], [], timeout_us * 1e-6)
        if not ready:
            return b""
        try:
            return os.read(self._port, 65536)
        except OSError as error:
            raise NoReplyError(f"{self._path} broke ({error}). Check the cable; connect again.") from error

    def clock_us(self) -> int:
        """The machine's monotonic clock."""
        return time.monotonic_ns() // 1000

    def wait(self, duration_us: int) -> None:
        """Sleep."""
        time.sleep(duration_us * 1e-6)

    def reopen(self) -> None:
        """Open the port anew."""
        self.close()
        self._port = self._open()

    def close(self) -> None:
        """Close the port."""
        os.close(self._port)

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._port, data)
        except OSError as error:
            raise NoReplyError(f"{self._path} broke ({error}). Check the cable; connect again.") from error

    def _open(self) -> int:
        try:
            port = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(port)
            settings = termios.tcgetattr(port)
            settings[4] = settings[5] = termios.B921600
            termios.tcsetattr(port, termios.TCSANOW, settings)
        except (OSError, termios.error) as error:
            raise NoReplyError(
                f"{self._path} cannot be opened as a serial port ({error}). Check the path and your rights."
            ) from error
        return port
