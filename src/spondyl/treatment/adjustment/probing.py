"""From the waveform of one probing pulse to the stiffness under the tip."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics import (
    Z_95,
    Abstention,
    AbstentionReason,
    Probe,
    Segment,
    SegmentEstimate,
    SensorNoise,
    identify,
    identify_linear,
    student_95,
)
from spondyl.instrument import Waveform
from spondyl.treatment.adjustment.plan import Device

MAX_MODES = 2
"""Of the slow fit with a nonlinear contact, tried where the linear one leaves more than noise."""


def read_probe(segment: str, waveform: Waveform, device: Device) -> SegmentEstimate | Abstention:
    """Identify the tissue from force and acceleration as measured; what the actuator was told to do is not used."""
    try:
        probe = _probe(segment, waveform, device)
    except ValueError as error:
        return Abstention(
            segment=Segment(segment),
            reason=AbstentionReason.NO_PULSE,
            text=f"{segment} was not read: {error}",
        )
    found = identify_linear(probe)
    if isinstance(found, Abstention) and found.reason is AbstentionReason.MODEL_DOES_NOT_FIT:
        # Its search may try parameters at which the model flies apart; such a try is dropped, not a fault.
        with np.errstate(over="ignore", invalid="ignore"):
            return identify(probe, max_modes=MAX_MODES)
    return found


def _probe(segment: str, waveform: Waveform, device: Device) -> Probe:
    force_n = waveform.force_n - waveform.preload_n
    return Probe(
        segment=Segment(segment),
        step_s=waveform.interval_us * 1e-6,
        force_n=force_n + device.tip_mass_kg * waveform.acceleration_m_s2,
        acceleration_m_s2=waveform.acceleration_m_s2,
        preload_n=waveform.preload_n,
        tip_mass_kg=device.tip_mass_kg,
        noise=SensorNoise(force_sd_n=device.force_sd_n, acceleration_sd_m_s2=device.acceleration_sd_m_s2),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stiffness:
    """A segment's reading: ``logs`` of the stiffness in N/mm, one of each contact that gave an answer."""

    segment: str
    logs: tuple[float, ...]
    abstentions: tuple[str, ...] = ()

    @property
    def log(self) -> float:
        """Mean logarithm; only where there is at least one answer."""
        return sum(self.logs) / len(self.logs)

    @property
    def n_mm(self) -> float:
        """Geometric mean in N/mm."""
        return math.exp(self.log)

    def interval_n_mm(self, scatter: "Scatter") -> tuple[float, float]:
        """95 % interval for such a scatter of one contact."""
        reach = scatter.reach_95 / math.sqrt(len(self.logs))
        return math.exp(self.log - reach), math.exp(self.log + reach)


def stiffness_of(segment: str, found: Sequence[SegmentEstimate | Abstention]) -> Stiffness:
    """Gather the contacts of one segment; logarithms are rounded to 1e-6: the last bit is the machine's own."""
    logs = [round(math.log(one.stiffness_n_mm.value), 6) for one in found if isinstance(one, SegmentEstimate)]
    texts = tuple(one.text for one in found if isinstance(one, Abstention))
    return Stiffness(segment=segment, logs=tuple(logs), abstentions=texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Standard deviations of the logarithm from contact to contact: the ``assumed_sd``, taken as known, and this
    session's ``own_sd``, estimated with so many degrees of ``freedom``."""

    assumed_sd: float
    own_sd: float = 0.0
    freedom: int = 0

    @property
    def sd(self) -> float:
        """The greater one."""
        return max(self.assumed_sd, self.own_sd)

    @property
    def reach_95(self) -> float:
        """Half width of the 95 % interval of one contact: the wider of 1.96 assumed and Student's t times the own. Of
        few readings the scatter is hardly known: with 1 degree of freedom t is 12.7, with 10 it is 2.23."""
        own = student_95(self.freedom) * self.own_sd if self.freedom else 0.0
        return max(Z_95 * self.assumed_sd, own)


def scatter(readings: Sequence[Stiffness], assumed_sd: float) -> Scatter:
    """What the readings before treatment say, pooled over the segments, beside what is assumed."""
    groups = [one for one in readings if len(one.logs) > 1]
    freedom = sum(len(one.logs) - 1 for one in groups)
    squares = sum((log - one.log) ** 2 for one in groups for log in one.logs)
    return Scatter(
        assumed_sd=assumed_sd, own_sd=math.sqrt(squares / freedom) if freedom else 0.0, freedom=freedom
    )
