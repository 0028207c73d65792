"""All that a session is told before it begins; a session is a pure function of its plan and the readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from spondyl.instrument import REGION_OF, Gate, Limits

RULES = 7
"""Version of what a session asks and decides. Raise it when either changes: a record made before cannot be computed
again, and must not look as if somebody had altered it."""


class Rule(Enum):
    """How the target is chosen; trials found no rule better than another (docs/explanation/adjustment.md)."""

    PAIN = "pain"
    STIFFNESS = "stiffness"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What the maker says of the instrument's tip and sensors; needed to read a probe."""

    tip_mass_kg: float = 0.01
    force_sd_n: float = 0.05
    acceleration_sd_m_s2: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One session. The defaults are chosen, not published.

    * ``only_probe``: survey, and treat nothing.
    * ``pain``: 0 to 10 on pressing, by segment. ``chosen``: the segment of :attr:`Rule.CLINICIAN`.
    * ``probes``: contacts for a reading before treatment, the tip lifted between them; ``checks``: for one after a
      course. ``repositioning_sd``: standard deviation of the
      logarithm of stiffness from one contact to the next; used unless this session's own probes scatter more.
    * ``aim_mm``: wanted motion between the segment and its neighbour. ``pulses``: in a course; ``courses``: at most.
    """

    session: int
    segments: tuple[str, ...]
    rule: Rule = Rule.PAIN
    chosen: str = ""
    pain: Mapping[str, int] = field(default_factory=dict[str, int])
    limits: Limits = field(default_factory=Limits)
    gate: Gate = field(default_factory=Gate)
    simulated: bool = True
    only_probe: bool = False
    device: Device = Device()
    probes: int = 3
    checks: int = 2
    repositioning_sd: float = 0.04
    aim_mm: float = 0.25
    pulses: int = 3
    courses: int = 4

    def __post_init__(self) -> None:
        strange = [name for name in (*self.segments, *self.pain) if name not in REGION_OF]
        if strange or len(set(self.segments)) != len(self.segments) or not self.segments:
            raise ValueError(
                f"Segments {', '.join(self.segments) or '(none)'} {', '.join(strange)}: name each of C1 to S1 once."
            )
        if self.rule is Rule.CLINICIAN and self.chosen not in self.segments:
            raise ValueError(
                f"The chosen segment '{self.chosen}' is not among those of the session. Name one."
            )
        if not all(0 <= score <= 10 for score in self.pain.values()):
            raise ValueError("A pain score lies between 0 and 10. Correct the scores.")
        self._check_numbers()

    def _check_numbers(self) -> None:
        bounds = (
            ("session", self.session, 1, 2**63 - 1),
            ("probes", self.probes, 2, 6),
            ("checks", self.checks, 1, 6),
            ("repositioning_sd", self.repositioning_sd, 0.005, 0.5),
            ("aim_mm", self.aim_mm, 0.01, 2.0),
            ("pulses", self.pulses, 1, 12),
            ("courses", self.courses, 1, 10),
        )
        for name, value, least, most in bounds:
            if not least <= value <= most:
                raise ValueError(
                    f"{name} is {value:g}; it lies between {least:g} and {most:g}. Choose one there."
                )
