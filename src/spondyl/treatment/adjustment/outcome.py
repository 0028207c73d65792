"""What a session comes to."""

from dataclasses import dataclass

from spondyl.treatment.adjustment.decision import Decision, StopBecause


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One pulse that took place. ``peak_n`` is total force, preload included, as is ``cap_n``; ``impulse_ns`` is above
    the preload and measured; ``commanded_n`` and ``predicted_n`` are above the preload. ``charged_ns`` is what the
    budgets count: the greater of what was asked for and measured; None in records of rules before 3."""

    sequence: int
    segment: str
    purpose: str
    peak_n: float
    impulse_ns: float
    cap_n: float
    preload_n: float
    commanded_n: float
    predicted_n: float | None
    completed: bool
    simulated: bool
    charged_ns: float | None = None

    @property
    def counted_ns(self) -> float:
        """What of the budgets is gone with it, as far as it is known."""
        return self.impulse_ns if self.charged_ns is None else self.charged_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One segment's stiffness at one time (``before``, or ``after course 1`` …), with its 95 % interval, or the reason
    why there is none."""

    segment: str
    when: str
    stiffness_n_mm: float | None
    low_n_mm: float | None
    high_n_mm: float | None
    text: str

    def __post_init__(self) -> None:
        numbers = (self.stiffness_n_mm, self.low_n_mm, self.high_n_mm)
        if None in numbers and numbers != (None, None, None):
            raise ValueError(f"{self.segment} has a stiffness without its interval, or the other way round")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that was decided, delivered and read, and why it ended."""

    decisions: tuple[Decision, ...]
    delivered: tuple[Delivered, ...]
    stiffness: tuple[MapRow, ...]
    target: str
    stopped_because: StopBecause
    text: str
    is_safe: bool
