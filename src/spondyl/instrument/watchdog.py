"""The measurement watchdog: only valid measurements feed it. Part of the safety kernel; firmware runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from spondyl.instrument.caps import SENSOR_RANGE_N
from spondyl.instrument.timeouts import MEASUREMENT_WATCHDOG

FLAT_SAMPLES = 8
"""This many equal readings in a row are a stuck sensor: real ones carry noise of several counts."""

STEADY_NOISE_N = 3.0
"""Most spread (greatest less least) of that many readings at rest. Engineering placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """When the last valid measurement was taken."""

    fed_us: int

    def fed(self, now_us: int, is_valid: bool) -> "Watchdog":
        """The watchdog after one measurement; an invalid one does not feed it."""
        return Watchdog(fed_us=now_us) if is_valid else self

    def has_expired(self, now_us: int) -> bool:
        """No valid measurement within the watchdog's time, or none that can be told: the clock went back."""
        return not 0 <= now_us - self.fed_us <= MEASUREMENT_WATCHDOG.limit_us


def is_valid_run(newest_n: Sequence[float], *, at_rest: bool) -> bool:
    """Whether a run of the newest readings, newest last, can be trusted: in range, alive and, at rest, quiet.

    A run shorter than FLAT_SAMPLES is not yet valid: after a pause the sensor must first show that it lives.
    """
    run = newest_n[-FLAT_SAMPLES:]
    # A sum is finite only when every reading is; finite readings whose sum is not are out of range as well.
    if len(run) < FLAT_SAMPLES or not isfinite(sum(run)):
        return False
    most_n, least_n = max(run), min(run)
    in_range = max(most_n, -least_n) < SENSOR_RANGE_N
    spread_n = most_n - least_n
    return in_range and spread_n > 0.0 and (spread_n <= STEADY_NOISE_N or not at_rest)
