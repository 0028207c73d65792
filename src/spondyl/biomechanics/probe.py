"""What one small push measured: force on the moving tip and the tip's acceleration, sampled together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.biomechanics.segment import Segment

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNoise:
    """Standard deviations of one sample; both sensors are taken as white and normal.

    The defaults are those of the project's pilot (reference page, section 3): 0.1 N and 0.5 m/s².
    """

    force_sd_n: float = 0.1
    acceleration_sd_m_s2: float = 0.5

    def __post_init__(self) -> None:
        if not (self.force_sd_n >= 0 and self.acceleration_sd_m_s2 > 0):
            raise ValueError(
                f"Noise of {self.force_sd_n} N and {self.acceleration_sd_m_s2} m/s² cannot weigh a sample; "
                "give the sensors' standard deviations (acceleration above zero)."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One probing pulse at one segment.

    * ``force_n`` (n,): force that drives the tip towards the patient, minus the preload; zero before the pulse.
    * ``acceleration_m_s2`` (n,): of the tip, positive towards the patient.
    * ``preload_n``: the steady force before the pulse, measured. ``tip_mass_kg``: everything that moves with the tip.

    The record starts at rest, before the pulse, and goes on until the tissue is quiet (60 ms is enough at 40 Hz).
    """

    segment: Segment
    step_s: float
    force_n: FloatArray
    acceleration_m_s2: FloatArray
    preload_n: float
    tip_mass_kg: float
    noise: SensorNoise = SensorNoise()

    def __post_init__(self) -> None:
        if self.force_n.ndim != 1 or self.force_n.shape != self.acceleration_m_s2.shape:
            raise ValueError(
                f"A probe needs force and acceleration of equal length; got shapes {self.force_n.shape} and "
                f"{self.acceleration_m_s2.shape}. Resample them to one clock."
            )
        if len(self.force_n) < 50:
            raise ValueError(
                f"A probe of {len(self.force_n)} samples is too short to fit; record at least 50."
            )
        if not (np.isfinite(self.force_n).all() and np.isfinite(self.acceleration_m_s2).all()):
            raise ValueError("A probe holds values that are not numbers; drop the record and probe again.")
        if not (self.step_s > 0 and self.preload_n > 0 and self.tip_mass_kg > 0):
            raise ValueError(
                f"Step {self.step_s} s, preload {self.preload_n} N and tip mass {self.tip_mass_kg} kg must all be "
                "above zero: without preload the tip leaves the skin and nothing can be identified."
            )
