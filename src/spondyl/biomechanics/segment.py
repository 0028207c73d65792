"""The segments of the twin: C1 to S1, head to foot."""

from enum import Enum

from spondyl.anatomy import Level


class Segment(Enum):
    """A vertebra of the twin. The films start at C2, so this list has one more than :class:`Level`: the atlas."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"

    @property
    def index(self) -> int:
        """Position from the head: C1 is 0, S1 is 24."""
        return _ORDER[self]

    @property
    def region(self) -> "Region":
        """Cervical, thoracic or lumbar; the sacrum counts as lumbar (its joint is the lumbosacral disc)."""
        return Region({"C": "cervical", "T": "thoracic"}.get(self.value[0], "lumbar"))

    @classmethod
    def of(cls, level: Level) -> "Segment":
        """The segment of a level named on a film."""
        return cls(level.value)


class Region(Enum):
    """A part of the spine that shares its table row."""

    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBAR = "lumbar"


_ORDER = {segment: index for index, segment in enumerate(Segment)}
