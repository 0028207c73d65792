"""The noise model of a probe and the tests of what is left over.

Measured acceleration = model(true force) + white noise; the model is driven by the measured force, whose white noise
passes through the tip's own response. So the residual has the covariance σ_a² I + σ_F² T Tᵀ, T the lower triangular
Toeplitz matrix of the linearised response of acceleration to force.
"""

import numpy as np
from scipy.linalg import cholesky, solve_triangular, toeplitz

from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.tails import chi_square_above
from spondyl.biomechanics.tip_model import tip_acceleration_m_s2

LAGS = 20


def noise_factor(probe: Probe, logs: FloatArray, unsure_n: FloatArray | None = None) -> FloatArray:
    """Lower Cholesky factor (n, n) of the residual's covariance at the parameters ``logs`` (p,).

    ``unsure_n`` (n, columns) of unit variance: what else is unknown of the force that the tip feels (:class:`Between`).
    """
    n, small_n = len(probe.force_n), 1e-4
    nudge, still = np.zeros(n), np.zeros(n)
    nudge[1] = small_n

    def passed(force_n: FloatArray, inside_n: FloatArray) -> FloatArray:
        response = tip_acceleration_m_s2(
            logs[:, None],
            force_n,
            step_s=probe.step_s,
            preload_n=probe.preload_n,
            tip_mass_kg=probe.tip_mass_kg,
            inside_n=inside_n,
        )[:, 0]
        return toeplitz(np.append(response[1:], 0.0) / small_n, np.zeros(n))

    by_samples = passed(nudge, still)
    covariance = probe.noise.force_sd_n**2 * by_samples @ by_samples.T
    if unsure_n is not None and unsure_n.size:
        unsure = passed(still, nudge) @ unsure_n
        covariance += unsure @ unsure.T
    covariance[np.diag_indices(n)] += probe.noise.acceleration_sd_m_s2**2
    return cholesky(covariance, lower=True)


def whitened(factor: FloatArray, values: FloatArray) -> FloatArray:
    """``values`` (n, …) in units of noise: independent and of variance 1 if the model is right."""
    return solve_triangular(factor, values, lower=True, check_finite=False)


def freed(residual: FloatArray, slope: FloatArray, away: FloatArray) -> FloatArray:
    """``residual`` (n,) of a fit with a prior, without the colour that fitting itself gives to it.

    The fit takes noise out of the directions that the parameters can reach, so that what is left of white noise is not
    white: (1 + S Sᵀ)⁻¹ is its covariance, S the ``slope`` (n, p) by parameters of unit prior variance. What was taken
    stands in ``away`` (p,), how far these parameters lie from the prior's mean. Residual and ``away`` together, at
    right angles to what was fitted, are n numbers that are independent and of variance 1 if model and prior are right.
    A fit that stopped a little before its minimum gives the same ones.
    """
    u, s, vt = np.linalg.svd(slope, full_matrices=False)
    inside = u.T @ residual
    return residual + u @ ((s * (vt @ away) + inside) / np.sqrt(1 + s**2) - inside)


def chi_square_p(residual: FloatArray, parameters: int) -> float:
    """Probability of a residual sum of squares at least this large, with n − p degrees of freedom."""
    return chi_square_above(float(residual @ residual), len(residual) - parameters)


def whiteness_p(residual: FloatArray) -> float:
    """Ljung–Box test over 20 lags: Q = n(n + 2) Σ r_k²/(n − k) (Ljung and Box 1978).

    Fitted parameters use up no lag: they are those of a response to a known force, not of the noise. Taken off all the
    same, six of them once turned a test at 1 % into one that refused 14 % of sound records.
    """
    n = len(residual)
    centred = residual - residual.mean()
    lags = np.arange(1, LAGS + 1)
    r = np.array([centred[k:] @ centred[:-k] for k in lags]) / (centred @ centred)
    return chi_square_above(float(n * (n + 2) * np.sum(r**2 / (n - lags))), LAGS)
