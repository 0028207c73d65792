"""Claim: a probe whose accelerometer is dead is refused for that, not for a force that lies within its limits.

Source: a half-sine of 20 N written down here beside an acceleration of nothing but zeros.
"""

import numpy as np

from spondyl.biomechanics import Abstention, Probe, Segment, half_sine_n, identify, identify_linear


def test_a_dead_accelerometer_is_named() -> None:
    force_n = half_sine_n(np.arange(400) * 1e-4, peak_n=20.0, width_s=0.0025)
    probe = Probe(
        segment=Segment.L3,
        step_s=1e-4,
        force_n=force_n,
        acceleration_m_s2=np.zeros(400),
        preload_n=20.0,
        tip_mass_kg=0.01,
    )
    for found in (identify(probe), identify_linear(probe)):
        assert isinstance(found, Abstention)
        assert "no acceleration stands out" in found.text and "no pulse between" not in found.text
