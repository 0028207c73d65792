"""Vertebral levels from the axis to the sacrum, in anatomical order."""

from collections.abc import Iterable
from enum import Enum


class Level(Enum):
    """A vertebra, C2 (cranial) to S1 (caudal). Members are declared and ordered head to foot."""

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
        """Position from the head: C2 is 0, S1 is 23."""
        return _ORDER[self]

    def moved(self, by: int) -> "Level | None":
        """The level ``by`` places towards the feet (negative: towards the head); None beyond C2 and S1.

        >>> Level.L4.moved(1).value, Level.T1.moved(-1).value, Level.S1.moved(1)
        ('L5', 'C7', None)
        """
        return _AT.get(self.index + by)

    def __lt__(self, other: "Level") -> bool:
        return self.index < other.index


_ORDER = {level: index for index, level in enumerate(Level)}
_AT = {index: level for level, index in _ORDER.items()}

AP_LEVELS: tuple[Level, ...] = tuple(level for level in Level if level.value[0] in "TL")
"""T1 to L5, the 17 levels that the AP detector finds."""
_A_RUN = 3


def in_runs(levels: Iterable[Level]) -> str:
    """Levels in words, head to foot; three or more neighbours as a run.

    >>> in_runs([Level.T1, Level.T2, Level.T3, Level.T4, Level.T7, Level.L4, Level.L5])
    'T1 to T4, T7, L4, L5'
    """
    runs: list[list[Level]] = []
    for level in sorted(levels):
        if runs and runs[-1][-1].moved(1) is level:
            runs[-1].append(level)
        else:
            runs.append([level])
    parts = [
        [f"{run[0].value} to {run[-1].value}"] if len(run) >= _A_RUN else [level.value for level in run]
        for run in runs
    ]
    return ", ".join(text for part in parts for text in part)
