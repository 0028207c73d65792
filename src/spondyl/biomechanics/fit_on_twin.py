"""Stiffness of a segment read with the person's twin as the model: what the twin expects, corrected by the probe.

The most probable parameters given probes and prior (maximum a posteriori, Gauss–Newton with Levenberg's damping in the
prior's own metric: while the misfit is large, steps stay where spines are likely). The record tells what moves
within milliseconds and little of the static end; the twin's structure carries one to the other. The prior is wide,
so a spine unlike the tables is still found, and it says how sure the result is.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cholesky

from spondyl.biomechanics.driving_point import COUNT, SPINE_PARAMETERS, parts_of
from spondyl.biomechanics.estimate import Z_95, Abstention, AbstentionReason, Estimated, TwinEstimate
from spondyl.biomechanics.identify import MAX_RELATIVE_SD, unusable
from spondyl.biomechanics.one_thread import on_one_thread
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.spine_model import SpineModel
from spondyl.biomechanics.tails import chi_square_above
from spondyl.biomechanics.tip_on_twin import (
    CONTACT,
    PARAMETERS,
    PLACE,
    REFERENCE_PRELOAD_N,
    Grid,
    Site,
    predict,
    static_stiffness_n_mm,
)
from spondyl.biomechanics.whiten import freed, whitened, whiteness_p
from spondyl.provenance import Provenance

_ROUNDS, _SMALL_GAIN = 40, 0.05
_LEAST_DAMPING, _MOST_DAMPING = 1e-6, 1e9
P_LIMIT = 0.005
_HOPELESS = 4.0
_STARTS = ((0.0, 0.0), (-0.4, 0.0), (0.4, 0.0), (0.0, 0.4), (0.0, -0.4))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinPrior:
    """How far a person may lie from the twin: standard deviations of logarithms unless the name gives a unit.

    All are chosen, without a source. ``whole`` is shared by all joints, and by all supports; ``level`` is each one's.
    ``widening``: factor of the interval's width, measured on hidden plants (docs/reference/adjustment-performance.md).
    """

    whole: float = 0.3
    level: float = 0.2
    mass_mean: float = 0.08
    mass: float = 0.1
    damping: float = 0.15
    place_mm: float = 2.0
    tilt: float = 0.1
    contact: float = 0.5
    exponent: float = 0.2
    widening: float = 1.2

    def mean(self) -> FloatArray:
        """(60,) where the fit starts; contact: 40 N/mm, 25 N·s/m and 1.5 at 20 N."""
        result = np.zeros(PARAMETERS)
        result[2 * COUNT] = self.mass_mean
        result[CONTACT] = np.log([40e3, 25.0, 1.5])
        return result

    def covariance(self) -> FloatArray:
        """(60, 60)."""
        sd = np.zeros(PARAMETERS)
        sd[: 2 * COUNT] = self.level
        sd[2 * COUNT : SPINE_PARAMETERS] = [self.mass, self.damping, self.damping]
        sd[PLACE] = [self.place_mm, self.place_mm, self.tilt, self.tilt]
        sd[CONTACT] = [self.contact, self.contact, self.exponent]
        result = np.diag(sd**2)
        result[:COUNT, :COUNT] += self.whole**2
        result[COUNT : 2 * COUNT, COUNT : 2 * COUNT] += self.whole**2
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """``cost`` is χ² of data and prior together; ``residuals`` (n,) of each probe are whitened."""

    parameters: FloatArray
    cost: float
    residuals: tuple[FloatArray, ...]
    skins_n: tuple[FloatArray | None, ...]
    slope: FloatArray
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    site: Site
    probes: tuple[Probe, ...]
    grids: tuple[Grid, ...]
    prior: TwinPrior
    precision: FloatArray

    def noise(self, parameters: FloatArray) -> tuple[FloatArray, ...]:
        """Cholesky factor of every probe's residual covariance σ_a² I + σ_F² T Tᵀ."""
        return tuple(
            _noise_factor(probe, predict(self.site, probe, parameters, grid).by_force())
            for probe, grid in zip(self.probes, self.grids, strict=True)
        )

    def at(
        self,
        parameters: FloatArray,
        noise: tuple[FloatArray, ...],
        near: tuple[FloatArray | None, ...] | None = None,
    ) -> _Fit:
        """Cost and slope at some parameters; ``near`` are skin forces of parameters close by."""
        residuals, slopes, skins = [], [], []
        starts = near or (None,) * len(self.probes)
        for probe, grid, factor, start in zip(self.probes, self.grids, noise, starts, strict=True):
            model = predict(self.site, probe, parameters, grid, start)
            residuals.append(whitened(factor, probe.acceleration_m_s2 - model.acceleration_m_s2))
            slopes.append(whitened(factor, model.by_parameter))
            skins.append(model.skin_n)
        away = parameters - self.prior.mean()
        cost = sum(float(r @ r) for r in residuals) + float(away @ self.precision @ away)
        return _Fit(
            parameters=parameters,
            cost=cost,
            residuals=tuple(residuals),
            skins_n=tuple(skins),
            slope=np.vstack(slopes),
            converged=False,
        )

    def step(self, fit: _Fit, damping: float) -> FloatArray:
        """(60,) Gauss–Newton step damped by so many priors, at most one in the logarithms of the contact."""
        normal = fit.slope.T @ fit.slope + (1 + damping) * self.precision
        gradient = fit.slope.T @ np.concatenate(fit.residuals)
        gradient = gradient - self.precision @ (fit.parameters - self.prior.mean())
        step = np.linalg.solve(normal, gradient)
        short = min(1.0, 1.0 / max(float(np.abs(step[CONTACT]).max()), 1e-12))
        return np.asarray(short * step, np.float64)

    def p_values(self, fit: _Fit) -> tuple[float, float]:
        """Probabilities of a misfit at least this large and, over all probes, at least this coloured.

        At the minimum, data and prior together have as many degrees of freedom as there are samples.
        """
        lengths = [len(r) for r in fit.residuals]
        root = np.linalg.cholesky(self.prior.covariance())
        away = np.asarray(np.linalg.solve(root, fit.parameters - self.prior.mean()), np.float64)
        white = np.split(
            freed(np.concatenate(fit.residuals), fit.slope @ root, away), np.cumsum(lengths)[:-1]
        )
        coloured = len(white) * min(map(whiteness_p, white))
        return chi_square_above(fit.cost, sum(lengths)), min(1.0, coloured)


