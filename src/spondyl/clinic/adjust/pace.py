"""Slow a simulator in virtual time down to the speed of a clock, so that it can be watched."""

import time
from collections.abc import Callable

LATE_S = 0.25
"""After a longer pause (a fit) the clocks are held together anew, rather than the simulator being hurried."""


class Pace:
    """``passed`` is told of every piece of virtual time and sleeps for what is left of it."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._due = clock()

    def passed(self, duration_us: int) -> None:
        """Sleep until the clock is where the simulator is."""
        now = self._clock()
        if now - self._due > LATE_S:
            self._due = now
        self._due += duration_us * 1e-6
        if self._due > now:
            self._sleep(self._due - now)
