"""Weighted nonlinear least squares (Levenberg–Marquardt) for one probe."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from spondyl.biomechanics.estimate import Z_95, Estimated
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.tip_model import tip_acceleration_m_s2
from spondyl.biomechanics.whiten import noise_factor, whitened

_MAX_ROUNDS = 20
_NUDGE = 1e-4
_LOG_STEP_MAX = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """``logs`` (p,) logarithms of the parameters, their ``covariance`` (p, p), the whitened ``residual`` (n,)."""

    logs: FloatArray
    covariance: FloatArray
    residual: FloatArray
    converged: bool


def log_interval(log: float, sd: float, unit: float) -> Estimated:
    """A quantity from its logarithm and the standard deviation of that, in ``unit`` (delta method)."""
    value, reach = unit * math.exp(log), min(Z_95 * sd, 50.0)
    return Estimated(value=value, sd=value * sd, low=value * math.exp(-reach), high=value * math.exp(reach))


def modelled(probe: Probe, logs: FloatArray) -> FloatArray:
    """(n, columns) accelerations of the model for parameter columns (p, columns)."""
    return tip_acceleration_m_s2(
        logs, probe.force_n, step_s=probe.step_s, preload_n=probe.preload_n, tip_mass_kg=probe.tip_mass_kg
    )


def sensitivity(probe: Probe, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Acceleration (n,) and its derivative (n, p) by the logarithms, by central differences in one run."""
    p = len(logs)
    nudges = _NUDGE * np.eye(p)
    runs = modelled(probe, logs[:, None] + np.hstack([np.zeros((p, 1)), nudges, -nudges]))
    return runs[:, 0], (runs[:, 1 : p + 1] - runs[:, p + 1 :]) / (2 * _NUDGE)


def best_start(probe: Probe, starts: FloatArray) -> FloatArray:
    """The column of ``starts`` (p, columns) nearest to the measurement."""
    with np.errstate(over="ignore", invalid="ignore"):
        misfit = np.sum((modelled(probe, starts) - probe.acceleration_m_s2[:, None]) ** 2, axis=0)
    return starts[:, int(np.argmin(np.where(np.isfinite(misfit), misfit, np.inf)))]


def fit_logs(probe: Probe, start: FloatArray) -> Fit:
    """Minimise the whitened residual from ``start`` (p,); the noise model is renewed once on the way."""
    rough, _ = _descend(probe, start, noise_factor(probe, start))
    factor = noise_factor(probe, rough)
    logs, converged = _descend(probe, rough, factor)
    model, by_log = sensitivity(probe, logs)
    slope = whitened(factor, by_log)
    covariance: FloatArray = np.asarray(np.linalg.pinv(slope.T @ slope, hermitian=True), np.float64)
    return Fit(
        logs=logs,
        covariance=covariance,
        residual=whitened(factor, probe.acceleration_m_s2 - model),
        converged=converged,
    )


def _descend(probe: Probe, logs: FloatArray, factor: FloatArray) -> tuple[FloatArray, bool]:
    damping = 1e-2
    model, by_log = sensitivity(probe, logs)
    residual = whitened(factor, probe.acceleration_m_s2 - model)
    for _ in range(_MAX_ROUNDS):
        slope = whitened(factor, by_log)
        normal, gradient = slope.T @ slope, slope.T @ residual
        step = _step(normal, gradient, damping)
        model, trial_by_log = sensitivity(probe, logs + step)
        trial = whitened(factor, probe.acceleration_m_s2 - model)
        gain = residual @ residual - trial @ trial
        if not np.isfinite(gain) or gain < 0:
            if np.abs(step).max() < 1e-7:
                return logs, True
            damping *= 10
            continue
        logs, by_log, residual, damping = logs + step, trial_by_log, trial, max(damping / 10, 1e-9)
        if gain < 1e-4:
            return logs, True
    return logs, False


def _step(normal: FloatArray, gradient: FloatArray, damping: float) -> FloatArray:
    scaled = normal + damping * np.diag(np.diag(normal) + 1e-9)
    step = cho_solve(cho_factor(scaled), gradient)
    return step * min(1.0, _LOG_STEP_MAX / max(float(np.abs(step).max()), 1e-300))
