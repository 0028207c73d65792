"""The quick reading: the two-mass model with a linear contact, exact between samples, tried before the slow one.

    m_t ẍ_t = F − f,  f = k_s (x_t − x) + c_s (ẋ_t − ẋ),  m ẍ + c ẋ + k x = f,

driven by F, the measured force on the tip, taken as linear between samples; fitted to the tip's acceleration. F is told
from what a sensor at the skin measures by F = f + m_t ẍ_t, so nothing is assumed of the actuator or of what it was told
to do, but that its force is straight between samples, as the simulator's is. A half-sine of 2.5 ms that bends between
samples 100 µs apart gives a stiffness of 30 N/mm 7 % too high. At 20 N, the session's probe, its residuals have it
refused; at 10 N the noise hides that, and 14 % too high was read with an sd of 2 %: an instrument whose force is smooth
needs another interpolation first. The noise model is that of :mod:`whiten`, with one term more: the preload is itself a
mean of few readings.
"""

import numpy as np
from scipy.linalg import cholesky, toeplitz
from scipy.signal import lfilter

from spondyl.biomechanics.estimate import Abstention, AbstentionReason, Estimated, SegmentEstimate
from spondyl.biomechanics.identify import MAX_RELATIVE_SD, P_LIMIT, PLAUSIBLE_N_MM, unusable
from spondyl.biomechanics.levenberg import log_interval
from spondyl.biomechanics.one_thread import on_one_thread
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.respond import hold
from spondyl.biomechanics.whiten import chi_square_p, whitened, whiteness_p
from spondyl.provenance import Provenance

PRELOAD_READINGS = 8
"""The preload is the mean of this many readings of the force sensor."""

_STARTS = np.log([(ks, 60.0, 0.5, 70.0, k) for ks in (20e3, 60e3, 150e3) for k in (10e3, 30e3, 80e3)])
_NUDGE = 1e-4
_ROUNDS = 40
_LOG_STEP_MAX = 0.7


@on_one_thread
def identify_linear(probe: Probe) -> SegmentEstimate | Abstention:
    """Fit the linear model; abstain unless its residuals are noise by the tests of :func:`identify`."""
    refused = unusable(probe)
    if refused is not None:
        return refused
    logs = min(
        _STARTS, key=lambda start: float(np.sum((probe.acceleration_m_s2 - modelled(probe, start)) ** 2))
    )
    logs, _ = _descend(probe, logs, np.eye(len(probe.force_n)) * probe.noise.acceleration_sd_m_s2)
    factor = _noise_factor(probe, logs)
    logs, residual = _descend(probe, logs, factor)
    p_values = chi_square_p(residual, len(logs)), whiteness_p(residual)
    if min(p_values) < P_LIMIT:
        return _misfit(probe, residual, p_values)
    slope = whitened(factor, _slope(probe, logs))
    covariance = np.asarray(np.linalg.pinv(slope.T @ slope, hermitian=True), np.float64)
    return _reported(probe, logs, covariance, p_values)


def modelled(probe: Probe, logs: FloatArray) -> FloatArray:
    """(n,) acceleration of the tip for the logarithms (5,) of k_s, c_s [SI], m, c, k."""
    return _response(logs, probe, probe.force_n)


def _response(logs: FloatArray, probe: Probe, force_n: FloatArray) -> FloatArray:
    """a/F = s² (Z_s + Z) / (m_t s² (Z_s + Z) + Z_s Z), Z_s = c_s s + k_s, Z = m s² + c s + k, taken apart into its four
    poles; each is a recursion that is exact for a force linear between samples (:func:`hold`)."""
    ks, cs, m, c, k = np.exp(logs)
    skin, tissue = np.array([cs, ks]), np.array([m, c, k])
    top = np.append(np.polyadd(skin, tissue), [0.0, 0.0])
    bottom = np.polyadd(probe.tip_mass_kg * top, np.polymul(skin, tissue))
    poles = np.roots(bottom).astype(np.complex128)
    residues = np.polyval(top - bottom / probe.tip_mass_kg, poles) / np.polyval(np.polyder(bottom), poles)
    decay, now, after = hold(poles, probe.step_s)
    motion = np.asarray(force_n / probe.tip_mass_kg, np.complex128)
    for residue, late, early, fall in zip(residues, after, now, decay, strict=True):
        motion += np.asarray(lfilter([residue * late, residue * early], [1.0, -fall], force_n), np.complex128)
    return np.asarray(motion.real, np.float64)


