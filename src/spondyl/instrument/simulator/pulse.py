"""One pulse under way and what is measured of it."""

from spondyl.instrument.simulator.clamps import Token

RECORD_US = 40_000
"""Pulse and ringing are recorded for this long."""


class Recording:
    """A point every 100 µs from the start of the pulse to its end; ``peak_n`` is the commanded peak after clamping."""

    def __init__(self, *, token: Token, start_us: int, peak_n: float, preload_n: float) -> None:
        self.token = token
        self.start_us = start_us
        self.peak_n = peak_n
        self.preload_n = preload_n
        self.points: list[tuple[float, float]] = []
        self.has_ended = False
        self.completed = False

    def append(self, force_n: float, acceleration_m_s2: float) -> None:
        """One more point."""
        self.points.append((force_n, acceleration_m_s2))

    def end(self, *, completed: bool) -> None:
        """No point comes after this."""
        self.has_ended = True
        self.completed = completed
