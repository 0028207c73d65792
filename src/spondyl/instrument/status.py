"""What an instrument says about itself: its state, its contact, its counters and its measurements."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """A state of the instrument; the numbers are the wire's."""

    SAFE = 1
    ARMED = 2
    PULSING = 3
    PAUSED = 4
    STOPPED = 5
    FAULT = 6

    @property
    def meaning(self) -> str:
        """What the state allows."""
        return _MEANING[self]


_MEANING = {
    State.SAFE: "No force, and none can come: the state after power-on, connecting and every mishap.",
    State.ARMED: "At the contact with its preload; one valid token gives one pulse.",
    State.PULSING: "A pulse or its ringing is under way; ends by itself in ARMED.",
    State.PAUSED: "At the contact, but tokens are refused until ARMED is asked for again.",
    State.STOPPED: "The stop is latched: no force; only clearing it leads to SAFE.",
    State.FAULT: (
        "The measurement failed or the force was too high: no force; asking for SAFE leads on, and ARMED needs valid "
        "measurements."
    ),
}


class Cause(Enum):
    """Why the instrument is in its state; the numbers are the wire's."""

    POWER_ON = 1
    ASKED = 2
    PULSE_DONE = 3
    STOP = 4
    MEASUREMENT_LOST = 5
    LINK_LOST = 6
    CONTACT_LOST = 7
    OVER_FORCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where and how the tip meets the skin: a state to reach.

    Offsets are from the segment's posterior midline point, to the patient's left and towards the head; tilts turn the
    direction of force from straight anterior to the left and towards the head.
    """

    segment: str
    left_mm: float = 0.0
    cranial_mm: float = 0.0
    left_tilt_deg: float = 0.0
    cranial_tilt_deg: float = 0.0
    preload_n: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement between pulses: total force at the tip at a moment of the instrument's clock."""

    time_us: int
    force_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who answers: ``boot`` changes with every start, ``simulated`` is true for every simulator."""

    name: str
    protocol: int
    boot: int
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the instrument reports now. ``contact_id`` is 0 without contact and changes whenever contact is made.

    ``force_n`` is not a number while it is not known: no valid measurement within the watchdog's time.
    """

    time_us: int
    state: State
    cause: Cause
    boot: int
    simulated: bool
    session: int
    segment: str | None
    contact_id: int
    force_n: float
    maximum_n: float
    pulse_count: int
    impulse_ns: float
    last_sequence: int
