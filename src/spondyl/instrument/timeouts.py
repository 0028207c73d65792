"""The one table of times that host and firmware share: a time that stands here stands nowhere else."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """A time in microseconds, who keeps it and what happens when it is over."""

    name: str
    limit_us: int
    kept_by: Literal["host", "instrument", "both"]
    meaning: str


MEASUREMENT_WATCHDOG = Timeout(
    name="measurement watchdog",
    limit_us=20_000,
    kept_by="instrument",
    meaning="No valid measurement for this long: the force is cut and the state is FAULT.",
)
STOP_TO_ZERO = Timeout(
    name="stop to zero force",
    limit_us=5_000,
    kept_by="instrument",
    meaning="From a stop to no force at the tip; the pulse in flight ends early.",
)
LINK_WATCHDOG = Timeout(
    name="link watchdog",
    limit_us=500_000,
    kept_by="instrument",
    meaning="No new valid frame from the host for this long while ARMED or PAUSED: SAFE. A pulse in flight ends first.",
)
TOKEN_LIFE = Timeout(
    name="token life",
    limit_us=400_000,
    kept_by="both",
    meaning="A token ends this long after the host gives it; the instrument refuses it when that is over by its clock.",
)
PULSE_GAP = Timeout(
    name="pulse gap",
    limit_us=83_334,
    kept_by="both",
    meaning="Least time from the start of one pulse to the start of the next (at most 12 a second).",
)
FRESH = Timeout(
    name="fresh",
    limit_us=200_000,
    kept_by="host",
    meaning="A newest measurement older than this is stale, and no pulse is authorized on it.",
)
CLOCK_AHEAD = Timeout(
    name="clock ahead",
    limit_us=2_000,
    kept_by="host",
    meaning="A measurement further in the future than this is refused: a clock is wrong.",
)
REPLY = Timeout(
    name="reply",
    limit_us=250_000,
    kept_by="host",
    meaning="A request without a reply for this long is sent again, at most three times in all.",
)
SETTLE = Timeout(
    name="settle",
    limit_us=100_000,
    kept_by="host",
    meaning="From an accepted pulse to a finished one: pulse, ringing, waveform stored.",
)
SAFE_STATE = Timeout(
    name="safe state",
    limit_us=2_000_000,
    kept_by="host",
    meaning="From asking for the safe state to having read it back; later is reported as not safe.",
)

LONGEST_TOKEN_US = TOKEN_LIFE.limit_us + FRESH.limit_us
"""No token ends further ahead, in the instrument's clock: a host that takes the clock to be later than it is by more
than what is fresh finds every measurement stale, and gives none."""

TIMEOUTS: tuple[Timeout, ...] = (
    MEASUREMENT_WATCHDOG,
    STOP_TO_ZERO,
    LINK_WATCHDOG,
    TOKEN_LIFE,
    PULSE_GAP,
    FRESH,
    CLOCK_AHEAD,
    REPLY,
    SETTLE,
    SAFE_STATE,
)
