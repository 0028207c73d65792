"""Landmarks to measurements, classifications and findings."""

from spondyl.assessment.measurement import (
    Assessment,
    Classification,
    Finding,
    Flag,
    Measurement,
    Unit,
    Unmeasured,
)

__all__ = ["Assessment", "Classification", "Finding", "Flag", "Measurement", "Unit", "Unmeasured"]
