"""Claim: SEM, minimal detectable change and 95 % intervals follow from repeats. Source: hand-worked numbers beside the
assertion; readings drawn about a known stiffness."""

import math

import numpy as np
import pytest

from spondyl.biomechanics import Abstention, AbstentionReason, Estimated, Segment, SegmentEstimate
from spondyl.biomechanics.repeatability import repeatability, spine_map
from spondyl.provenance import Provenance


def reading(segment: Segment, k: float, sd: float = 0.5) -> SegmentEstimate:
    def known(value: float, spread: float) -> Estimated:
        return Estimated(value=value, sd=spread, low=value - 1.96 * spread, high=value + 1.96 * spread)

    one = known(1.0, 0.1)
    return SegmentEstimate(
        segment=segment,
        mass_kg=one,
        damping_ns_m=one,
        stiffness_n_mm=known(k, sd),
        contact_stiffness_n_mm=one,
        contact_damping_ns_m=one,
        contact_exponent=one,
        preload_n=20.0,
        modes=1,
        chi_square_p=0.5,
        whiteness_p=0.5,
        provenance=Provenance(method="test"),
    )


def test_pooled_repeats() -> None:
    """Squares 2 and 8 about the means 21 and 32, 2 degrees of freedom: SEM √5, MDC 1.96·√10 = 6.198."""
    found = repeatability(
        tuple(
            reading(s, k)
            for s, k in ((Segment.L3, 20.0), (Segment.L3, 22.0), (Segment.T7, 30.0), (Segment.T7, 34.0))
        )
    )
    assert found.sem_n_mm == pytest.approx(5**0.5)
    assert found.detectable_n_mm == pytest.approx(6.198, abs=1e-3)
    with pytest.raises(ValueError, match="twice"):
        repeatability((reading(Segment.L3, 20.0),))


def test_the_map_runs_head_to_foot_and_shows_refusals() -> None:
    refused = Abstention(segment=Segment.C5, reason=AbstentionReason.NO_PULSE, text="none")
    rows = spine_map((reading(Segment.L3, 20.0), refused, reading(Segment.L3, 24.0)))
    assert [row.segment for row in rows] == [Segment.C5, Segment.L3]
    assert rows[0].stiffness_n_mm is None
    assert rows[1].stiffness_n_mm == pytest.approx(22.0)
    # scatter: 2·2²/0.5² = 32 on 1 degree of freedom; half width 12.706·√(32·0.5²/2) = 25.41 (t of 1, 97.5 %)
    assert rows[1].high_n_mm == pytest.approx(47.41, abs=0.01)
    assert rows[1].low_n_mm == 0.0, "no stiffness lies below zero"


def test_the_interval_of_one_reading_is_its_own() -> None:
    (row,) = spine_map((reading(Segment.L3, 20.0),))
    assert (row.low_n_mm, row.high_n_mm) == pytest.approx((19.02, 20.98), abs=1e-4)


@pytest.mark.parametrize("repeats", [2, 3, 5])
@pytest.mark.parametrize("repositioning_n_mm", [0.0, 0.5, 2.0])
def test_the_map_s_intervals_hold_the_truth_as_often_as_they_say(
    repeats: int, repositioning_n_mm: float
) -> None:
    """1,000 segments of 30 N/mm, each reading off by its own 0.5 N/mm and by what setting the tip down again adds.

    At least 95 % less 2.3 standard errors of 1,000; the wider of two intervals may hold it more often.
    """
    random = np.random.default_rng(5)
    drawn = random.normal(30.0, math.hypot(0.5, repositioning_n_mm), (1_000, repeats))
    held = 0
    for values in drawn:
        (row,) = spine_map(tuple(reading(Segment.L3, float(value)) for value in values))
        assert row.low_n_mm is not None and row.high_n_mm is not None
        held += row.low_n_mm <= 30.0 <= row.high_n_mm
    assert held / 1_000 >= 0.934
