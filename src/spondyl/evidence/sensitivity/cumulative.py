"""The estimate after each study in turn."""

import numpy as np

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.measure import Inference, Model, Tau2Method
from spondyl.evidence.pooling import Fits, fit_many


def cumulative(
    effects: EffectSizes,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
    level_percent: float = 95.0,
) -> Fits:
    """One fit a study, in the order of ``effects``, each with that study and all before it; as cumul() of metafor."""
    count = len(effects.labels)
    later = np.triu(np.ones((count, count), dtype=np.bool_), 1)
    return fit_many(
        np.tile(effects.yi, (count, 1)),
        np.where(later, np.inf, effects.vi),
        model=model,
        tau2_method=tau2_method,
        inference=inference,
        level_percent=level_percent,
    )
