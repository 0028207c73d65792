"""Likelihood of each study when log odds vary between studies, by adaptive Gauss-Hermite quadrature.

Source: Pinheiro & Bates, J Comput Graph Stat 1995;4:12-35 (adaptive rule); Stijnen, Hamza & Özdemir, Stat Med
2010;29:3046-3067 (binomial-normal model). The integrand is centred at its mode and scaled by its curvature, so a
study with no event, or with nothing but events, is an ordinary study.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MODE_STEPS = 200
MODE_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """Events and patients of ``k`` studies with ``a`` arms, (k, a); ``slope`` (a,) is how the study's effect enters."""

    events: FloatArray
    patients: FloatArray
    slope: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Nodes and logarithms of weights of the Gauss-Hermite rule for the standard normal distribution."""

    nodes: FloatArray
    log_weights: FloatArray


def gauss_hermite(points: int) -> Rule:
    """The rule with this many points; 1 is Laplace's approximation, 7 what most software uses."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return Rule(nodes=nodes, log_weights=np.log(weights) + nodes**2 / 2.0)


def study_log_likelihoods(arms: Arms, fixed: FloatArray, tau: FloatArray, rule: Rule) -> FloatArray:
    """Log-likelihood of every study, up to a constant of the data.

    ``fixed`` (..., k, a) are the log odds of an average study, ``tau`` (..., 1 or k) the standard deviation between
    studies; leading dimensions are parameter values tried at once. Returns (..., k).
    """
    mode, curvature = _mode(arms, fixed, tau)
    scale = 1.0 / np.sqrt(curvature)
    nodes = mode[..., None] + scale[..., None] * rule.nodes
    logs = _log_joint(arms, fixed[..., None, :], tau[..., None], nodes) + rule.log_weights
    top = logs.max(axis=-1)
    total = np.log(np.exp(logs - top[..., None]).sum(axis=-1))
    return top + total + np.log(scale) - 0.5 * np.log(2.0 * np.pi)


def _log_joint(arms: Arms, fixed: FloatArray, tau: FloatArray, effect: FloatArray) -> FloatArray:
    """Log density of data and standardised study effect (..., k, nodes)."""
    logits = fixed + (tau * effect)[..., None] * arms.slope
    data = arms.events[:, None, :] * logits - arms.patients[:, None, :] * np.logaddexp(0.0, logits)
    return data.sum(axis=-1) - effect**2 / 2.0


def _mode(arms: Arms, fixed: FloatArray, tau: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the density of each study's effect peaks, and its curvature there, by Newton inside a shrinking bracket."""
    reach = tau * (arms.patients * np.abs(arms.slope)).sum(axis=-1) + np.zeros(fixed.shape[:-1])
    low, high = -reach, reach
    effect = np.zeros_like(reach)
    curvature = np.ones_like(reach)
    for _ in range(MODE_STEPS):
        gradient, curvature = _slopes(arms, fixed, tau, effect)
        low, high = np.where(gradient > 0.0, effect, low), np.where(gradient < 0.0, effect, high)
        step = effect + gradient / curvature
        following = np.where((step >= low) & (step <= high), step, (low + high) / 2.0)
        moved = np.abs(following - effect) > MODE_TOLERANCE * (1.0 + np.abs(effect))
        effect = following
        if not moved.any():
            break
    return effect, curvature


def _slopes(
    arms: Arms, fixed: FloatArray, tau: FloatArray, effect: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """First derivative and negative second derivative of the log density in the study's effect."""
    logits = fixed + (tau * effect)[..., None] * arms.slope
    share = 0.5 * (1.0 + np.tanh(0.5 * logits))
    pull = tau * (arms.slope * (arms.events - arms.patients * share)).sum(axis=-1)
    width = tau**2 * (arms.slope**2 * arms.patients * share * (1.0 - share)).sum(axis=-1)
    return pull - effect, width + 1.0
