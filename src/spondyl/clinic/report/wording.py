"""How numbers and names are written for people: one place, so that picture and table never disagree."""

import math
import re
from functools import lru_cache

from spondyl.anatomy import Level
from spondyl.assessment import Flag, Measurement, Unit
from spondyl.true_minus import true_minus

UNIT_TEXT = {Unit.DEG: "°", Unit.MM: " mm", Unit.PERCENT: " %", Unit.RATIO: ""}
UNIT_NAME = {Unit.DEG: "degrees (°)", Unit.MM: "mm", Unit.PERCENT: "%", Unit.RATIO: "ratio"}
DECIMALS = {Unit.DEG: 1, Unit.MM: 1, Unit.PERCENT: 1, Unit.RATIO: 2}

FLAG_TEXT = {
    Flag.LOW_CONFIDENCE: "low confidence",
    Flag.CONVENTIONS_DISAGREE: "conventions disagree",
    Flag.SPACING_UNCORRECTED: "spacing not corrected for magnification",
    Flag.CORRECTION_UNKNOWN: "not known whether corrected for magnification",
    Flag.SIDE_UNKNOWN: "side unknown",
    Flag.UNCALIBRATED_INTERVAL: "interval not calibrated",
}


def number_text(value: float, unit: Unit) -> str:
    """The value with the decimals of its unit and a true minus sign: ``−5.4``; never ``−0.0``."""
    rounded = round(value, DECIMALS[unit])
    return true_minus(f"{rounded + 0.0:.{DECIMALS[unit]}f}")


def value_text(measurement: Measurement) -> str:
    """Value with its unit: ``34.2°``, ``12.0 mm``, ``0.31``."""
    return number_text(measurement.value, measurement.unit) + UNIT_TEXT[measurement.unit]


def interval_text(measurement: Measurement) -> str:
    """The 90 % interval with its unit: ``31.9 to 36.5°``."""
    low, high = (number_text(bound, measurement.unit) for bound in measurement.interval_90)
    return f"{low} to {high}{UNIT_TEXT[measurement.unit]}"


def levels_text(measurement: Measurement) -> str:
    """The vertebrae used: ``T5–T11``, ``L4``, or a dash for none."""
    names = [level.value for level in measurement.levels]
    return "–".join(dict.fromkeys((names[0], names[-1]))) if names else "—"


def short_name(measurement: Measurement) -> str:
    """The abbreviation in the label's brackets (``TK``) when there is one, else the label."""
    found = re.search(r"\(([A-Z0-9]{2,5})\)", measurement.label)
    return measurement.label if found is None else found.group(1)


@lru_cache(maxsize=512)
def is_per_level(kind: str) -> bool:
    """True for a value of one vertebra or one disc (``tilt_T5``, ``disc_wedge_T12_L1``): shown after the main ones."""
    found = re.search(r"_([ctls]\d{1,2})(?:_([ctls]\d{1,2}))?$", kind, re.IGNORECASE)
    if found is None:
        return False
    names = {level.value: level.index for level in Level}
    indices = [names.get(name.upper(), -9) for name in found.groups() if name]
    return len(indices) == 1 or indices[1] - indices[0] == 1


def probability_text(probability: float) -> str:
    """A probability in two digits that never claims certainty: ``< 0.01``, ``0.93``, ``> 0.99``."""
    if not math.isfinite(probability):
        return "unknown"
    if probability < 0.01:
        return "< 0.01"
    return "> 0.99" if probability > 0.99 else f"{probability:.2f}"
