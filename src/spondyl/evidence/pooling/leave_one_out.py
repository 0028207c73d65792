"""The estimate without each study in turn."""

import numpy as np

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.measure import Inference, Model, Tau2Method
from spondyl.evidence.pooling.fit_many import Fits, fit_many
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused


def leave_one_out(
    effects: EffectSizes,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
    level_percent: float = 95.0,
) -> Fits:
    """One fit a study, in the order of ``effects.labels``, each without that study."""
    count = len(effects.labels)
    if count < 2:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what="Leave-one-out needs at least 2 studies; there is 1.",
            why="Without its only study nothing is left.",
            do="Report the study itself.",
        )
    return fit_many(
        np.tile(effects.yi, (count, 1)),
        np.where(np.eye(count, dtype=np.bool_), np.inf, effects.vi),
        model=model,
        tau2_method=tau2_method,
        inference=inference,
        level_percent=level_percent,
    )
