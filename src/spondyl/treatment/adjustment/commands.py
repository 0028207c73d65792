"""What a session asks for. Each command names a state to reach or a thing to learn."""

from dataclasses import dataclass
from typing import TypeAlias

from spondyl.treatment.adjustment.decision import Decision
from spondyl.treatment.adjustment.outcome import MapRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Connect, in the safe state, and count for this session under its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Bring the tip to a segment and arm it there; offsets and tilts as in :class:`spondyl.instrument.Contact`."""

    segment: str
    left_mm: float = 0.0
    cranial_mm: float = 0.0
    left_tilt_deg: float = 0.0
    cranial_tilt_deg: float = 0.0
    preload_n: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """Ask the safety kernel for one pulse and deliver it; ``commanded_n`` above the preload. ``purpose``: why."""

    segment: str
    purpose: str
    commanded_n: float
    duration_us: int
    predicted_n: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Take the tip off and prove the safe state by reading back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Let time pass, keeping the link alive."""

    duration_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the patient how much it hurts and whether to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """What the patient has said by now, if anything; nobody is asked and nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Keep a decision."""

    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Keep what was read at a segment."""

    row: MapRow


Command: TypeAlias = Open | Place | Fire | Rest | Wait | Ask | Hear | Note | Show
