"""How numbers and probabilities are written inside findings and classifications."""

from spondyl.assessment.measurement import Measurement, Unit
from spondyl.true_minus import true_minus

UNIT_TEXT = {Unit.DEG: "°", Unit.MM: " mm", Unit.PERCENT: " %", Unit.RATIO: ""}


def number(value: float) -> str:
    """One decimal and a true minus sign: ``−5.4``; never ``−0.0``."""
    return true_minus(f"{round(value, 1) + 0.0:.1f}")


def quantity(value: float, unit: Unit) -> str:
    """The number with its unit: ``12.4°``, ``−14.2 mm``."""
    return number(value) + UNIT_TEXT[unit]


def border(value: float, unit: Unit) -> str:
    """A threshold as it was published: ``10°``, ``40 mm``."""
    return f"{value:g}{UNIT_TEXT[unit]}"


def stated(item: Measurement) -> str:
    """Value with its 90 % interval: ``12.4° (90 % interval 9.7 to 15.1°)``."""
    low, high = item.interval_90
    return f"{quantity(item.value, item.unit)} (90 % interval {number(low)} to {quantity(high, item.unit)})"


def chance(probability: float) -> str:
    """``= 0.93``, and ``> 0.99`` or ``< 0.01`` at the ends: a measured probability is never certain."""
    if probability > 0.99:
        return "> 0.99"
    return "< 0.01" if probability < 0.01 else f"= {probability:.2f}"
