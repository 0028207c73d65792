"""Where the force would end if the actuator let go now: a tip that moves fast goes on after the command has ended."""

from math import hypot, sqrt

from spondyl.instrument.simulator.plant import STEP_US, TIP_MASS_KG

_STEP_S = STEP_US * 1e-6
_PARTS = 4
"""The look ahead is taken in so many parts of a step."""
_LOOK_AHEAD_PARTS = 20 * _PARTS
_LEAST_RISE_N = 5.0
"""Below this rise above the preload noise is too large a share of what is measured, and no overshoot is near."""


class Governor:
    """Follows one pulse by force and tip acceleration, both measured every 100 µs.

    It knows the tip's mass and no tissue: stiffness and damping of a new contact are those that fit the pulse so far
    best. At a contact that has answered a pulse of this length before (``is_known``) the command was chosen by that
    answer, and only a force that is about to pass the limit is cut.
    """

    def __init__(self, *, preload_n: float, limit_n: float, is_known: bool) -> None:
        self._preload_n, self._limit_n, self.is_known = preload_n, limit_n, is_known
        self._rise_n = self._acceleration_m_s2 = self._velocity_m_s = self._travel_m = 0.0
        self._slope_n = self._bend_n = 0.0
        self._xx = self._xv = self._vv = self._xf = self._vf = 0.0

    def feed(self, force_n: float, acceleration_m_s2: float) -> None:
        """One step later."""
        mean_m_s2 = (self._acceleration_m_s2 + acceleration_m_s2) / 2.0
        self._travel_m += (self._velocity_m_s + mean_m_s2 * _STEP_S / 2.0) * _STEP_S
        self._velocity_m_s += mean_m_s2 * _STEP_S
        slope_n = force_n - self._preload_n - self._rise_n
        self._slope_n, self._bend_n = slope_n, slope_n - self._slope_n
        self._acceleration_m_s2, self._rise_n = acceleration_m_s2, force_n - self._preload_n
        x, v, f = self._travel_m, self._velocity_m_s, self._rise_n
        self._xx, self._xv, self._vv = self._xx + x * x, self._xv + x * v, self._vv + v * v
        self._xf, self._vf = self._xf + x * f, self._vf + v * f

    @property
    def must_cut(self) -> bool:
        """Whether the force would pass the limit if the command went on for one more step."""
        if self._rise_n < _LEAST_RISE_N:
            return False
        if self._preload_n + self._rise_n + max(0.0, self._slope_n + self._bend_n) > self._limit_n:
            return True  # the next reading, on the parabola through the last three
        if self.is_known or self._velocity_m_s <= 0.0 or self._travel_m <= 0.0:
            return False
        stiffness_n_m, damping_ns_m = self._contact()
        if self._preload_n + self._most_n(stiffness_n_m) <= self._limit_n:
            return False
        return self._preload_n + self._peak_n(stiffness_n_m, damping_ns_m) > self._limit_n

    def _contact(self) -> tuple[float, float]:
        """Stiffness and damping by least squares; all of the force to the spring when they cannot be told apart."""
        determinant = self._xx * self._vv - self._xv * self._xv
        if determinant > 1e-6 * self._xx * self._vv:
            stiffness_n_m = (self._xf * self._vv - self._vf * self._xv) / determinant
            damping_ns_m = (self._vf * self._xx - self._xf * self._xv) / determinant
            if stiffness_n_m > 0.0 and damping_ns_m >= 0.0:
                return stiffness_n_m, damping_ns_m
        return self._xf / self._xx, 0.0

    def _most_n(self, stiffness_n_m: float) -> float:
        """A bound that costs less: as if nothing were damped."""
        velocity_m_s = self._velocity_m_s + max(0.0, self._acceleration_m_s2) * _STEP_S
        return self._rise_n + hypot(self._rise_n, velocity_m_s * sqrt(stiffness_n_m * TIP_MASS_KG))

    def _peak_n(self, stiffness_n_m: float, damping_ns_m: float) -> float:
        """Greatest rise above the preload when the command stays for a step and falls to nothing within the next."""
        force_n, v, part_s = self._rise_n, self._velocity_m_s, _STEP_S / _PARTS
        x, peak_n = (force_n - damping_ns_m * v) / stiffness_n_m, force_n
        driven_n = force_n + TIP_MASS_KG * self._acceleration_m_s2
        for part in range(1, _LOOK_AHEAD_PARTS + 1):
            kept = min(1.0, max(0.0, 2.0 - part / _PARTS))
            v += (kept * driven_n - force_n) / TIP_MASS_KG * part_s
            x += v * part_s
            force_n = stiffness_n_m * x + damping_ns_m * v
            peak_n = max(peak_n, force_n)
        return peak_n
