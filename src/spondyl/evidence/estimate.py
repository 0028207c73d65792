"""A pooled estimate: effect, interval, heterogeneity, prediction, the studies behind it and what is not given."""

import math
from dataclasses import dataclass

from spondyl.evidence.measure import Inference, Measure, Model, Tau2Method
from spondyl.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided interval, ``level_percent`` 95 for the usual one."""

    low: float
    high: float
    level_percent: float = 95.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"An interval needs finite ends in order; got {self.low} to {self.high}.")
        if not 0.0 < self.level_percent < 100.0:
            raise ValueError(
                f"The level of an interval lies between 0 and 100 percent, not {self.level_percent}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGiven:
    """A value that these studies cannot give, and why: "tau² needs at least 2 studies"."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A study that is not in the estimate, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffect:
    """One study in the estimate: effect and variance on the scale of pooling, interval, share of the weight."""

    label: str
    effect: float
    variance: float
    interval: Interval
    weight_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How much the studies differ beyond chance; None where the studies cannot say (see ``Estimate.not_given``).

    ``tau2`` is in the squared unit of the effect. ``q`` is Cochran's statistic on ``q_df`` degrees of freedom.
    """

    method: Tau2Method | None
    tau2: float | None
    tau2_interval: Interval | None
    i2_percent: float | None
    i2_interval: Interval | None
    h2: float | None
    q: float
    q_df: int
    q_p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One pooled number. ``effect``, ``se`` and intervals are on the scale of pooling (logarithms for RR, OR, PLO).

    ``df`` are the degrees of freedom of Student's t, None where the normal distribution was used. Certainty (GRADE)
    is a judgement that a person signs; it stands beside an estimate, never inside it.
    """

    measure: Measure
    model: Model
    method: str
    inference: Inference
    effect: float
    se: float
    interval: Interval
    statistic: float
    df: int | None
    p_value: float
    prediction: Interval | None
    heterogeneity: Heterogeneity
    studies: tuple[StudyEffect, ...]
    left_out: tuple[LeftOut, ...] = ()
    not_given: tuple[NotGiven, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: Provenance

    def __post_init__(self) -> None:
        numbers = (self.effect, self.se, self.statistic, self.p_value)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"An estimate holds a number that is not finite: {numbers}.")
        if not self.studies:
            raise ValueError("An estimate needs at least one study.")

    def why_not(self, name: str) -> str | None:
        """Why the value of that name is not given, or None when it is."""
        return next((item.reason for item in self.not_given if item.name == name), None)
