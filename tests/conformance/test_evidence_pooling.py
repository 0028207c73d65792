"""Claim: pooled estimates equal those of R metafor to the printed digit (commands beside the numbers)."""

import pytest

from evidence.bcg import CSV
from spondyl.evidence import Measure, effect_sizes, parse_study_table, pool


def test_bcg_risk_ratio_reml() -> None:
    """``rma(measure="RR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg, control=list(threshold=1e-12))``."""
    found = pool(effect_sizes(parse_study_table(CSV), Measure.RR))
    assert f"{found.effect:.6f}" == "-0.714532"
    assert f"{found.se:.6f}" == "0.179782"
    assert f"{found.heterogeneity.tau2:.6f}" == "0.313243"
    assert f"{found.heterogeneity.i2_percent:.4f}" == "92.2214"
    assert f"{found.heterogeneity.q:.4f}" == "152.2330"


@pytest.mark.parametrize("measure", [Measure.RR, Measure.OR, Measure.RD])
def test_an_empty_estimate_is_never_made(measure: Measure) -> None:
    assert len(pool(effect_sizes(parse_study_table(CSV), measure)).studies) == 13
