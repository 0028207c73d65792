"""Are the newest measurements fit to decide on? Part of the safety kernel: no pulse is authorized on others."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from statistics import pstdev

from spondyl.instrument.caps import SENSOR_RANGE_N
from spondyl.instrument.refusal import Reason, Refusal
from spondyl.instrument.status import Sample
from spondyl.instrument.timeouts import CLOCK_AHEAD, FRESH
from spondyl.instrument.watchdog import FLAT_SAMPLES

WINDOW = 16
"""How many of the newest samples are judged."""

NOISE_LIMIT_N = 1.5
"""Most standard deviation of the window. Engineering placeholder: about 30 times the simulator's sensor noise."""


def check_samples(samples: Sequence[Sample], now_us: int) -> Refusal | None:
    """Refuse measurements that are missing, late, early, disordered, invalid, saturated, flat or noisy."""
    window = samples[-WINDOW:]
    return _check_times(window, now_us) or _check_forces([sample.force_n for sample in window])


def _check_times(window: Sequence[Sample], now_us: int) -> Refusal | None:
    if len(window) < WINDOW:
        return Refusal(reason=Reason.DATA_MISSING, value=len(window), limit=WINDOW)
    times = [sample.time_us for sample in window]
    if any(later <= earlier for earlier, later in pairwise(times)):
        return Refusal(reason=Reason.DATA_DISORDERED)
    age_us = now_us - times[-1]
    if age_us < -CLOCK_AHEAD.limit_us:
        return Refusal(reason=Reason.DATA_FUTURE, value=-age_us, limit=CLOCK_AHEAD.limit_us)
    # The whole window must be recent: a sensor that wakes once is not a sensor that works.
    if now_us - times[0] > FRESH.limit_us:
        return Refusal(reason=Reason.DATA_STALE, value=now_us - times[0], limit=FRESH.limit_us)
    return None


def _check_forces(forces_n: Sequence[float]) -> Refusal | None:
    if not all(isfinite(force_n) for force_n in forces_n):
        return Refusal(reason=Reason.DATA_INVALID)
    most_n = max(abs(force_n) for force_n in forces_n)
    if most_n >= SENSOR_RANGE_N:
        return Refusal(reason=Reason.DATA_SATURATED, value=most_n, limit=SENSOR_RANGE_N)
    # The newest alone: a sensor that stuck within the window is as stuck as one that did before it.
    if len(set(forces_n[WINDOW - FLAT_SAMPLES :])) == 1:
        return Refusal(reason=Reason.DATA_FLAT)
    noise_n = pstdev(forces_n)
    if noise_n > NOISE_LIMIT_N:
        return Refusal(reason=Reason.DATA_NOISY, value=noise_n, limit=NOISE_LIMIT_N)
    return None
