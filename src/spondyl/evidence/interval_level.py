"""The level of an interval, in percent: refused where it cannot be meant."""

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

LOWEST_LEVEL_PERCENT = 50.0
"""An interval that misses the true value more often than not is asked for by mistake: a share for a percentage."""


def check_level(level_percent: float) -> None:
    """Raise EvidenceRefused for a level that is not between 50 and 100 percent."""
    if not LOWEST_LEVEL_PERCENT <= level_percent < 100.0:
        is_share = 0.0 < level_percent < 1.0
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what=f"The level {level_percent:g} is not between {LOWEST_LEVEL_PERCENT:g} and 100 percent.",
            why="It is the share of such intervals that hold the true value.",
            do=f"Did you mean {100 * level_percent:g}?" if is_share else "Give a level such as 95.",
        )
