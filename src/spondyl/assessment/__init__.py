"""Landmarks to measurements, classifications and findings."""

from spondyl.assessment.assess import assess
from spondyl.assessment.calibration import Calibration, IntervalRule
from spondyl.assessment.measurement import (
    Assessment,
    Classification,
    Finding,
    Flag,
    Measurement,
    Unit,
    Unmeasured,
    is_cobb,
)
from spondyl.assessment.quantity import FilmContext

__all__ = [
    "Assessment",
    "Calibration",
    "Classification",
    "FilmContext",
    "Finding",
    "Flag",
    "IntervalRule",
    "Measurement",
    "Unit",
    "Unmeasured",
    "assess",
    "is_cobb",
]
