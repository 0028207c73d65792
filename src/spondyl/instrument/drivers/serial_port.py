"""An instrument behind a serial port, with the standard library alone (POSIX): raw bytes, 8N1, no flow control."""

import fcntl
import os
import select
import termios
import time
import tty

from spondyl.instrument.drivers.link import Link
from spondyl.instrument.instrument import NoReplyError


class SerialLink(Link):
    """A serial device such as ``/dev/ttyACM0`` at 921600 baud.

    One program has it at a time: two would answer for each other. A port that could not be opened again is none: its
    number belongs to whatever file the process opens next.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._port: int | None = self._open()

    def send(self, data: bytes) -> None:
        """Send all bytes, at most two seconds."""
        end = time.monotonic() + 2.0
        while data:
            data = data[self._write(data, end - time.monotonic()) :]

    def receive(self, timeout_us: int) -> bytes:
        """Bytes as soon as there are any."""
        port = self._opened()
        try:
            ready, _, _ = select.select([port], [], [], timeout_us * 1e-6)
            return os.read(port, 65536) if ready else b""
        except (OSError, ValueError) as error:
            raise self._broken(error) from error

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
        """Close the port; one that is closed already stays so."""
        port, self._port = self._port, None
        if port is not None:
            os.close(port)

    def _write(self, data: bytes, timeout_s: float) -> int:
        """How many bytes were taken."""
        port = self._opened()
        try:
            _, ready, _ = select.select([], [port], [], max(0.0, timeout_s))
            taken = os.write(port, data) if ready else 0
        except (OSError, ValueError) as error:
            raise self._broken(error) from error
        if not ready:
            raise NoReplyError(f"{self._path} takes no more bytes. Check the cable; connect again.")
        return taken

    def _opened(self) -> int:
        if self._port is None:
            raise NoReplyError(f"{self._path} is not open. Check the cable; connect again.")
        return self._port

    def _broken(self, error: Exception) -> NoReplyError:
        return NoReplyError(f"{self._path} broke ({error}). Check the cable; connect again.")

    def _open(self) -> int:
        try:
            port = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                fcntl.flock(port, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _set_up(port)
            except (OSError, termios.error):
                os.close(port)
                raise
        except BlockingIOError as error:
            raise NoReplyError(
                f"{self._path} is in use: another program speaks to this instrument. End that one first."
            ) from error
        except (OSError, termios.error) as error:
            raise NoReplyError(
                f"{self._path} cannot be opened as a serial port ({error}). Check the path and your rights."
            ) from error
        return port


def _set_up(port: int) -> None:
    tty.setraw(port)
    settings = termios.tcgetattr(port)
    settings[4] = settings[5] = termios.B921600
    termios.tcsetattr(port, termios.TCSANOW, settings)
