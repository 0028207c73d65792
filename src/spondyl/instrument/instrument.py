"""The abstract instrument: what every driver offers, so that a session need not know which device it speaks to."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from spondyl.instrument.limits import Limits, PulseToken
from spondyl.instrument.status import Contact, Identity, Sample, State, Status

F64: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waveform:
    """What was measured during one pulse and its ringing; raises ``ValueError`` for what cannot have been measured.

    ``force_n`` is total force at the tip, ``acceleration_m_s2`` that of the tip, each of shape (n,), ``interval_us``
    apart, the first at the start of the pulse. ``completed`` is false for a pulse that ended early. ``start_us``: the
    start on the instrument's clock; None where it is not known, as in a record.
    """

    sequence: int
    interval_us: int
    duration_us: int
    preload_n: float
    completed: bool
    simulated: bool
    force_n: F64
    acceleration_m_s2: F64
    start_us: int | None = None

    def __post_init__(self) -> None:
        if self.force_n.ndim != 1 or self.force_n.shape != self.acceleration_m_s2.shape:
            shapes = f"{self.force_n.shape} and {self.acceleration_m_s2.shape}"
            raise ValueError(f"force and acceleration differ in shape: {shapes}")
        if self.interval_us <= 0 or self.duration_us <= 0:
            raise ValueError(f"{self.interval_us} µs apart over {self.duration_us} µs is no time")
        if not (isfinite(self.preload_n) and np.isfinite([self.force_n, self.acceleration_m_s2]).all()):
            raise ValueError("a value is not a number")
        if self.completed and (len(self.force_n) - 1) * self.interval_us < self.duration_us:
            raise ValueError(f"{len(self.force_n)} points do not reach the end of the pulse")

    @property
    def peak_n(self) -> float:
        """Greatest total force at the tip, preload included: what the cap bounds."""
        return float(self.force_n.max(initial=0.0))

    @property
    def impulse_ns(self) -> float:
        """Area of the force above the preload while the pulse lasted, in newton seconds."""
        samples = self.duration_us // self.interval_us + 1
        above_n = np.maximum(self.force_n[:samples] - self.preload_n, 0.0)
        return float(above_n.sum()) * self.interval_us * 1e-6


class InstrumentError(Exception):
    """The instrument did not do what was asked; the subclasses say why."""


class NoReplyError(InstrumentError):
    """Nothing valid came back in time. The instrument brings itself to SAFE when the host is silent."""


class InstrumentRefusedError(InstrumentError):
    """The instrument answered that it will not; ``code`` is the wire's name of the reason."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"The instrument refused ({code}): {text}")
        self.code = code


class BadWaveformError(InstrumentError):
    """A pulse was given, and what the instrument says of it cannot be true or is another pulse's."""


class NotSafeError(InstrumentError):
    """The safe state was asked for and could not be read back in time. Press the stop; take the tip off by hand."""


class Instrument(ABC):
    """Every call either reaches what it names within the timeouts or raises an :class:`InstrumentError`.

    Commands name a state to reach, so that repeating one is safe.
    """

    @abstractmethod
    def identify(self) -> Identity:
        """Connect (again): the instrument goes to SAFE and says who it is."""

    @abstractmethod
    def open_session(self, session: int, limits: Limits) -> Status:
        """Count for this session and clamp to these limits; only in SAFE. A new session number starts new counters."""

    @abstractmethod
    def place(self, contact: Contact) -> Status:
        """Bring the tip to a contact with its preload; only in SAFE. The status names the contact made."""

    @abstractmethod
    def reach(self, state: State) -> Status:
        """Go to SAFE, ARMED or PAUSED, and read it back."""

    @abstractmethod
    def safe_state(self) -> Status:
        """Go to SAFE (or stay STOPPED) and prove it by reading back state and force; else :class:`NotSafeError`."""

    @abstractmethod
    def status(self) -> Status:
        """What the instrument reports now."""

    @abstractmethod
    def samples(self) -> tuple[Sample, ...]:
        """The newest force measurements, oldest first."""

    @abstractmethod
    def samples_after(self, after_us: int) -> tuple[Sample, ...]:
        """Every measurement between pulses after a moment of the instrument's clock that it still has, oldest first."""

    @abstractmethod
    def now_us(self) -> int:
        """The instrument's clock as the host knows it, never behind the true one."""

    @abstractmethod
    def pulse(self, token: PulseToken) -> Waveform:
        """Spend the token: one pulse, shaped by the instrument, and what was measured."""

    @abstractmethod
    def stop(self) -> Status:
        """Stop, in any state, past every queue. It latches."""

    @abstractmethod
    def clear_stop(self, person: str) -> Status:
        """Release the latch on behalf of a named person; leads to SAFE."""

    @abstractmethod
    def wait(self, duration_us: int) -> None:
        """Let time pass: real time with a device, virtual time with a simulator in this process."""

    @abstractmethod
    def close(self) -> None:
        """Go to SAFE if it can be reached, then let go of the link."""