@on_one_thread
def identify_on_twin(
    probes: tuple[Probe, ...], model: SpineModel, *, prior: TwinPrior | None = None
) -> TwinEstimate | Abstention:
    """Read the stiffness of one segment from probes at one contact, all of one length and step.

    Refused when the whitened residuals with the prior's own misfit are too large (chi-square, 0.5 %) or coloured
    (Ljung–Box, 0.5 % over all probes), when the result is known to less than 10 %, or when no minimum is found.
    """
    segment = _one_segment(probes)
    refused = next((found for found in map(unusable, probes) if found is not None), None)
    if refused is not None:
        return refused
    prior = prior or TwinPrior()
    site = Site(
        parts=parts_of(model),
        segment=segment,
        arm_m=(model.contact_point_mm(segment) - model.geometry.centres_mm[segment.index]) * 1e-3,
    )
    problem = _Problem(
        site=site,
        probes=probes,
        grids=tuple(Grid.of(probe) for probe in probes),
        prior=prior,
        precision=np.asarray(np.linalg.inv(prior.covariance()), np.float64),
    )
    return _judged(problem, *_best(problem))


def _one_segment(probes: tuple[Probe, ...]) -> Segment:
    if len({(probe.segment, probe.step_s, len(probe.force_n)) for probe in probes}) != 1:
        raise ValueError(
            f"{len(probes)} probes do not share one segment, step and length; fit those of one contact together."
        )
    return probes[0].segment


def _noise_factor(probe: Probe, by_force: FloatArray) -> FloatArray:
    covariance = probe.noise.force_sd_n**2 * by_force @ by_force.T
    covariance[np.diag_indices_from(covariance)] += probe.noise.acceleration_sd_m_s2**2
    return np.asarray(cholesky(covariance, lower=True, check_finite=False), np.float64)


def _best(problem: _Problem) -> tuple[_Fit, tuple[float, float]]:
    """The fit from the prior's mean, or, when its residuals are refused, the best of fits from other places; with its
    ``p_values``."""
    best: tuple[_Fit, tuple[float, float]] | None = None
    for spine, contact in _STARTS:
        start = problem.prior.mean()
        # Left and right push alike: without some tilt to one side the slope is zero there and the fit stays upright.
        start[PLACE.start + 2] = problem.prior.tilt
        start[: 2 * COUNT] += spine
        start[CONTACT.start] += contact
        found = _fit_from(problem, start)
        if best is not None and not found.cost < best[0].cost:
            continue
        best = found, problem.p_values(found)
        if found.converged and min(best[1]) >= P_LIMIT:
            break
    assert best is not None
    return best


