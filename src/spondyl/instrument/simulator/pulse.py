"""One pulse under way and what is measured of it."""

from math import isfinite

from spondyl.instrument.simulator.clamps import Token
from spondyl.instrument.simulator.governor import Governor

RECORD_US = 40_000
"""Pulse and ringing are recorded for this long."""


class Recording:
    """A point every 100 µs from the start of the pulse to its end; ``peak_n`` is the commanded peak after clamping."""

    def __init__(
        self, *, token: Token, start_us: int, peak_n: float, preload_n: float, limit_n: float, is_known: bool
    ) -> None:
        self.token = token
        self.start_us = start_us
        self.peak_n = peak_n
        self.preload_n = preload_n
        self.governor = Governor(preload_n=preload_n, limit_n=limit_n, is_known=is_known)
        self.points: list[tuple[float, float]] = []
        self.has_ended = False
        self.completed = False
        self.was_blind = False
        """Whether a point was not measured: no number, which the governor never gets rid of, or the reading before it
        again, for a sensor that is alive is never so still."""

    def append(self, force_n: float, acceleration_m_s2: float) -> None:
        """One more point."""
        is_repeated = bool(self.points) and force_n == self.points[-1][0]
        self.was_blind |= is_repeated or not (isfinite(force_n) and isfinite(acceleration_m_s2))
        self.points.append((force_n, acceleration_m_s2))
        self.governor.feed(force_n, acceleration_m_s2)

    @property
    def gain(self) -> float:
        """Greatest force above the preload for each newton commanded."""
        return (max(force_n for force_n, _ in self.points) - self.preload_n) / self.peak_n

    def end(self, *, completed: bool) -> None:
        """No point comes after this."""
        self.has_ended = True
        self.completed = completed
