"""From a measured value with its uncertainty to the probability of each published grade."""

import math
from dataclasses import dataclass

from spondyl.assessment.calibration import NORMAL_90
from spondyl.assessment.measurement import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """All values up to ``upper`` that no earlier band holds; ``closed`` when ``upper`` itself belongs to it."""

    grade: str
    upper: float = math.inf
    closed: bool = False


Scale = tuple[Band, ...]
Probabilities = tuple[tuple[str, float], ...]


def as_shown(value: float) -> float:
    """The value as every page writes it, with one decimal: who reads "10.0°" must not read the grade of 9.96°."""
    return round(value, 1)


def grade_of(value: float, scale: Scale) -> str:
    """The grade of a value, as it is shown."""
    value = as_shown(value)
    return next(band.grade for band in scale if value < band.upper or (band.closed and value == band.upper))


def probability_below(threshold: float, value: float, sd: float) -> float:
    """P(true value < threshold) for a normal distribution; a step when the standard deviation is 0."""
    if sd <= 0:
        return 1.0 if value < threshold else 0.0
    return 0.5 * math.erfc((value - threshold) / (sd * math.sqrt(2.0)))


def measured_below(threshold: float, measurement: Measurement) -> float:
    """P(true value < threshold) that agrees with the interval shown: 5 % below its lower end, 5 % above its upper one.

    A normal distribution about the interval's middle, which calibration puts where the truth lay on films: not always
    at the value. The lower end is the one before sizes were kept from reaching below 0.
    """
    middle = measurement.interval_90[1] - NORMAL_90 * measurement.sd
    return probability_below(threshold, middle, measurement.sd)


def probability_above(threshold: float, measurement: Measurement) -> float:
    """P(true value >= threshold), by :func:`measured_below`."""
    return 1.0 - measured_below(threshold, measurement)


def probabilities(measurement: Measurement, scale: Scale) -> Probabilities:
    """The probability of each grade, in the order of the scale; a grade named twice is summed."""
    if measurement.sd <= 0:
        return _certain(grade_of(measurement.value, scale), scale)
    below = [measured_below(band.upper, measurement) for band in scale]
    below[-1] = 1.0
    parts = zip(scale, below, [0.0, *below[:-1]], strict=True)
    return _summed([(band.grade, upper - lower) for band, upper, lower in parts])


def highest(measurements: tuple[Measurement, ...], scale: Scale) -> Probabilities:
    """The probability that the largest of several independent values falls in each grade."""
    below = [math.prod(measured_below(band.upper, item) for item in measurements) for band in scale]
    below[-1] = 1.0
    parts = zip(scale, below, [0.0, *below[:-1]], strict=True)
    return _summed([(band.grade, upper - lower) for band, upper, lower in parts])


def _certain(grade: str, scale: Scale) -> Probabilities:
    return _summed([(band.grade, 1.0 if band.grade == grade else 0.0) for band in _unique(scale)])


def _unique(scale: Scale) -> Scale:
    seen = {band.grade: band for band in reversed(scale)}
    return tuple(band for band in scale if seen[band.grade] is band)


def _summed(parts: list[tuple[str, float]]) -> Probabilities:
    total: dict[str, float] = {}
    for grade, probability in parts:
        total[grade] = total.get(grade, 0.0) + max(probability, 0.0)
    return tuple(total.items())
