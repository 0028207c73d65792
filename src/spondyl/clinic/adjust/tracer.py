"""From the instrument's measurements to blocks of eight channels, one sample every millisecond."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spondyl.clinic.adjust.feed import CHANNELS, Feed
from spondyl.instrument import Sample, Waveform

STEP_US = 1_000
FORCE, ACCELERATION = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What does not change from sample to sample: forces in N (preload, cap, pulse commanded), impulses in N·s."""

    preload_n: float = 0.0
    cap_n: float = 0.0
    commanded_n: float = 0.0
    segment_impulse_ns: float = 0.0
    impulse_ns: float = 0.0
    pulses: int = 0

    def column(self) -> NDArray[np.float32]:
        """The last six channels."""
        numbers = (self.preload_n, self.cap_n, self.commanded_n, self.segment_impulse_ns, self.impulse_ns)
        return np.array([*numbers, self.pulses], dtype=np.float32)


class Tracer:
    """Puts every measurement into a feed once, in the order of the instrument's clock."""

    def __init__(self, feed: Feed) -> None:
        self.level = Level()
        self._feed = feed
        self._newest_ms = -1

    def samples(self, samples: tuple[Sample, ...]) -> None:
        """The newest measurements between pulses; those already put in are left out."""
        fresh = {one.time_us // STEP_US: one.force_n for one in samples}
        fresh = {ms: force_n for ms, force_n in fresh.items() if ms > self._newest_ms}
        if not fresh:
            return
        first, last = min(fresh), max(fresh)
        values = self._block(last - first + 1)
        for ms, force_n in fresh.items():
            values[FORCE, ms - first] = force_n
            values[ACCELERATION, ms - first] = 0.0
        self._put(first, values)

    def pulse(self, waveform: Waveform, commanded_n: float) -> None:
        """A pulse and its ringing: of each millisecond the greatest force and the acceleration furthest from zero."""
        group = max(1, STEP_US // waveform.interval_us)
        count = len(waveform.force_n) // group
        if not count:
            return
        force_n = waveform.force_n[: count * group].reshape(count, group)
        acceleration = waveform.acceleration_m_s2[: count * group].reshape(count, group)
        furthest = np.abs(acceleration).argmax(axis=1)
        self.level = replace(self.level, commanded_n=commanded_n)
        values = self._block(count)
        values[FORCE] = force_n.max(axis=1)
        values[ACCELERATION] = acceleration[np.arange(count), furthest]
        self.level = replace(self.level, commanded_n=0.0)
        self._put(self._newest_ms + 1, values)

    def _block(self, count: int) -> NDArray[np.float32]:
        values = np.full((len(CHANNELS), count), np.nan, dtype=np.float32)
        values[2:] = self.level.column()[:, np.newaxis]
        return values

    def _put(self, first_ms: int, values: NDArray[np.float32]) -> None:
        self._feed.block(first_ms, values)
        self._newest_ms = first_ms + values.shape[1] - 1