def _fit_from(problem: _Problem, start: FloatArray) -> _Fit:
    """Descend twice, the second time with the noise model renewed; once when the misfit is far above the noise."""
    rough = _settled(problem, start, problem.noise(start))
    if rough.cost > _HOPELESS * sum(len(r) for r in rough.residuals):
        return rough
    return _settled(problem, rough.parameters, problem.noise(rough.parameters))


def _settled(problem: _Problem, start: FloatArray, noise: tuple[FloatArray, ...]) -> _Fit:
    """The damping begins where the misfit counts for about ten samples in place of all; it falls as that falls."""
    fit = problem.at(start, noise)
    damping, growth = 0.1 * fit.cost / sum(len(r) for r in fit.residuals), 2.0
    for _ in range(_ROUNDS):
        trial = _tried(problem, fit, problem.step(fit, damping), noise)
        if trial is None or not trial.cost <= fit.cost:
            damping, growth = damping * growth, 2 * growth
            if damping > _MOST_DAMPING:
                return _converged(fit)
            continue
        gain, fit, growth = fit.cost - trial.cost, trial, 2.0
        damping = max(damping / 5, _LEAST_DAMPING)
        if gain < _SMALL_GAIN:
            return _converged(fit)
    return fit


def _tried(problem: _Problem, fit: _Fit, step: FloatArray, noise: tuple[FloatArray, ...]) -> _Fit | None:
    try:
        return problem.at(fit.parameters + step, noise, fit.skins_n)
    except (ArithmeticError, np.linalg.LinAlgError):
        return None


def _converged(fit: _Fit) -> _Fit:
    return replace(fit, converged=True)


def _judged(problem: _Problem, fit: _Fit, p_values: tuple[float, float]) -> TwinEstimate | Abstention:
    chi, white = p_values
    segment = problem.site.segment
    if not fit.converged or chi < P_LIMIT or white < P_LIMIT:
        return Abstention(segment=segment, reason=_reason(fit, chi), text=_misfit_text(fit, chi, white))
    covariance = np.linalg.inv(fit.slope.T @ fit.slope + problem.precision) * problem.prior.widening**2
    value, by_log = static_stiffness_n_mm(problem.site, fit.parameters)
    stiffness = _estimated(value, math.sqrt(by_log @ covariance @ by_log))
    if stiffness.sd > MAX_RELATIVE_SD * value:
        text = f"The stiffness is known to {100 * stiffness.sd / value:.0f} % only. Probe the same contact again."
        return Abstention(segment=segment, reason=AbstentionReason.TOO_UNCERTAIN, text=text)
    return _reported(problem, fit, stiffness, p_values)


def _reason(fit: _Fit, chi: float) -> AbstentionReason:
    if not fit.converged:
        return AbstentionReason.NOT_CONVERGED
    return AbstentionReason.MODEL_DOES_NOT_FIT if chi < P_LIMIT else AbstentionReason.RESIDUALS_COLOURED


def _misfit_text(fit: _Fit, chi: float, white: float) -> str:
    seen = (
        "The fit found no minimum."
        if not fit.converged
        else f"What is left over is no noise (p = {min(chi, white):.1g})."
    )
    return f"{seen} No stiffness is reported. Check segment, contact, preload and movement, then probe again."


def _reported(
    problem: _Problem, fit: _Fit, stiffness: Estimated, p_values: tuple[float, float]
) -> TwinEstimate:
    prior = problem.prior
    before, by_log = static_stiffness_n_mm(problem.site, prior.mean())
    spread = np.linalg.inv(fit.slope.T @ fit.slope + problem.precision) * prior.widening**2
    contact = [
        _estimated(math.exp(fit.parameters[i]), math.sqrt(spread[i, i])) for i in range(PARAMETERS)[CONTACT]
    ]
    return TwinEstimate(
        segment=problem.site.segment,
        stiffness_n_mm=stiffness,
        expected_n_mm=_estimated(before, math.sqrt(by_log @ prior.covariance() @ by_log)),
        contact_stiffness_n_m=contact[0],
        contact_damping_ns_m=contact[1],
        contact_exponent=contact[2],
        preload_n=REFERENCE_PRELOAD_N,
        chi_square_p=p_values[0],
        whiteness_p=p_values[1],
        provenance=Provenance(method="spondyl.biomechanics.identify_on_twin"),
    )


def _estimated(value: float, relative_sd: float) -> Estimated:
    reach = math.exp(Z_95 * relative_sd)
    return Estimated(value=value, sd=value * relative_sd, low=value / reach, high=value * reach)
