"""Claim: a probe that cannot be read is left out with its reason, and fails nothing."""

from dataclasses import replace

from patients import Patient, plan

from spondyl.biomechanics import Abstention
from spondyl.treatment.adjustment import Device, Fire, Fired, Place
from spondyl.treatment.adjustment.probing import read_probe, stiffness_of


def test_a_probe_of_too_few_points_or_without_preload_is_left_out_with_its_reason() -> None:
    patient = Patient()
    patient.limits = plan().limits
    patient.answer(Place(segment="L3"))
    fired = patient.answer(Fire(segment="L3", purpose="probe", commanded_n=20.0, duration_us=2_500))
    assert isinstance(fired, Fired)
    wave = fired.waveform
    slow = replace(
        wave, interval_us=1_000, force_n=wave.force_n[::10], acceleration_m_s2=wave.acceleration_m_s2[::10]
    )
    found = [read_probe("L3", one, Device()) for one in (slow, replace(wave, preload_n=0.0))]
    assert all(isinstance(one, Abstention) for one in found)
    reading = stiffness_of("L3", found)
    assert reading.logs == ()
    assert "41 samples is too short" in reading.abstentions[0]
    assert "preload 0.0 N" in reading.abstentions[1]
