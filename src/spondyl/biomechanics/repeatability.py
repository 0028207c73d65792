"""How far two readings of one segment may lie apart by chance, and the map of the spine."""

import math
from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics.estimate import Z_95, Abstention, SegmentEstimate
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.tails import student_95


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability:
    """Of repeated probes: ``sem_n_mm`` is the within-segment standard deviation, pooled over segments;
    ``detectable_n_mm`` the minimal detectable change at 95 %, 1.96 √2 SEM; ``probes`` minus segments are its degrees
    of freedom."""

    sem_n_mm: float
    detectable_n_mm: float
    probes: int
    segments: int


def repeatability(estimates: tuple[SegmentEstimate, ...]) -> Repeatability:
    """Pool repeated probes (tip lifted between them, so repositioning counts); segments probed once add nothing."""
    groups = [group for group in _by_segment(estimates).values() if len(group) > 1]
    if not groups:
        raise ValueError(
            "No segment was probed twice, so no repeatability can be told; probe one segment again."
        )
    squares = sum(float(np.sum((np.array(group) - np.mean(group)) ** 2)) for group in groups)
    probes = sum(len(group) for group in groups)
    sem = math.sqrt(squares / (probes - len(groups)))
    return Repeatability(
        sem_n_mm=sem, detectable_n_mm=Z_95 * math.sqrt(2) * sem, probes=probes, segments=len(groups)
    )


def _by_segment(estimates: tuple[SegmentEstimate, ...]) -> dict[Segment, list[float]]:
    groups: dict[Segment, list[float]] = {}
    for item in estimates:
        groups.setdefault(item.segment, []).append(item.stiffness_n_mm.value)
    return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReading:
    """One row of the map: mean stiffness, its 95 % interval, probes used, and refusals met."""

    segment: Segment
    stiffness_n_mm: float | None
    low_n_mm: float | None
    high_n_mm: float | None
    probes: int
    refusals: tuple[Abstention, ...]


def spine_map(readings: tuple[SegmentEstimate | Abstention, ...]) -> tuple[SegmentReading, ...]:
    """The probed segments, head to foot. A segment with refusals only keeps its place without a value.

    The mean weighs by inverse variance. Its 95 % interval is the wider of two: what the readings' own errors say
    (1.96), and what their scatter says, √(χ²/(n − 1)) of that (the Birge ratio) with Student's t of n − 1 degrees of
    freedom: of two readings the scatter is hardly known, and 1.96 of it held the truth in 73 of 100 cases only.
    """
    segments = sorted({item.segment for item in readings}, key=lambda segment: segment.index)
    return tuple(_row(segment, [r for r in readings if r.segment is segment]) for segment in segments)


def _row(segment: Segment, readings: list[SegmentEstimate | Abstention]) -> SegmentReading:
    found = [item.stiffness_n_mm for item in readings if isinstance(item, SegmentEstimate)]
    refusals = tuple(item for item in readings if isinstance(item, Abstention))
    if not found:
        return SegmentReading(
            segment=segment, stiffness_n_mm=None, low_n_mm=None, high_n_mm=None, probes=0, refusals=refusals
        )
    values, weights = np.array([e.value for e in found]), np.array([1 / max(e.sd, 1e-9) ** 2 for e in found])
    mean = float(values @ weights / weights.sum())
    freedom = len(found) - 1
    birge = math.sqrt(float(weights @ (values - mean) ** 2) / freedom) if freedom else 0.0
    reach = max(Z_95, student_95(freedom) * birge if freedom else 0.0) / math.sqrt(weights.sum())
    return SegmentReading(
        segment=segment,
        stiffness_n_mm=mean,
        low_n_mm=max(0.0, mean - reach),
        high_n_mm=mean + reach,
        probes=len(found),
        refusals=refusals,
    )
