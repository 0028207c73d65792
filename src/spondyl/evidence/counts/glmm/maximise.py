"""Maximise a likelihood over an effect and its spread between studies, with the curvature for the standard error."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]
LogLikelihood = Callable[[FloatArray, FloatArray], FloatArray]
"""Effects (m,) and spreads (m,) to log-likelihoods (m,): many parameter values at once."""

START_TAUS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
START_STEPS = (-4.0, -2.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
LARGEST_TAU, LARGEST_EFFECT = 25.0, 30.0
NEWTON_STEPS = 60
STENCIL_STEP = 2e-3
NO_SPREAD = 1e-5
GAIN = 1e-13

_OFFSETS = np.arange(-2.0, 3.0)
_FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12.0
_SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12.0
_NONE = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
"""Weights of the five-point difference formulas, error of order step⁴ (Abramowitz & Stegun 25.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """The maximum-likelihood effect, its standard error, the spread tau, and the log-likelihood there."""

    effect: float
    se: float
    tau: float
    log_likelihood: float


def maximise(log_likelihood: LogLikelihood, start: float) -> Maximum:
    """Newton's method from the best point of a grid around ``start``; tau and -tau mean the same.

    The standard error is from the observed information of effect and tau together, as R's lme4 has it.
    """
    at = _best_start(log_likelihood, start)
    for _ in range(NEWTON_STEPS):
        value, gradient, hessian = _derivatives(log_likelihood, at)
        following, gain = _line_search(log_likelihood, at, _ascent(gradient, hessian), value)
        at = following
        _refuse_runaway(at)
        if gain <= GAIN * (1.0 + abs(value)):
            return _maximum(log_likelihood, at)
    raise _not_converged("The search for the most likely value did not settle.")


def _best_start(log_likelihood: LogLikelihood, start: float) -> FloatArray:
    effects, taus = (
        grid.ravel() for grid in np.meshgrid(start + np.array(START_STEPS), np.array(START_TAUS))
    )
    best = int(np.argmax(log_likelihood(effects, taus)))
    return np.array([effects[best], taus[best]])


def _derivatives(log_likelihood: LogLikelihood, at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Value, gradient and Hessian from a grid of 5 by 5 points."""
    step = STENCIL_STEP
    first, second = (grid.ravel() for grid in np.meshgrid(_OFFSETS * step, _OFFSETS * step, indexing="ij"))
    values = log_likelihood(at[0] + first, np.abs(at[1] + second)).reshape(5, 5)
    values, centre = values - values[2, 2], values[2, 2]
    gradient = np.array([_FIRST @ values @ _NONE, _NONE @ values @ _FIRST]) / step
    mixed = _FIRST @ values @ _FIRST
    hessian = np.array([[_SECOND @ values @ _NONE, mixed], [mixed, _NONE @ values @ _SECOND]]) / step**2
    return float(centre), gradient, hessian


def _ascent(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """Newton's step with every curvature made downhill, at most 2 long."""
    curvatures, axes = np.linalg.eigh(hessian)
    step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvatures), 1e-6))
    return step * min(1.0, 2.0 / max(float(np.linalg.norm(step)), 1e-300))


def _line_search(
    log_likelihood: LogLikelihood, at: FloatArray, step: FloatArray, value: float
) -> tuple[FloatArray, float]:
    """The best point among halvings of the step, and what it gains."""
    shares = np.append(0.5 ** np.arange(12.0), 0.0)
    tried = at + shares[:, None] * step
    values = log_likelihood(tried[:, 0], np.abs(tried[:, 1]))
    best = int(np.argmax(values))
    return np.array([tried[best, 0], abs(tried[best, 1])]), float(values[best]) - value


def _maximum(log_likelihood: LogLikelihood, at: FloatArray) -> Maximum:
    tau = 0.0 if at[1] < NO_SPREAD else float(at[1])
    value, _, hessian = _derivatives(log_likelihood, np.array([at[0], tau]))
    information = -hessian
    remaining = information[0, 0] - (information[0, 1] ** 2 / information[1, 1] if tau > 0.0 else 0.0)
    if not remaining > 0.0:
        raise _not_converged("The likelihood has no peak: these counts do not fix the effect.")
    return Maximum(effect=float(at[0]), se=float(remaining**-0.5), tau=tau, log_likelihood=value)


def _refuse_runaway(at: FloatArray) -> None:
    if abs(at[0]) > LARGEST_EFFECT:
        raise _not_converged("The effect has no finite estimate: it grows without end.")
    if at[1] > LARGEST_TAU:
        raise _not_converged("The spread between studies has no finite estimate: it grows without end.")


def _not_converged(what: str) -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.NOT_CONVERGED,
        what=what,
        why="This happens when studies have none or only patients with the event, or when they are few and tiny.",
        do="Report the counts of each study with exact intervals instead of one pooled number.",
    )
