"""The quick reading: the two-mass model with a linear contact, exact between samples, tried before the slow one.

    m_t ẍ_t = F − f,  f = k_s (x_t − x) + c_s (ẋ_t − ẋ),  m ẍ + c ẋ + k x = f,

driven by F, the measured force on the tip, and fitted to the tip's acceleration. F is told from what a sensor at the
skin measures by F = f + m_t ẍ_t, so nothing is assumed of the actuator or of what it was told to do. How F ran between
the samples is not measured either, and matters: taken as straight, half-sines of 2.5 ms sampled every 100 µs read 4 to
10 % too stiff. So every guess of :mod:`between_samples` is fitted and weighed (:mod:`averaged`). The noise model is
that of :mod:`whiten`, with one term more: the preload is itself a mean of few readings.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, toeplitz

from spondyl.biomechanics.averaged import Found, averaged, likely, surprise_of
from spondyl.biomechanics.between_samples import Between, guesses
from spondyl.biomechanics.estimate import Abstention, AbstentionReason, Estimated, SegmentEstimate
from spondyl.biomechanics.identify import MAX_RELATIVE_SD, P_LIMIT, PLAUSIBLE_N_MM, misfit, unusable
from spondyl.biomechanics.one_thread import on_one_thread
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.respond import hold
from spondyl.biomechanics.whiten import chi_square_p, whitened, whiteness_p
from spondyl.provenance import Provenance

PRELOAD_READINGS = 8
"""The preload is the mean of this many readings of the force sensor."""

_STARTS = np.log([(ks, 60.0, 0.5, 70.0, k) for ks in (20e3, 60e3, 150e3) for k in (10e3, 30e3, 80e3)])
_COUNT = 5
_NUDGE = 1e-4
_NUDGES = np.vstack([np.zeros((1, _COUNT)), _NUDGE * np.eye(_COUNT), -_NUDGE * np.eye(_COUNT)])
_ROUNDS = 40
_LOG_STEP_MAX = 0.7


@on_one_thread
def identify_linear(probe: Probe) -> SegmentEstimate | Abstention:
    """Fit the linear model; abstain unless its residuals are noise by the tests of :func:`identify`."""
    refused = unusable(probe)
    if refused is not None:
        return refused
    straight, *bent = guesses(probe.force_n, probe.noise.force_sd_n)
    apart = np.sum((probe.acceleration_m_s2 - _modelled(probe, straight, _STARTS)) ** 2, axis=1)
    start = _STARTS[int(np.argmin(apart))]
    rough, _, _ = _nearest(
        probe, straight, start, np.eye(len(probe.force_n)) * probe.noise.acceleration_sd_m_s2
    )
    at_samples, in_steps = (toeplitz(one, np.zeros(len(one))) for one in _kernels(rough, probe))
    covariance = _noise(probe, at_samples)
    found = [_found(probe, straight, rough, covariance)]
    for guess in bent:
        unsure = in_steps @ guess.unsure_n
        found.append(_found(probe, guess, found[0].logs, covariance + unsure @ unsure.T))
    passing = [one for one in found if min(one.p_values) >= P_LIMIT]
    return _reported(probe, passing) if passing else misfit(probe, likely(found))


def _modelled(probe: Probe, between: Between, logs: FloatArray) -> FloatArray:
    """(…, n) acceleration of the tip for the logarithms (…, 5) of k_s, c_s [SI], m, c, k."""
    kernels, n = _kernels(logs, probe), len(probe.force_n)
    # A power of two: 802, twice a prime, takes some times as long.
    size = 1 << (2 * n - 1).bit_length()
    at_samples, in_steps = (np.fft.rfft(one, size) for one in (probe.force_n, between.inside_n))
    moved = np.fft.rfft(kernels[0], size) * at_samples + np.fft.rfft(kernels[1], size) * in_steps
    return probe.force_n / probe.tip_mass_kg + np.fft.irfft(moved, size)[..., :n]


def _kernels(logs: FloatArray, probe: Probe) -> tuple[FloatArray, FloatArray]:
    """(…, n) twice: what the tissue adds to the free tip's acceleration after one newton at a sample, straight to its
    neighbours, and after one newton throughout the step that ends there.

    a/F = s² (Z_s + Z) / (m_t s² (Z_s + Z) + Z_s Z), Z_s = c_s s + k_s, Z = m s² + c s + k; less 1/m_t it is taken apart
    into its four poles, each of which answers exactly (:func:`hold`).
    """
    ks, cs, m, c, k = np.moveaxis(np.exp(logs), -1, 0)
    both = np.stack([cs * m, cs * c + ks * m, cs * k + ks * c, ks * k], axis=-1)
    bottom = np.stack([m, c + cs, k + ks, 0 * k, 0 * k], axis=-1) * probe.tip_mass_kg
    bottom[..., 1:] += both
    poles = _roots(bottom)
    residues = -_value(both, poles) / probe.tip_mass_kg / _value(bottom[..., :4] * np.arange(4, 0, -1), poles)
    decay, now, after = hold(poles, probe.step_s)
    later = np.repeat(decay[..., None], len(probe.force_n), axis=-1)
    later[..., 0] = 1.0
    np.cumprod(later, axis=-1, out=later)
    weights = np.stack([residues * (now + after * decay), residues * (now + after)], axis=-2)
    moved = (weights @ later).real
    first = np.sum(residues * after, axis=-1, keepdims=True).real
    return np.concatenate([first, moved[..., 0, :-1]], axis=-1), moved[..., 1, :]


def _roots(coefficients: FloatArray) -> NDArray[np.complex128]:
    """(…, 4) roots of polynomials (…, 5), highest power first: eigenvalues of their companion matrices."""
    companion = np.zeros((*coefficients.shape[:-1], 4, 4))
    companion[..., range(1, 4), range(3)] = 1.0
    companion[..., 0, :] = -coefficients[..., 1:] / coefficients[..., :1]
    return np.linalg.eigvals(companion).astype(np.complex128)


def _value(coefficients: FloatArray, at: NDArray[np.complex128]) -> NDArray[np.complex128]:
    result = np.zeros_like(at)
    for column in np.moveaxis(coefficients, -1, 0):
        result = result * at + column[..., None]
    return result


def _noise(probe: Probe, moved: FloatArray) -> FloatArray:
    """Covariance (n, n) of the residual; ``moved`` (n, n) is what the tissue adds for each sample of the force."""
    n, noise = len(probe.force_n), probe.noise
    passed = moved + np.eye(n) / probe.tip_mass_kg
    shifted = passed.sum(axis=1) * noise.force_sd_n / np.sqrt(PRELOAD_READINGS)
    covariance = noise.force_sd_n**2 * passed @ passed.T + np.outer(shifted, shifted)
    covariance[np.diag_indices(n)] += noise.acceleration_sd_m_s2**2
    return covariance


def _found(probe: Probe, between: Between, start: FloatArray, covariance: FloatArray) -> Found:
    factor = np.asarray(cholesky(covariance, lower=True), np.float64)
    logs, residual, slope = _nearest(probe, between, start, factor)
    return Found(
        logs=logs,
        covariance=np.asarray(np.linalg.pinv(slope.T @ slope, hermitian=True), np.float64),
        residual=residual,
        surprise=surprise_of(residual, factor),
        p_values=(chi_square_p(residual, _COUNT), whiteness_p(residual)),
    )


def _nearest(
    probe: Probe, between: Between, logs: FloatArray, factor: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Levenberg and Marquardt on the whitened residual; the logarithms, the residual and the slope reached."""
    damping = 1e-2
    residual, slope = _at(probe, between, logs, factor)
    for _ in range(_ROUNDS):
        normal = slope.T @ slope
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), slope.T @ residual)
        step *= min(1.0, _LOG_STEP_MAX / max(float(np.abs(step).max()), 1e-300))
        trial, trial_slope = _at(probe, between, logs + step, factor)
        gain = float(residual @ residual - trial @ trial)
        if not gain > 0.0:
            if float(np.abs(step).max()) < 1e-6:
                break
            damping *= 10.0
            continue
        logs, residual, slope, damping = logs + step, trial, trial_slope, max(damping / 10.0, 1e-9)
        if gain < 1e-4:
            break
    return logs, residual, slope


