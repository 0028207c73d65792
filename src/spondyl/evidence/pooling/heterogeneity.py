"""How much studies differ: tau², I², H² and Q with intervals, or the reason why one is not given."""

import math

import numpy as np

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Heterogeneity, Interval, NotGiven
from spondyl.evidence.measure import Model, Tau2Method
from spondyl.evidence.pooling.fit_many import Fits, typical_variance
from spondyl.evidence.pooling.standardized import standardized
from spondyl.evidence.pooling.tau2_interval import q_profile
from spondyl.evidence.pooling.weighted import weighted


def describe_heterogeneity(
    effects: EffectSizes, fits: Fits, *, model: Model, method: Tau2Method, level_percent: float
) -> tuple[Heterogeneity, tuple[NotGiven, ...]]:
    """Heterogeneity of one fit and what is missing from it; a common effect sets tau² to zero, as in metafor."""
    count = len(effects.labels)
    if count < 2:
        missing = ("tau2_interval", "I2", "H2", "Q_p")
        return _of_one_study(model, method), _because(
            _ONE_STUDY, *(("tau2",) if model is Model.RANDOM else ()), *missing
        )
    if model is Model.COMMON:
        return _heterogeneity(fits, method=None), _because(_COMMON, "tau2_interval")
    tau2_interval, i2_interval = _intervals(effects, level_percent)
    found = _heterogeneity(fits, method=method, tau2_interval=tau2_interval, i2_interval=i2_interval)
    return found, () if tau2_interval else _because(_BELOW_ZERO, "tau2_interval")


_ONE_STUDY = "One study cannot show how studies differ; this needs at least 2."
_COMMON = "A common-effect model assumes that tau² is zero; it is not estimated."
_BELOW_ZERO = (
    "The studies differ less than chance alone would have it: both ends of the interval fall below zero."
)


def _because(reason: str, *names: str) -> tuple[NotGiven, ...]:
    return tuple(NotGiven(name=name, reason=reason) for name in names)


def _of_one_study(model: Model, method: Tau2Method) -> Heterogeneity:
    return Heterogeneity(
        method=method if model is Model.RANDOM else None,
        tau2=None if model is Model.RANDOM else 0.0,
        tau2_interval=None,
        i2_percent=None,
        i2_interval=None,
        h2=None,
        q=0.0,
        q_df=0,
        q_p_value=None,
    )


def _heterogeneity(
    fits: Fits,
    *,
    method: Tau2Method | None,
    tau2_interval: Interval | None = None,
    i2_interval: Interval | None = None,
) -> Heterogeneity:
    return Heterogeneity(
        method=method,
        tau2=float(fits.tau2[0]) if method else 0.0,
        tau2_interval=tau2_interval,
        i2_percent=float(fits.i2_percent[0]),
        i2_interval=i2_interval,
        h2=float(fits.h2[0]),
        q=float(fits.q[0]),
        q_df=int(fits.count[0]) - 1,
        q_p_value=float(fits.q_p_value[0]),
    )


def _intervals(effects: EffectSizes, level_percent: float) -> tuple[Interval | None, Interval | None]:
    studies, _, unit = standardized(effects.yi, effects.vi)
    scale = float(unit[0]) ** 2
    low, high = (float(end[0]) for end in q_profile(studies, level_percent=level_percent))
    if not (math.isfinite(low) and math.isfinite(high)):
        return None, None
    typical = float(typical_variance(studies, weighted(studies, np.zeros(1)))[0])
    shares = [100 * end / (typical + end) for end in (low, high)]
    return (
        Interval(low=low * scale, high=high * scale, level_percent=level_percent),
        Interval(low=shares[0], high=shares[1], level_percent=level_percent),
    )
