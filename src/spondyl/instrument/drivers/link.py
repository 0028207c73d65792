"""What carries the bytes between driver and instrument."""

from abc import ABC, abstractmethod


class Link(ABC):
    """Bytes both ways with a clock. Every wait has a timeout; a link that broke raises :class:`NoReplyError`."""

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Send all bytes."""

    @abstractmethod
    def receive(self, timeout_us: int) -> bytes:
        """Bytes as soon as there are any; none when the time is over."""

    @abstractmethod
    def clock_us(self) -> int:
        """The host's clock; only differences mean something."""

    @abstractmethod
    def wait(self, duration_us: int) -> None:
        """Let time pass."""

    @abstractmethod
    def reopen(self) -> None:
        """Make the link anew after it broke; nothing that was under way is kept."""

    @abstractmethod
    def close(self) -> None:
        """Let go."""
