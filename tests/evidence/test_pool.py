"""Claim: what cannot be given is missing with its reason, and no estimate ever holds a NaN."""

import json
import math

import pytest

from spondyl.evidence import (
    Estimate,
    EvidenceRefusal,
    EvidenceRefused,
    Inference,
    Interval,
    Measure,
    Model,
    effect_sizes,
    estimate_to_json,
    parse_study_table,
    pool,
)


def pooled(text: str, **options: object) -> Estimate:
    return pool(effect_sizes(parse_study_table(text), Measure.GEN), **options)  # type: ignore[arg-type]


def test_one_study_is_itself() -> None:
    """metafor: ``rma(0.5, 0.04)`` gives 0.5 (0.1080, 0.8920), and the z test also with ``test="knha"``."""
    found = pooled("study,yi,vi\nSmith,0.5,0.04\n", inference=Inference.HARTUNG_KNAPP)
    assert f"{found.effect} ({found.interval.low:.4f}, {found.interval.high:.4f})" == "0.5 (0.1080, 0.8920)"
    assert found.inference is Inference.Z
    assert found.heterogeneity.tau2 is None
    assert found.prediction is None
    assert {item.name for item in found.not_given} == {
        "tau2",
        "tau2_interval",
        "I2",
        "H2",
        "Q_p",
        "prediction",
    }
    assert found.notes == ("Hartung and Knapp's method needs at least 2 studies; the z test was used.",)


def test_a_common_effect_predicts_nothing() -> None:
    """metafor: ``rma(c(.1,.5,.9), c(.04,.05,.06), method="EE")``: 0.4459 (0.1964, 0.6955), I² 69.17, H² 3.24."""
    text = "yi,vi\n.1,.04\n.5,.05\n.9,.06\n"
    found = pooled(text, model=Model.COMMON)
    assert (
        f"{found.effect:.4f} ({found.interval.low:.4f}, {found.interval.high:.4f})"
        == "0.4459 (0.1964, 0.6955)"
    )
    assert found.heterogeneity.i2_percent == pytest.approx(69.17, abs=0.005)
    assert found.heterogeneity.h2 == pytest.approx(3.24, abs=0.005)
    assert found.heterogeneity.tau2 == 0.0
    assert "one true effect" in str(found.why_not("prediction"))
    scaled = pooled(text, model=Model.COMMON, inference=Inference.HARTUNG_KNAPP)
    assert f"{scaled.se:.4f} {scaled.p_value:.4f}" == "0.2293 0.1913"  # the same with test="knha"
    assert "meant for random effects" in scaled.notes[0]


def test_studies_more_alike_than_chance_have_no_interval_of_tau2() -> None:
    """metafor: ``confint(rma(c(.1,.11,.12), c(.04,.05,.06)))`` says "equal to the null/empty set"."""
    found = pooled("yi,vi\n.1,.04\n.11,.05\n.12,.06\n")
    assert found.heterogeneity.tau2 == 0.0
    assert found.heterogeneity.tau2_interval is None
    assert "below zero" in str(found.why_not("tau2_interval"))
    assert found.why_not("tau2") is None


def test_equal_effects_leave_hartung_knapp_without_width() -> None:
    """metafor gives an interval of width zero and p = 0; that would be certainty out of nothing."""
    with pytest.raises(EvidenceRefused, match="exactly the same effect") as refused:
        pooled("yi,vi\n0.1,.04\n0.1,.05\n0.1,.07\n", inference=Inference.HARTUNG_KNAPP)
    assert refused.value.refusal is EvidenceRefusal.NO_SPREAD
    assert pooled("yi,vi\n0.1,.04\n0.1,.05\n0.1,.07\n").effect == 0.1


@pytest.mark.parametrize(
    "text", ["yi,vi\n1e200,1\n-1e200,1\n", "yi,vi\n1,1e-200\n2,1e200\n", "yi,vi\n1e308,1e300\n"]
)
def test_numbers_beyond_computing_are_refused(text: str) -> None:
    try:
        found = estimate_to_json(pooled(text))
    except EvidenceRefused as refused:
        assert refused.refusal is EvidenceRefusal.OUT_OF_RANGE
        assert "slipped decimal point" in refused.do
    else:
        assert all(math.isfinite(value) for value in found.values() if isinstance(value, float))


@pytest.mark.parametrize("level_percent", [0.0, 0.95, 49.0, 100.0, -5.0, math.nan])
def test_a_level_is_between_50_and_100(level_percent: float) -> None:
    with pytest.raises(EvidenceRefused, match="not between 50 and 100"):
        pooled("yi,vi\n1,1\n", level_percent=level_percent)


def test_the_same_studies_give_the_same_bytes() -> None:
    text = "study,yi,vi\nA,0.1,0.04\nB,0.7,0.05\nC,0.3,0.02\n"
    one, two = (json.dumps(estimate_to_json(pooled(text)), allow_nan=False) for _ in range(2))
    assert one == two
    other = pooled(text.replace("0.7", "0.8"))
    assert other.provenance.inputs != pooled(text).provenance.inputs


def test_weights_are_shares_of_the_whole() -> None:
    found = pooled("yi,vi\n0.1,0.04\n0.7,0.05\n0.3,0.02\n")
    assert sum(study.weight_percent for study in found.studies) == pytest.approx(100)
    assert found.studies[2].weight_percent == max(study.weight_percent for study in found.studies)


@pytest.mark.parametrize(("low", "high"), [(2.0, 1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_an_interval_is_finite_and_in_order(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="finite ends in order"):
        Interval(low=low, high=high)
