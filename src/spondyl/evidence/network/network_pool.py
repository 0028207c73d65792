"""Network meta-analysis: every treatment against every other, from direct and indirect comparisons together."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.counts.proportion_interval import normal_quantile
from spondyl.evidence.estimate import Interval
from spondyl.evidence.interval_level import check_level
from spondyl.evidence.measure import Measure, Model
from spondyl.evidence.network.gls import GlsFit, NetworkTau2, gls, network_tau2
from spondyl.evidence.network.network import Network
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One treatment less another; ``direct_trials`` compare the two themselves."""

    treatment: str
    versus: str
    effect: float
    se: float
    interval: Interval
    p_value: float
    direct_trials: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkEstimate:
    """Effects (t,) against the reference (itself 0, first) with covariance (t, t); tau² is common to all comparisons.

    ``i2_percent`` is None when the trials leave no degree of freedom to see how they differ.
    """

    measure: Measure
    model: Model
    tau2_method: NetworkTau2 | None
    treatments: tuple[str, ...]
    effects: FloatArray
    covariance: FloatArray
    tau2: float | None
    q: float
    q_df: int
    q_p_value: float | None
    i2_percent: float | None
    trials: int
    comparisons: tuple[Comparison, ...]


def pool_network(
    network: Network,
    *,
    measure: Measure = Measure.GEN,
    model: Model = Model.RANDOM,
    tau2_method: NetworkTau2 = NetworkTau2.REML,
    level_percent: float = 95.0,
) -> NetworkEstimate:
    """Fit the network by generalised least squares, multi-arm trials with their covariance.

    Sources: Salanti, Res Synth Methods 2012;3:80-97; Rücker, Res Synth Methods 2012;3:312-324 (the same estimates by
    graphs). As rma.mv(yi, V, mods=contrasts, random=~arm|study, rho=1/2) of metafor.
    """
    check_level(level_percent)
    common = _safely(network, 0.0)
    df = len(network.yi) - network.design.shape[1]
    tau2 = None
    if model is Model.RANDOM:
        tau2 = network_tau2(network.yi, network.covariance, network.design, network.between, tau2_method)
    fit = common if not tau2 else _safely(network, tau2)
    effects = np.concatenate(([0.0], fit.effects))
    covariance = np.pad(fit.covariance, ((1, 0), (1, 0)))
    return NetworkEstimate(
        measure=measure,
        model=model,
        tau2_method=tau2_method if model is Model.RANDOM else None,
        treatments=network.treatments,
        effects=effects,
        covariance=covariance,
        tau2=tau2,
        q=common.q,
        q_df=df,
        q_p_value=float(special.chdtrc(df, common.q)) if df else None,
        i2_percent=100.0 * max(0.0, 1.0 - df / common.q) if df and common.q > 0.0 else None,
        trials=len(network.blocks),
        comparisons=_comparisons(network, effects, covariance, level_percent),
    )


def _safely(network: Network, tau2: float) -> GlsFit:
    try:
        fit = gls(network.yi, network.covariance + tau2 * network.between, network.design, network.between)
    except np.linalg.LinAlgError:
        fit = None
    if fit is None or not (np.isfinite(fit.effects).all() and np.isfinite(fit.covariance).all()):
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The effects or variances of the trials are too far apart to compute with.",
            why="The covariance of the trials must be invertible in floating-point numbers.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )
    return fit


def _comparisons(
    network: Network, effects: FloatArray, covariance: FloatArray, level_percent: float
) -> tuple[Comparison, ...]:
    names = network.treatments
    reach = normal_quantile(level_percent)
    found: list[Comparison] = []
    for second in range(len(names)):
        for first in range(second + 1, len(names)):
            effect = float(effects[first] - effects[second])
            spread = covariance[first, first] + covariance[second, second] - 2.0 * covariance[first, second]
            se = math.sqrt(float(spread))
            interval = Interval(
                low=effect - reach * se, high=effect + reach * se, level_percent=level_percent
            )
            pair = {names[first], names[second]}
            found.append(
                Comparison(
                    treatment=names[first],
                    versus=names[second],
                    effect=effect,
                    se=se,
                    interval=interval,
                    p_value=2.0 * float(special.ndtr(-abs(effect / se))),
                    direct_trials=sum(pair <= set(block.treatments) for block in network.blocks),
                )
            )
    return tuple(found)
