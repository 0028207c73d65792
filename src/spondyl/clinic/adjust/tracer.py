"""From the instrument's measurements to blocks of eight channels, one sample every millisecond."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spondyl.clinic.adjust.feed import CHANNELS, Feed
from spondyl.instrument import Instrument, Sample, Waveform

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pulse:
    """A pulse whose place in the trace has not come yet."""

    first_ms: int
    values: NDArray[np.float32]


class Tracer:
    """Puts every measurement into a feed once, in the order of the instrument's clock."""

    def __init__(self, feed: Feed) -> None:
        self.level = Level()
        self.missing_ms = 0
        """Milliseconds of which no measurement was found any more, between the first and the newest that was."""
        self._feed = feed
        self._newest_ms = -1
        self._pulse: _Pulse | None = None

    def take(self, instrument: Instrument) -> None:
        """Everything that the instrument measured since the last time, as far as it still has it."""
        if self._newest_ms < 0:
            self.samples(instrument.samples())
        else:
            self.samples(instrument.samples_after((self._newest_ms + 1) * STEP_US - 1))

    def samples(self, samples: tuple[Sample, ...]) -> None:
        """Measurements between pulses; those already put in are left out, and a pulse comes where its time is."""
        fresh = {one.time_us // STEP_US: one.force_n for one in samples}
        if self._pulse is not None:
            first_ms = self._pulse.first_ms
            self._idle({ms: force_n for ms, force_n in fresh.items() if ms < first_ms})
            self._put(max(first_ms, self._newest_ms + 1), self._pulse.values)
            self._pulse = None
        self._idle(fresh)

    def _idle(self, fresh: dict[int, float]) -> None:
        fresh = {ms: force_n for ms, force_n in fresh.items() if ms > self._newest_ms}
        if not fresh:
            return
        times_ms = np.array(sorted(fresh))
        # A gap ends a block, so that whoever reads the blocks sees and counts it.
        for run in np.split(times_ms, np.flatnonzero(np.diff(times_ms) > 1) + 1):
            values = self._block(len(run))
            values[FORCE] = [fresh[ms] for ms in run.tolist()]
            values[ACCELERATION] = 0.0
            self._put(int(run[0]), values)

    def pulse(self, waveform: Waveform, commanded_n: float) -> None:
        """A pulse and its ringing: of each millisecond the greatest force and the acceleration furthest from zero.

        It begins in the millisecond after the one in which it started, which has a measurement of its own.
        """
        begins = np.arange(0, len(waveform.force_n) - 1, max(1, STEP_US // waveform.interval_us))
        if not len(begins):
            return
        most = np.maximum.reduceat(waveform.acceleration_m_s2, begins)
        least = np.minimum.reduceat(waveform.acceleration_m_s2, begins)
        self.level = replace(self.level, commanded_n=commanded_n)
        values = self._block(len(begins))
        values[FORCE] = np.maximum.reduceat(waveform.force_n, begins)
        values[ACCELERATION] = np.where(most > -least, most, least)
        self.level = replace(self.level, commanded_n=0.0)
        if waveform.start_us is None:
            self._put(self._newest_ms + 1, values)
        else:
            self._pulse = _Pulse(first_ms=waveform.start_us // STEP_US + 1, values=values)

    def _block(self, count: int) -> NDArray[np.float32]:
        values = np.full((len(CHANNELS), count), np.nan, dtype=np.float32)
        values[2:] = self.level.column()[:, np.newaxis]
        return values

    def _put(self, first_ms: int, values: NDArray[np.float32]) -> None:
        if self._newest_ms >= 0:
            self.missing_ms += first_ms - self._newest_ms - 1
        self._feed.block(first_ms, values)
        self._newest_ms = first_ms + values.shape[1] - 1
