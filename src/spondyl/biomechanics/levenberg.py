"""Weighted nonlinear least squares (Levenberg–Marquardt) for one probe."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from spondyl.biomechanics.averaged import Found, surprise_of
from spondyl.biomechanics.between_samples import Between
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.tip_model import tip_acceleration_m_s2
from spondyl.biomechanics.whiten import chi_square_p, noise_factor, whitened, whiteness_p

_MAX_ROUNDS = 20
_NUDGE = 1e-4
_LOG_STEP_MAX = 1.0


def modelled(probe: Probe, logs: FloatArray, between: Between | None = None) -> FloatArray:
    """(n, columns) accelerations of the model for parameter columns (p, columns); force straight, or ``between``."""
    return tip_acceleration_m_s2(
        logs,
        probe.force_n,
        step_s=probe.step_s,
        preload_n=probe.preload_n,
        tip_mass_kg=probe.tip_mass_kg,
        inside_n=None if between is None else between.inside_n,
    )


def sensitivity(
    probe: Probe, logs: FloatArray, between: Between | None = None
) -> tuple[FloatArray, FloatArray]:
    """Acceleration (n,) and its derivative (n, p) by the logarithms, by central differences in one run."""
    p = len(logs)
    nudges = _NUDGE * np.eye(p)
    runs = modelled(probe, logs[:, None] + np.hstack([np.zeros((p, 1)), nudges, -nudges]), between)
    return runs[:, 0], (runs[:, 1 : p + 1] - runs[:, p + 1 :]) / (2 * _NUDGE)


def best_start(probe: Probe, starts: FloatArray) -> FloatArray:
    """The column of ``starts`` (p, columns) nearest to the measurement."""
    with np.errstate(over="ignore", invalid="ignore"):
        misfit = np.sum((modelled(probe, starts) - probe.acceleration_m_s2[:, None]) ** 2, axis=0)
    return starts[:, int(np.argmin(np.where(np.isfinite(misfit), misfit, np.inf)))]


def fit_logs(probe: Probe, start: FloatArray, straight: Between) -> Found:
    """Minimise the whitened residual from ``start`` (p,); the noise model is renewed once on the way."""
    rough = _descend(probe, straight, start, noise_factor(probe, start))
    return fit_near(probe, rough.logs, straight)


def fit_near(probe: Probe, start: FloatArray, between: Between) -> Found:
    """The same from a start that is good enough for the noise model."""
    return _descend(probe, between, start, noise_factor(probe, start, between.unsure_n))


def _descend(probe: Probe, between: Between, logs: FloatArray, factor: FloatArray) -> Found:
    damping, converged = 1e-2, False
    model, by_log = sensitivity(probe, logs, between)
    slope, residual = whitened(factor, by_log), whitened(factor, probe.acceleration_m_s2 - model)
    for _ in range(_MAX_ROUNDS):
        step = _step(slope.T @ slope, slope.T @ residual, damping)
        model, trial_by_log = sensitivity(probe, logs + step, between)
        trial = whitened(factor, probe.acceleration_m_s2 - model)
        gain = residual @ residual - trial @ trial
        if not np.isfinite(gain) or gain < 0:
            if np.abs(step).max() < 1e-7:
                converged = True
                break
            damping *= 10
            continue
        logs, slope, residual, damping = (
            logs + step,
            whitened(factor, trial_by_log),
            trial,
            max(damping / 10, 1e-9),
        )
        if gain < 1e-4:
            converged = True
            break
    return Found(
        logs=logs,
        covariance=np.asarray(np.linalg.pinv(slope.T @ slope, hermitian=True), np.float64),
        residual=residual,
        surprise=surprise_of(residual, factor),
        p_values=(chi_square_p(residual, len(logs)), whiteness_p(residual)),
        converged=converged,
    )


def _step(normal: FloatArray, gradient: FloatArray, damping: float) -> FloatArray:
    scaled = normal + damping * np.diag(np.diag(normal) + 1e-9)
    step = cho_solve(cho_factor(scaled), gradient)
    return step * min(1.0, _LOG_STEP_MAX / max(float(np.abs(step).max()), 1e-300))
