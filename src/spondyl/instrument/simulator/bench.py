"""The simulator's physical world: tip, tissue, force sensor, and what can go wrong with them."""

from enum import Enum

import numpy as np

from spondyl.instrument.caps import SENSOR_RANGE_N
from spondyl.instrument.simulator.plant import STEP_US, Plant, PlantResponse
from spondyl.instrument.status import Contact

NOISE_N = 0.05
NOISE_M_S2 = 0.5
RETRACT_US = 2_000
"""The spring takes the tip off the skin in this time, with or without power."""

RINGING_US = 300_000
"""For this long after the actuator's force the tissue still rings: soft tissue loses a tenth of its swing in 2 ms."""

_AT_REST = PlantResponse(force_n=0.0, acceleration_m_s2=0.0)


class SensorFault(Enum):
    """What the force sensor may do wrong."""

    NONE = "none"
    STUCK = "stuck"
    NOISY = "noisy"
    STALE = "stale"
    SATURATED = "saturated"


_NONE = SensorFault.NONE


class _Noise:
    """Standard normal numbers, drawn in blocks: one by one they would be a third of a tick."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._drawn: list[float] = []

    def draw(self) -> float:
        if not self._drawn:
            self._drawn = self._generator.standard_normal(256).tolist()
        return self._drawn.pop()

    def draw_many(self, count: int) -> list[float]:
        """The same as drawing one by one."""
        out: list[float] = []
        while len(out) < count:
            self._drawn = self._drawn or self._generator.standard_normal(256).tolist()
            left = max(0, len(self._drawn) - (count - len(out)))
            out += reversed(self._drawn[left:])
            del self._drawn[left:]
        return out


class Bench:
    """``true_force_n`` is what the patient feels; ``read`` is what the firmware gets to know of it."""

    def __init__(self, plant: Plant, *, seed: int = 0) -> None:
        self.fault = SensorFault.NONE
        self.true_force_n = 0.0
        self._plant = plant
        self._noise = _Noise(seed)
        self._preload_n = 0.0
        self._retracting = False
        self._drift_n_per_s = 0.0
        self._response = _AT_REST
        self._ringing_us = 0
        self._owed_us = 0
        self._last_reading_n = 0.0

    @property
    def is_touching(self) -> bool:
        """Whether the tip is on the skin."""
        return self._preload_n > 0.0

    @property
    def is_retracting(self) -> bool:
        """Whether the tip is on its way off."""
        return self._retracting and self.is_touching

    def touch(self, contact: Contact) -> None:
        """Bring the tip to the skin with its preload."""
        self._plant.place(contact)
        self._retracting = False
        self._preload_n = contact.preload_n
        self._response = _AT_REST
        self._ringing_us = 0
        self.true_force_n = self._preload_n

    def retract(self) -> None:
        """Let the spring take the tip off."""
        self._retracting = True

    def slip(self) -> None:
        """The tip slides off."""
        self._preload_n = 0.0
        self._drift_n_per_s = 0.0

    def move(self, drift_n_per_s: float) -> None:
        """The patient moves: the preload drifts until the tip is off or moved again."""
        self._drift_n_per_s = drift_n_per_s

    def step(self, blocked_n: float | None, step_us: int) -> None:
        """Let time pass under an actuator force; ``None`` means that the actuator rests."""
        if self._retracting or self._drift_n_per_s:
            self._preload_n = self._next_preload_n(step_us)
        if self._preload_n <= 0.0:
            self._response = _AT_REST
            self.true_force_n = 0.0
            return
        if blocked_n is not None:
            self._response = self._plant.step(blocked_n)
            self._ringing_us = RINGING_US
            self._owed_us = 0
        elif self._ringing_us:
            self._ring(step_us)
        self.true_force_n = max(0.0, self._preload_n + self._response.force_n * self._share())

    def read(self) -> float | None:
        """One reading of force, faults included; ``None`` when the sensor gives none."""
        if self.fault is not _NONE:
            return self._read_faulty()
        self._last_reading_n = self.true_force_n + NOISE_N * self._noise.draw()
        return self._last_reading_n

    def read_still(self, count: int) -> list[float]:
        """``count`` readings while nothing moves, the same as one by one; none at all from a sensor that gives none."""
        if self.fault is not _NONE:
            return [force_n for _ in range(count) if (force_n := self._read_faulty()) is not None]
        forces_n = [self.true_force_n + NOISE_N * noise for noise in self._noise.draw_many(count)]
        self._last_reading_n = forces_n[-1] if forces_n else self._last_reading_n
        return forces_n

    def read_acceleration(self) -> float:
        """One reading of the tip's acceleration."""
        return self._response.acceleration_m_s2 + NOISE_M_S2 * self._noise.draw()

    def _read_faulty(self) -> float | None:
        if self.fault is SensorFault.STALE:
            return None
        if self.fault is SensorFault.STUCK:
            return self._last_reading_n
        noisy_n = self.true_force_n + 200.0 * NOISE_N * self._noise.draw()
        self._last_reading_n = SENSOR_RANGE_N if self.fault is SensorFault.SATURATED else noisy_n
        return self._last_reading_n

    def _ring(self, step_us: int) -> None:
        """Let the tissue swing on in the plant's own steps, however long this one is."""
        self._ringing_us = max(0, self._ringing_us - step_us)
        if not self._ringing_us:
            self._response = _AT_REST
            return
        steps, self._owed_us = divmod(self._owed_us + step_us, STEP_US)
        if steps:
            self._response = self._plant.swing(steps)

    def _share(self) -> float:
        """While the tip comes off, the ringing tissue reaches it less and less."""
        return min(1.0, self._preload_n / 10.0) if self._retracting else 1.0

    def _next_preload_n(self, step_us: int) -> float:
        if not self.is_touching:
            return 0.0
        drift_n = self._drift_n_per_s * step_us * 1e-6
        # Off within RETRACT_US from any preload the sensor can measure.
        off_n = SENSOR_RANGE_N * step_us / RETRACT_US if self._retracting else 0.0
        return max(0.0, self._preload_n + drift_n - off_n)


__all__ = ["RETRACT_US", "STEP_US", "Bench", "SensorFault"]