def _slope(probe: Probe, logs: FloatArray) -> FloatArray:
    nudges = _NUDGE * np.eye(len(logs))
    columns = [(modelled(probe, logs + one) - modelled(probe, logs - one)) / (2 * _NUDGE) for one in nudges]
    return np.stack(columns, axis=1)


def _noise_factor(probe: Probe, logs: FloatArray) -> FloatArray:
    n, noise = len(probe.force_n), probe.noise
    passed = toeplitz(_response(logs, probe, np.eye(1, n)[0]), np.zeros(n))
    shifted = passed.sum(axis=1) * noise.force_sd_n / np.sqrt(PRELOAD_READINGS)
    covariance = noise.force_sd_n**2 * passed @ passed.T + np.outer(shifted, shifted)
    covariance[np.diag_indices(n)] += noise.acceleration_sd_m_s2**2
    return np.asarray(cholesky(covariance, lower=True), np.float64)


def _descend(probe: Probe, logs: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Levenberg and Marquardt on the whitened residual; the logarithms and the residual reached."""
    damping = 1e-2
    residual = whitened(factor, probe.acceleration_m_s2 - modelled(probe, logs))
    for _ in range(_ROUNDS):
        slope = whitened(factor, _slope(probe, logs))
        normal = slope.T @ slope
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), slope.T @ residual)
        step *= min(1.0, _LOG_STEP_MAX / max(float(np.abs(step).max()), 1e-300))
        trial = whitened(factor, probe.acceleration_m_s2 - modelled(probe, logs + step))
        gain = float(residual @ residual - trial @ trial)
        if not gain > 0.0:
            if float(np.abs(step).max()) < 1e-6:
                break
            damping *= 10.0
            continue
        logs, residual, damping = logs + step, trial, max(damping / 10.0, 1e-9)
        if gain < 1e-4:
            break
    return logs, residual


def _misfit(probe: Probe, residual: FloatArray, p_values: tuple[float, float]) -> Abstention:
    size = float(np.sqrt(np.mean(residual**2)))
    reason, seen = (
        (AbstentionReason.MODEL_DOES_NOT_FIT, f"Residuals are {size:.1f} times the sensors' noise.")
        if p_values[0] < P_LIMIT
        else (AbstentionReason.RESIDUALS_COLOURED, f"Residuals are not white (p = {p_values[1]:.1g}).")
    )
    text = f"{seen} No stiffness is reported. Check contact, preload and movement, then probe again."
    return Abstention(segment=probe.segment, reason=reason, text=text)


def _reported(
    probe: Probe, logs: FloatArray, covariance: FloatArray, p_values: tuple[float, float]
) -> SegmentEstimate | Abstention:
    units = (1e-3, 1.0, 1.0, 1.0, 1e-3)
    found = [
        log_interval(float(log), float(np.sqrt(variance)), unit)
        for log, variance, unit in zip(logs, np.diag(covariance), units, strict=True)
    ]
    stiffness = found[4]
    low, high = PLAUSIBLE_N_MM
    if not low <= stiffness.value <= high:
        text = f"The fit gives {stiffness.value:.1f} N/mm; tissue lies between {low:g} and {high:g}. Probe again."
        return Abstention(segment=probe.segment, reason=AbstentionReason.IMPLAUSIBLE, text=text)
    if stiffness.sd > MAX_RELATIVE_SD * stiffness.value:
        text = f"The stiffness is known to {100 * stiffness.sd / stiffness.value:.0f} % only. Use a larger pulse."
        return Abstention(segment=probe.segment, reason=AbstentionReason.TOO_UNCERTAIN, text=text)
    return SegmentEstimate(
        segment=probe.segment,
        mass_kg=found[2],
        damping_ns_m=found[3],
        stiffness_n_mm=stiffness,
        contact_stiffness_n_mm=found[0],
        contact_damping_ns_m=found[1],
        contact_exponent=Estimated(value=1.0, sd=0.0, low=1.0, high=1.0),
        preload_n=probe.preload_n,
        modes=1,
        chi_square_p=p_values[0],
        whiteness_p=p_values[1],
        provenance=Provenance(method="spondyl.biomechanics.identify_linear"),
    )