def _at(
    probe: Probe, between: Between, logs: FloatArray, factor: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Whitened residual (n,) and slope (n, 5) by central differences."""
    runs = _modelled(probe, between, logs + _NUDGES)
    slope = (runs[1 : _COUNT + 1] - runs[_COUNT + 1 :]) / (2 * _NUDGE)
    white = whitened(factor, np.vstack([probe.acceleration_m_s2 - runs[0], slope]).T)
    return white[:, 0], white[:, 1:]


def _reported(probe: Probe, passing: list[Found]) -> SegmentEstimate | Abstention:
    contact, contact_damping, mass, damping, stiffness = (
        averaged(passing, [row], unit) for row, unit in enumerate((1e-3, 1.0, 1.0, 1.0, 1e-3))
    )
    low, high = PLAUSIBLE_N_MM
    if not low <= stiffness.value <= high:
        text = f"The fit gives {stiffness.value:.1f} N/mm; tissue lies between {low:g} and {high:g}. Probe again."
        return Abstention(segment=probe.segment, reason=AbstentionReason.IMPLAUSIBLE, text=text)
    if stiffness.sd > MAX_RELATIVE_SD * stiffness.value:
        text = f"The stiffness is known to {100 * stiffness.sd / stiffness.value:.0f} % only. Use a larger pulse."
        return Abstention(segment=probe.segment, reason=AbstentionReason.TOO_UNCERTAIN, text=text)
    chi, white = likely(passing).p_values
    return SegmentEstimate(
        segment=probe.segment,
        mass_kg=mass,
        damping_ns_m=damping,
        stiffness_n_mm=stiffness,
        contact_stiffness_n_mm=contact,
        contact_damping_ns_m=contact_damping,
        contact_exponent=Estimated(value=1.0, sd=0.0, low=1.0, high=1.0),
        preload_n=probe.preload_n,
        modes=1,
        chi_square_p=chi,
        whiteness_p=white,
        provenance=Provenance(method="spondyl.biomechanics.identify_linear"),
    )
