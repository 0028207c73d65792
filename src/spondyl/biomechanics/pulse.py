"""The half-sine pulse that instruments deliver."""

import numpy as np

from spondyl.biomechanics.probe import FloatArray


def half_sine_n(time_s: FloatArray, *, peak_n: float, width_s: float, start_s: float = 0.002) -> FloatArray:
    """Force (n,) of one half-sine of ``width_s`` that starts at ``start_s``; zero elsewhere.

    >>> half_sine_n(np.array([0.0, 0.004, 0.007]), peak_n=50.0, width_s=0.004).round(1).tolist()
    [0.0, 50.0, 0.0]
    """
    phase = (time_s - start_s) / width_s
    inside = (phase >= 0) & (phase <= 1)
    return np.where(inside, peak_n * np.sin(np.pi * np.clip(phase, 0, 1)), 0.0)
