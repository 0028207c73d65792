"""What a session is told in answer to a command."""

from dataclasses import dataclass
from typing import TypeAlias

from spondyl.instrument import Waveform


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Connected; whether the instrument says that it is a simulator."""

    name: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InContact:
    """The tip is armed at the contact; the greatest of its newest forces."""

    preload_n: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fired:
    """A pulse took place under this cap."""

    cap_n: float
    charged_ns: float
    waveform: Waveform


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """No pulse: the kernel or the instrument refused it, for a named reason."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    """The safe state was read back."""

    force_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The patient's answer; pain 0 to 10."""

    pain: int
    wants_stop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing more to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halted:
    """Somebody pressed the stop; the instrument is STOPPED, or its own watchdog brings it to SAFE. ``is_safe``: whether
    the stop and no force were read back."""

    by: str
    is_safe: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The instrument did not do it. ``is_safe``: whether the safe state was read back afterwards."""

    text: str
    is_safe: bool


Reading: TypeAlias = Opened | InContact | Fired | Denied | Rested | Told | Done | Halted | Failed
