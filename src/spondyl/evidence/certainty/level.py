"""GRADE's four levels of certainty."""

from enum import Enum


class Level(Enum):
    """How sure we are that the true effect is close to the number shown."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"

    @property
    def steps(self) -> int:
        """4 for high down to 1 for very low."""
        return {Level.HIGH: 4, Level.MODERATE: 3, Level.LOW: 2, Level.VERY_LOW: 1}[self]

    @property
    def meaning(self) -> str:
        """What the word means, in the words that a reader needs."""
        return {
            Level.HIGH: "Further studies are unlikely to change it much.",
            Level.MODERATE: "The true effect is probably close, but it may be different.",
            Level.LOW: "The true effect may be quite different.",
            Level.VERY_LOW: "The true effect is likely to be different; the number is hardly more than a hint.",
        }[self]


def level_of(steps: int) -> Level:
    """The level of that many steps, held between very low and high."""
    held = max(1, min(4, steps))
    return next(level for level in Level if level.steps == held)
