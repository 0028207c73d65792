"""Why a pulse is refused: one name for each reason, with what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """A reason to refuse, and the sentence that says what is wrong and what to do."""

    STOPPED = "The stop is pressed. Find out why, release it, and clear it by name before anything else."
    NOT_ARMED = "The instrument is not meant to be armed. Arm it at the contact first."
    STATE_DIVERGES = (
        "The instrument reports another state than the one intended. Bring it to the safe state and look."
    )
    RESTARTED = "The instrument has restarted since the session began. Begin a new session on purpose."
    SESSION_DIVERGES = (
        "The instrument counts for another session. Bring it to the safe state and open this session."
    )
    SIMULATION_DIVERGES = (
        "A simulator stands where an instrument was declared, or the reverse. Declare what it is."
    )
    COUNTER_DIVERGES = (
        "The instrument's pulse counter disagrees with the session's. Stop and compare the records."
    )
    TOKEN_OPEN = "The pulse before this one is not settled. Read its result first."
    CONSENT_UNKNOWN = "Nobody has recorded whether the patient consents. Ask, and record the answer."
    CONSENT_REFUSED = "The patient does not consent. Do not treat."
    CONTRAINDICATION_UNKNOWN = "A contraindication has no answer. Ask or examine: an unknown answer blocks."
    CONTRAINDICATED = "A contraindication is present. Do not treat with impulses."
    NO_MAXIMUM = "No clinician has set a maximum force; it is zero until one does. Set it."
    SEGMENT_UNKNOWN = "This segment has no cap because it is not one of C1 to S1. Name one of them."
    PULSE_MALFORMED = "The peak or the duration is not a pulse this instrument may shape. Ask for another."
    CONTACT_CHANGED = "The tip is not at the contact the pulse was meant for. Place it and measure again."
    PRELOAD_LOW = "The tip is pressed on too lightly. Press more firmly."
    PRELOAD_HIGH = "The tip is pressed on too firmly. Press less."
    PRELOAD_ABOVE_CAP = "The preload alone exceeds the cap. Press less, or choose another segment."
    PEAK_ABOVE_CAP = "Preload and pulse together exceed the cap. Ask for less."
    COUNT_SEGMENT = "This segment has had all its pulses for this session."
    COUNT_SESSION = "This session has had all its pulses."
    IMPULSE_SEGMENT = "This segment's impulse budget does not hold another such pulse. Ask for less, or end."
    IMPULSE_SESSION = "This session's impulse budget does not hold another such pulse. Ask for less, or end."
    RATE = "The last pulse is too recent. Wait."
    DATA_MISSING = "There are too few measurements to judge the contact. Measure again."
    DATA_STALE = "The newest measurement is too old. Measure again."
    DATA_FUTURE = "A measurement comes from the future: a clock is wrong. Reconnect."
    DATA_DISORDERED = "The measurements are not in the order of time. Reconnect."
    DATA_INVALID = "A measurement is not a number. Check the sensor."
    DATA_SATURATED = "The force sensor is at the end of its range. Check the sensor and the contact."
    DATA_FLAT = "The force sensor repeats one value: it may be stuck. Check it."
    DATA_NOISY = "The force is too unsteady. Wait until the patient lies still, or check the sensor."

    @property
    def text(self) -> str:
        """What is wrong and what to do."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A pulse was not allowed. ``value`` and ``limit`` are in the unit of what was compared, where two were."""

    reason: Reason
    value: float | None = None
    limit: float | None = None

    def __str__(self) -> str:
        if self.value is None:
            return self.reason.text
        return f"{self.reason.text} (is {self.value:g}, limit {self.limit:g})"
