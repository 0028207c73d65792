"""The simulator in this process, in virtual time: fast, exact, for tests and dry runs."""

from collections.abc import Callable

from spondyl.instrument.drivers.link import Link
from spondyl.instrument.simulator.wire import Wire

Meddle = Callable[[bytes], list[bytes]]
"""What happens to bytes on their way: lost, repeated, reordered, corrupted. One list entry for each arrival."""


def _untouched(data: bytes) -> list[bytes]:
    return [data]


class InProcessLink(Link):
    """Time passes only while the driver waits; ``to_instrument`` and ``to_host`` may harm what is carried."""

    def __init__(
        self, wire: Wire, *, to_instrument: Meddle = _untouched, to_host: Meddle = _untouched
    ) -> None:
        self._wire = wire
        self._to_instrument = to_instrument
        self._to_host = to_host
        self._inbox = b""

    def send(self, data: bytes) -> None:
        """Deliver at once; replies wait in the inbox."""
        for arrival in self._to_instrument(data):
            for reply in self._to_host(self._wire.receive(arrival)):
                self._inbox += reply

    def receive(self, timeout_us: int) -> bytes:
        """What is in the inbox, or nothing after the time has passed."""
        if not self._inbox:
            self.wait(timeout_us)
        data, self._inbox = self._inbox, b""
        return data

    def clock_us(self) -> int:
        """The virtual clock."""
        return self._wire.firmware.now_us

    def wait(self, duration_us: int) -> None:
        """Let virtual time pass."""
        self._wire.firmware.advance(duration_us)

    def reopen(self) -> None:
        """A new link to the same simulator."""
        self._inbox = b""
        self._wire.lost()
        self._wire.connected()

    def close(self) -> None:
        """The simulator sees the link go."""
        self._wire.lost()
