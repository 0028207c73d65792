"""Claim: where PyMetaAnalysis 0.9.0 (MIT) has the method, an implementation that shares no code says the same.

It is converged as tightly as it goes (``atol=1e-14``); the tolerance is 1e-9 relative.
"""

import numpy as np
import pytest
from meta_analyze import meta_analysis

from spondyl.evidence import EffectSizes, Inference, Measure, Tau2Method, pool

TESTS = {Inference.Z: "normal", Inference.HARTUNG_KNAPP: "hk"}


@pytest.mark.parametrize("inference", Inference)
@pytest.mark.parametrize("method", [Tau2Method.DL, Tau2Method.PM, Tau2Method.REML])
def test_random_effects(method: Tau2Method, inference: Inference) -> None:
    for seed in range(4):
        random = np.random.default_rng(seed)
        vi = 10 ** random.uniform(-2, 0, 9)
        yi = random.normal(0.3, np.sqrt(vi + 0.4))
        effects = EffectSizes(measure=Measure.GEN, labels=tuple("abcdefghi"), yi=yi, vi=vi)
        found = pool(effects, tau2_method=method, inference=inference)
        other = meta_analysis(
            effect=yi, variance=vi, tau2_method=method.value, ci_method=TESTS[inference], atol=1e-14
        )
        spread = other.tau2_confidence_interval()
        assert other.tau2 > 0
        assert found.heterogeneity.tau2_interval is not None
        ours = (
            found.heterogeneity.tau2,
            found.effect,
            found.se,
            found.interval.low,
            found.interval.high,
            found.heterogeneity.q,
            found.heterogeneity.tau2_interval.high,
        )
        theirs = (
            other.tau2,
            other.estimate,
            other.standard_error,
            other.ci_low,
            other.ci_high,
            other.heterogeneity.q,
            spread.ci_high,
        )
        assert ours == pytest.approx(theirs, rel=1e-9)
