"""Claims: dosing is pure, caps hold whatever is asked, and more uncertainty never means more force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patients import Patient

from spondyl.biomechanics import build_spine_model, modes_of
from spondyl.instrument import Contact, Limits
from spondyl.instrument.simulator import Tissue
from spondyl.treatment.adjustment import (
    Approach,
    Dose,
    Fire,
    Fired,
    Room,
    Share,
    best_approach,
    choose_dose,
    share_of,
)
from spondyl.treatment.adjustment.dose import MARGIN_N, MOST_GROWTH, calibrate_n, preload_n, probe_n

PUSH = Approach(
    segment="L3",
    site="spinous process",
    left_mm=0.0,
    cranial_mm=0.0,
    cranial_tilt_deg=0.0,
    duration_us=4_000,
    mm_per_n=0.004,
    twin_n_mm=30.0,
)
SHARE = Share(value=0.96, sd=0.01, probed_n=30.0)
ROOM = Room(cap_n=100.0, preload_n=20.0, rest_ns=2.0)


def dose(aim_mm: float = 0.2, low_n_mm: float = 28.0, share: Share = SHARE, room: Room = ROOM) -> Dose:
    return choose_dose(aim_mm, PUSH, low_n_mm, share, room)


def test_least_force_by_hand() -> None:
    """0.2 mm / (0.004 mm/N · 30/28) = 46.67 N on bone; / (0.96 + 2 · 0.01) = 47.6 N commanded; · 0.96 = 45.7 N."""
    found = dose()
    assert found.commanded_n == 47.6
    assert found.predicted_n == pytest.approx(45.696, abs=0.001)
    assert not found.is_lowered


@given(
    aim_mm=st.floats(0.01, 2.0),
    low_n_mm=st.floats(2.0, 200.0),
    value=st.floats(0.3, 1.3),
    sd=st.floats(0.0, 0.2),
    cap_n=st.floats(0.0, 150.0),
    held_n=st.floats(10.0, 30.0),
    rest_ns=st.floats(0.0, 6.0),
)
def test_no_dose_exceeds_cap_budget_or_probe(
    aim_mm: float, low_n_mm: float, value: float, sd: float, cap_n: float, held_n: float, rest_ns: float
) -> None:
    share = Share(value=value, sd=sd, probed_n=30.0)
    found = dose(aim_mm, low_n_mm, share, Room(cap_n=cap_n, preload_n=held_n, rest_ns=rest_ns))
    assert found.commanded_n >= 0.0
    if found.commanded_n:
        assert held_n + found.commanded_n <= cap_n
        assert held_n + found.commanded_n * share.high + MARGIN_N <= cap_n + 1e-9
        assert 2.0 / np.pi * found.commanded_n * PUSH.duration_us * 1e-6 <= rest_ns * (1 + 1e-6)
        assert found.commanded_n <= 3.0 * share.probed_n
    assert found.reason


@given(
    low_n_mm=st.floats(5.0, 100.0),
    softer=st.floats(0.5, 1.0),
    sd=st.floats(0.0, 0.1),
    more=st.floats(0.0, 0.1),
    room=st.floats(0.0, 60.0),
)
def test_more_uncertainty_never_means_more_force(
    low_n_mm: float, softer: float, sd: float, more: float, room: float
) -> None:
    sure = dose(0.2, low_n_mm, replace(SHARE, sd=sd), replace(ROOM, cap_n=100.0 - room))
    unsure = dose(0.2, low_n_mm * softer, replace(SHARE, sd=sd + more), replace(ROOM, cap_n=100.0 - room))
    assert unsure.commanded_n <= sure.commanded_n


@pytest.mark.parametrize("cap_n", [0.0, 5.0, 15.0, 16.0, 20.0, 30.0, 50.0, 150.0])
def test_probe_and_preload_stay_below_the_cap(cap_n: float) -> None:
    probe = probe_n(cap_n)
    assert probe == 0.0 or preload_n(cap_n) + probe + MARGIN_N <= cap_n + 1e-9
    assert (probe > 0.0) is (cap_n >= 16.1 or preload_n(cap_n) + 5.0 + MARGIN_N <= cap_n)


@pytest.mark.parametrize("cap_n", [0.0, 16.0, 20.0, 50.0, 80.0, 100.0, 150.0])
def test_the_calibrating_pulse_is_the_smallest_that_reaches_the_largest_dose(cap_n: float) -> None:
    calibrate, room_n = calibrate_n(cap_n), cap_n - preload_n(cap_n) - MARGIN_N
    assert calibrate == 0.0 or calibrate <= room_n
    assert (calibrate > 0.0) is (probe_n(cap_n) > 0.0)
    assert calibrate <= 20.0 or calibrate == 30.0 or calibrate * MOST_GROWTH == pytest.approx(room_n)


@pytest.mark.parametrize("stiffness_n_mm", [10.0, 30.0, 60.0])
def test_the_delivered_peak_is_predicted_within_three_per_cent(stiffness_n_mm: float) -> None:
    """The share from a 30 N pulse predicts a 60 N one at the same contact; see benchmarks/delivered_peak.py."""
    patient = Patient(tissues={"L3": Tissue(stiffness_n_m=1000.0 * stiffness_n_mm)})
    patient.limits, patient.preload_n = Limits(maximum_n=120.0), 20.0

    def fired(commanded_n: float) -> Fired:
        patient.plant.place(Contact(segment="L3"))
        reading = patient.fire(Fire(segment="L3", purpose="t", commanded_n=commanded_n, duration_us=5_000))
        assert isinstance(reading, Fired)
        return reading

    share = share_of(fired(30.0).waveform, 30.0, 0.05)
    waveform = fired(60.0).waveform
    assert waveform.peak_n - waveform.preload_n == pytest.approx(share.predicted_n(60.0), rel=0.03)
    assert share.value < 1.0


def test_the_best_approach_beats_every_other_tried() -> None:
    """Source: the twin itself, asked again for pulses on the three sites with their own joint motion."""
    model = build_spine_model()
    modes = modes_of(model)
    best = best_approach(model, modes, "T7")
    assert best.duration_us == 5_000  # a longer push of the same peak moves more
    assert best.mm_per_n > 0.003
    assert best.twin_n_mm == pytest.approx(22.1, abs=4.0)
    assert abs(best.cranial_tilt_deg) <= 20.0
