"""Tip and skin on the twin in time, with the derivatives of the tip's acceleration by every parameter.

The spine's answer to the skin's force is a convolution. Its kernel is the inverse transform of the compliance, taken at
frequencies with a real part so that nothing wraps around; forces are linear between samples (first-order hold), as in
:mod:`respond`. The skin's force s solves s = g(x − y, ẋ − ẏ) for all samples at once by Newton's method; its
matrix is triangular, because nothing answers before its cause, and then gives every derivative of s as well.

The driving force is straight between its samples too, and here no other way is tried (:mod:`between_samples`). Of three
spines under half-sines of 50 N and 5 ms, corners on samples, another way moved the stiffness by 1 to 3 %, at most
0.6 of its sd; the prior's ``widening`` was measured on such pulses.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular, toeplitz

from spondyl.biomechanics.driving_point import (
    COUNT,
    SPINE_PARAMETERS,
    ComplexArray,
    Factors,
    SpineParts,
    compliance,
)
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.segment import Segment

PLACE_PARAMETERS, CONTACT_PARAMETERS = 4, 3
PARAMETERS = SPINE_PARAMETERS + PLACE_PARAMETERS + CONTACT_PARAMETERS
CONTACT = slice(PARAMETERS - CONTACT_PARAMETERS, PARAMETERS)
PLACE = slice(SPINE_PARAMETERS, SPINE_PARAMETERS + PLACE_PARAMETERS)
REFERENCE_PRELOAD_N = 20.0
_HIGHEST_HZ, _ROUNDS, _SETTLED_N = 2500.0, 25, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the tip should stand: the twin's parts, the segment, the arm from its centre to the spinous tip [m]."""

    parts: SpineParts
    segment: Segment
    arm_m: FloatArray

    def wrench(self, place: FloatArray) -> FloatArray:
        """(6,) unit push; ``place`` holds millimetres to the left and up, then tangents of the tilts left and up."""
        aim = np.array([place[2], -1.0, place[3]])
        aim = aim / np.linalg.norm(aim)
        arm = self.arm_m + np.array([place[0], 0.0, place[1]]) * 1e-3
        return np.concatenate([aim, np.cross(arm, aim)])

    def wrench_slope(self, place: FloatArray) -> FloatArray:
        """(6, 4) derivatives of the wrench by the place, by central differences."""
        nudges = 1e-4 * np.eye(PLACE_PARAMETERS)
        return np.stack([(self.wrench(place + d) - self.wrench(place - d)) / 2e-4 for d in nudges], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Frequencies ``s`` (f,), how many of them are computed, the hold's weight, and the undoing of the real part."""

    s: ComplexArray
    kept: int
    hold: ComplexArray
    undo: FloatArray
    count: int

    @classmethod
    def of(cls, probe: Probe) -> "Grid":
        """Twice the record's length, damped by e⁻⁶ at its end."""
        length, step = 2 * len(probe.force_n), probe.step_s
        omega = 2 * np.pi * np.fft.rfftfreq(length, step)
        s = np.asarray(6.0 / (length * step) + 1j * omega, np.complex128)
        return cls(
            s=s,
            kept=int((omega < 2 * np.pi * _HIGHEST_HZ).sum()),
            hold=np.asarray((2 * np.sinh(s * step / 2) / (s * step)) ** 2, np.complex128),
            undo=np.exp(s[0].real * np.arange(length) * step),
            count=len(probe.force_n),
        )

    def in_time(self, transform: ComplexArray) -> FloatArray:
        """(n, …) real samples of a transform (f, …)."""
        shape = (-1,) + (1,) * (transform.ndim - 1)
        full = np.fft.irfft(transform, len(self.undo), axis=0) * self.undo.reshape(shape)
        return full[: self.count]

    def transformed(self, values: FloatArray) -> ComplexArray:
        """(f,) transform of samples (n,)."""
        padded = np.zeros(len(self.undo))
        padded[: self.count] = values
        return np.fft.rfft(padded / self.undo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """Tip acceleration (n,), its derivatives by the parameters (n, 60), the skin's force above the preload (n,) and
    what is needed for the derivative by the force's samples."""

    acceleration_m_s2: FloatArray
    by_parameter: FloatArray
    skin_n: FloatArray
    causal: FloatArray
    felt: FloatArray
    tip_mass_kg: float

    def by_force(self) -> FloatArray:
        """(n, n) derivatives of the acceleration by the samples of the force."""
        passed = solve_triangular(self.causal, self.felt, lower=True, check_finite=False)
        return (np.eye(len(self.skin_n)) - passed) / self.tip_mass_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class _Skin:
    """The contact law of :mod:`contact` at one preload; ``logs`` hold at the reference preload."""

    preload_n: float
    logs: FloatArray

    @property
    def law(self) -> tuple[float, float, float]:
        """k/(p F₀) [1/m], c [N·s/m] and p at this preload."""
        k, c, p = np.exp(self.logs)
        ratio = self.preload_n / REFERENCE_PRELOAD_N
        return float(k * ratio ** (1 - 1 / p) / (p * self.preload_n)), float(c * ratio), float(p)

    def above_preload_n(self, deep: FloatArray, fast: FloatArray) -> tuple[FloatArray, ...]:
        """Force above the preload, its derivatives by depth and speed, and (n, 3) by the three logarithms."""
        scale, c, p = self.law
        base = np.maximum(1 + deep * scale, 1e-9)
        power, damped = self.preload_n * base**p, 1 + c * fast / self.preload_n
        touching = (power * damped > 0) & (base > 1e-9)
        by_base = power * p / base * damped
        shifted = np.log(self.preload_n / REFERENCE_PRELOAD_N) / p - 1
        by_k = by_base * deep * scale
        by_p = power * damped * p * np.log(base) + by_k * shifted
        by_logs = np.stack([by_k, base**p * c * fast, by_p], axis=1)
        force = np.where(touching, power * damped, 0.0) - self.preload_n
        slopes = [np.where(touching, v, 0.0) for v in (by_base * scale, base**p * c)]
        return force, *slopes, np.where(touching[:, None], by_logs, 0.0)


def predict(
    site: Site, probe: Probe, parameters: FloatArray, grid: Grid, skin_n: FloatArray | None = None
) -> Predicted:
    """What the sensors of this probe would read for parameters (60,); ``skin_n`` (n,) is where Newton's method starts.

    Raises ArithmeticError when it finds no skin force.
    """
    h, by = _compliance(site, parameters, grid)
    zeros = np.zeros(grid.count)
    free_x, free_v = (toeplitz(kernel, zeros) for kernel in _tip_kernels(probe))
    along = free_x + toeplitz(grid.in_time(h * grid.hold), zeros)
    speeds = free_v + toeplitz(grid.in_time(h * grid.hold * grid.s), zeros)
    skin = _Skin(preload_n=probe.preload_n, logs=parameters[CONTACT])
    deep, fast = free_x @ probe.force_n, free_v @ probe.force_n
    push = zeros if skin_n is None else skin_n
    for _ in range(_ROUNDS):
        force, by_deep, by_fast, by_logs = skin.above_preload_n(deep - along @ push, fast - speeds @ push)
        causal = by_deep[:, None] * along + by_fast[:, None] * speeds
        causal[np.diag_indices(grid.count)] += 1
        change = solve_triangular(causal, force - push, lower=True, check_finite=False)
        push = push + change
        if float(np.abs(change).max()) < _SETTLED_N:
            break
    else:
        raise ArithmeticError("The skin's force was not found; the parameters are too far from a contact.")
    moved = by * (grid.hold * grid.transformed(push))[:, None]
    spine = by_deep[:, None] * grid.in_time(moved) + by_fast[:, None] * grid.in_time(moved * grid.s[:, None])
    slope = solve_triangular(causal, np.hstack([spine, -by_logs]), lower=True, check_finite=False)
    return Predicted(
        acceleration_m_s2=(probe.force_n - push) / probe.tip_mass_kg,
        by_parameter=slope / probe.tip_mass_kg,
        skin_n=push,
        causal=causal,
        felt=by_deep[:, None] * free_x + by_fast[:, None] * free_v,
        tip_mass_kg=probe.tip_mass_kg,
    )


def _compliance(site: Site, parameters: FloatArray, grid: Grid) -> tuple[ComplexArray, ComplexArray]:
    """H (f,) and its derivatives (f, 57) by spine and place; zero above the frequencies kept."""
    place = parameters[PLACE]
    h = np.zeros(len(grid.s), np.complex128)
    by = np.zeros((len(grid.s), SPINE_PARAMETERS + PLACE_PARAMETERS), np.complex128)
    factors = Factors.of(parameters[:SPINE_PARAMETERS])
    found, slope, motion = compliance(
        site.parts, factors, site.segment, site.wrench(place), grid.s[: grid.kept]
    )
    h[: grid.kept] = found
    by[: grid.kept] = np.hstack([slope, 2 * motion @ site.wrench_slope(place)])
    return h, by


def _tip_kernels(probe: Probe) -> tuple[FloatArray, FloatArray]:
    """Way and speed of the free tip after a unit force at one sample, linear to its neighbours (exact)."""
    step, later = probe.step_s, np.arange(len(probe.force_n))
    way = np.where(later == 0, step**2 / 6, step**2 * later)
    speed = np.where(later == 0, step / 2, step)
    return way / probe.tip_mass_kg, speed / probe.tip_mass_kg


def static_stiffness_n_mm(site: Site, parameters: FloatArray) -> tuple[float, FloatArray]:
    """Stiffness straight from behind at the spinous process, without skin; derivative (60,) of its logarithm."""
    factors = Factors.of(parameters[:SPINE_PARAMETERS])
    still = np.zeros(1, np.complex128)
    h, slope, _ = compliance(
        site.parts, factors, site.segment, site.wrench(np.zeros(PLACE_PARAMETERS)), still
    )
    by_log = np.zeros(PARAMETERS)
    by_log[: 2 * COUNT] = -(slope[0] / h[0]).real[: 2 * COUNT]
    return float(1e-3 / h[0].real), by_log
