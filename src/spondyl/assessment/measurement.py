"""A measured value with its interval, its landmarks, its definition and its source."""

import math
from dataclasses import dataclass
from enum import Enum

from spondyl.anatomy import Convexity, Level
from spondyl.provenance import Provenance


class Unit(Enum):
    """Unit of a value; the enum value is its UCUM code."""

    DEG = "deg"
    MM = "mm"
    PERCENT = "%"
    RATIO = "1"

    @property
    def json_key(self) -> str:
        """The key that carries the value in JSON: the unit is in the name."""
        return {"deg": "value_deg", "mm": "value_mm", "%": "value_percent", "1": "value"}[self.value]


class Flag(Enum):
    """A red line: shown beside the value, never averaged away."""

    LOW_CONFIDENCE = "low_confidence"
    CONVENTIONS_DISAGREE = "conventions_disagree"
    SPACING_UNCORRECTED = "spacing_uncorrected"
    CORRECTION_UNKNOWN = "correction_unknown"
    SIDE_UNKNOWN = "side_unknown"
    UNCALIBRATED_INTERVAL = "uncalibrated_interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value read off one film.

    ``kind`` is the stable name (docs/reference/measurements.md), ``label`` the clinic's name for it. ``interval_90``
    is the central 90 % interval in the same unit and ``sd`` its standard deviation. ``points_px`` are the points that
    draw it: a sequence of line segments ((x0, y0), (x1, y1)). ``levels`` are the vertebrae used. ``convex_to`` is the
    side of the patient to which the measured curve bulges; None where it is no curve, too small, or the side unknown.
    """

    kind: str
    label: str
    value: float
    unit: Unit
    sd: float
    interval_90: tuple[float, float]
    levels: tuple[Level, ...]
    points_px: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    definition: str
    source: str
    provenance: Provenance
    flags: tuple[Flag, ...] = ()
    convex_to: Convexity | None = None

    def __post_init__(self) -> None:
        numbers = (self.value, self.sd, *self.interval_90)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"Measurement {self.kind} holds a number that is not finite: {numbers}.")
        if not self.interval_90[0] <= self.interval_90[1]:
            raise ValueError(f"Measurement {self.kind} has its interval reversed: {self.interval_90}.")


def is_cobb(kind: str) -> bool:
    """True for a clinical Cobb angle (two endplates); the AASCE angles are defined otherwise and are not Cobb's."""
    return kind.startswith("cobb_") and not kind.startswith("cobb_aasce")


def first_of_region(kind: str) -> str:
    """The kind without its number: ``cobb_tl_l`` of ``cobb_tl_l_2``, the second largest curve of that region."""
    return kind.rstrip("0123456789").removesuffix("_") if is_cobb(kind) else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A value that the film cannot give, and why: "no pixel spacing: millimetres are refused"."""

    kind: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A published classification of the film; ``grade`` is None when it cannot be made, and ``reason`` says why."""

    kind: str
    label: str
    grade: str | None
    reason: str
    probabilities: tuple[tuple[str, float], ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence with a probability, how common it is without pain, and what a film cannot tell."""

    kind: str
    sentence: str
    probability: float | None
    measurement_kind: str | None
    prevalence: str
    cannot_tell: str
    source: str
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything measured on one film from one set of landmarks."""

    measurements: tuple[Measurement, ...]
    unmeasured: tuple[Unmeasured, ...]
    classifications: tuple[Classification, ...]
    findings: tuple[Finding, ...]
    red_lines: tuple[str, ...]

    def of(self, kind: str) -> Measurement | None:
        """The measurement of that kind, or None."""
        return next((m for m in self.measurements if m.kind == kind), None)
