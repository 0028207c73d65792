"""Fit many data sets at once: leave-one-out, simulation, cumulative analyses, or a single pooled estimate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from spondyl.evidence.measure import Inference, Model, Tau2Method
from spondyl.evidence.pooling.standardized import standardized
from spondyl.evidence.pooling.tau2 import estimate_tau2
from spondyl.evidence.pooling.weighted import Array, Studies, Weighted, weighted


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """The results of b data sets, each (b,). ``df`` is infinity where the normal distribution was used.

    NaN stands for what a data set cannot give: ``i2_percent``, ``h2`` with one study, a prediction interval without
    tau². :func:`spondyl.evidence.pool` gives one data set with the reasons in words.
    """

    count: Array
    effect: Array
    se: Array
    df: Array
    statistic: Array
    p_value: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array
    tau2: Array
    i2_percent: Array
    h2: Array
    q: Array
    q_p_value: Array
    weights: Array


def fit_many(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
    level_percent: float = 95.0,
) -> Fits:
    """Fit b data sets of up to k studies: effects and variances (b, k); a variance of infinity marks no study.

    >>> fits = fit_many([[1.0, 2.0, 6.0]], [[1.0, 1.0, 1.0]])
    >>> float(fits.effect[0]), round(float(fits.tau2[0]), 6)
    (3.0, 6.0)
    """
    studies, centre, scale = standardized(yi, vi)
    common = weighted(studies, np.zeros(len(centre)))
    tau2 = np.zeros(len(centre)) if model is Model.COMMON else estimate_tau2(studies, tau2_method)
    found = common if model is Model.COMMON else weighted(studies, tau2)
    se, df = _standard_error(studies, found, inference)
    reach = _quantile(df, level_percent)
    effect = centre + scale * found.mean
    with np.errstate(all="ignore"):
        statistic = effect / (scale * se)
        i2, h2 = _share(studies, common, tau2, model)
    far = scale * reach * np.sqrt(se**2 + tau2) if model is Model.RANDOM else np.full_like(se, np.nan)
    return Fits(
        count=studies.count,
        effect=effect,
        se=scale * se,
        df=df,
        statistic=statistic,
        p_value=_p_value(statistic, df),
        ci_low=effect - scale * reach * se,
        ci_high=effect + scale * reach * se,
        pi_low=effect - far,
        pi_high=effect + far,
        tau2=scale**2 * tau2,
        i2_percent=i2,
        h2=h2,
        q=common.q,
        q_p_value=special.chdtrc(studies.count - 1, common.q),
        weights=found.weights / found.total[:, None],
    )


def _standard_error(studies: Studies, found: Weighted, inference: Inference) -> tuple[Array, Array]:
    """Standard error and degrees of freedom. Hartung & Knapp, Stat Med 2001;20:3875–3889; one study keeps z."""
    se = 1 / np.sqrt(found.total)
    df = np.full(len(se), np.inf)
    if inference is Inference.Z:
        return se, df
    several = studies.count >= 2
    ratio = np.where(several, found.q / np.maximum(studies.count - 1, 1), 1.0)
    return np.sqrt(ratio) * se, np.where(several, studies.count - 1, np.inf)


def _quantile(df: Array, level_percent: float) -> Array:
    upper = 0.5 + level_percent / 200
    finite = np.isfinite(df)
    return np.where(finite, special.stdtrit(np.where(finite, df, 1.0), upper), special.ndtri(upper))


def _p_value(statistic: Array, df: Array) -> Array:
    finite, below = np.isfinite(df), -np.abs(statistic)
    return 2 * np.where(finite, special.stdtr(np.where(finite, df, 1.0), below), special.ndtr(below))


def _share(studies: Studies, common: Weighted, tau2: Array, model: Model) -> tuple[Array, Array]:
    """I² in percent and H²: from tau² and the typical variance, or from Q with a common effect.

    Higgins & Thompson, Stat Med 2002;21:1539–1558, eq. 9 for the typical variance.
    """
    df = studies.count - 1
    if model is Model.COMMON:
        return 100 * np.maximum(0.0, (common.q - df) / common.q), common.q / df
    typical = typical_variance(studies, common)
    return 100 * tau2 / (typical + tau2), 1 + tau2 / typical


def typical_variance(studies: Studies, common: Weighted) -> Array:
    """The typical within-study variance (k − 1) / (Σw − Σw²/Σw), (b,); NaN with one study."""
    return (studies.count - 1) / np.where(studies.count >= 2, common.spread, np.nan)
