"""Claim: meta-regression equals R metafor for eight estimators and two tests, relative 1e-8.

``dat <- escalc(measure="RR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg)``;
``rma(yi, vi, mods=~ablat, data=dat, method=M, test=T, control=list(threshold=1e-13, maxiter=1000, tol=1e-13))``.
"""

import numpy as np
import pytest

from evidence.bcg import CSV, TRIALS
from spondyl.evidence import Inference, Measure, Tau2Method, effect_sizes, parse_study_table
from spondyl.evidence.regression import meta_regression, moderated_effects, moderators_from, predict

FITTED = {
    "DL z": (
        0.259543712434,
        -0.0292287387552,
        0.232307473393,
        0.00673301083957,
        0.0633005024264,
        79.4984944502,
    ),
    "HE z": (
        0.203115006215,
        -0.0281767595987,
        0.372114466367,
        0.0105618511391,
        0.209048026359,
        36.3752216589,
    ),
    "HS z": (
        0.287256156218,
        -0.029551123193,
        0.17707143397,
        0.00520882518934,
        0.0290849078999,
        87.2637313127,
    ),
    "SJ z": (
        0.198271729163,
        -0.0280713689568,
        0.388705846243,
        0.0110142439804,
        0.231843716119,
        32.8992242476,
    ),
    "ML z": (
        0.282107173896,
        -0.0295093353885,
        0.187184556335,
        0.00548773630754,
        0.0343514424813,
        87.7328604131,
    ),
    "REML z": (
        0.251468210007,
        -0.0291017250116,
        0.249095396617,
        0.00719532722091,
        0.0763479639553,
        75.6266218116,
    ),
    "EB z": (
        0.221915964507,
        -0.0285645258944,
        0.317473696547,
        0.00907018887118,
        0.142131941473,
        55.3140399535,
    ),
    "PM z": (
        0.221915964507,
        -0.0285645258944,
        0.317473696547,
        0.00907018887118,
        0.142131941473,
        55.3140399535,
    ),
    "DL knha": (
        0.259543712434,
        -0.0292287387552,
        0.273874502068,
        0.00793775578621,
        0.0633005024264,
        79.4984944502,
    ),
    "HE knha": (
        0.203115006215,
        -0.0281767595987,
        0.337605654483,
        0.00958237582428,
        0.209048026359,
        36.3752216589,
    ),
    "HS knha": (
        0.287256156218,
        -0.029551123193,
        0.234482168547,
        0.00689764914982,
        0.0290849078999,
        87.2637313127,
    ),
    "SJ knha": (
        0.198271729163,
        -0.0280713689568,
        0.342812525309,
        0.00971382558248,
        0.231843716119,
        32.8992242476,
    ),
    "ML knha": (
        0.282107173896,
        -0.0295093353885,
        0.242484740312,
        0.00710898558884,
        0.0343514424813,
        87.7328604131,
    ),
    "REML knha": (
        0.251468210007,
        -0.0291017250116,
        0.283925283743,
        0.00820141741104,
        0.0763479639553,
        75.6266218116,
    ),
    "EB knha": (
        0.221915964507,
        -0.0285645258944,
        0.317473696547,
        0.00907018887118,
        0.142131941473,
        55.3140399535,
    ),
}
"""Intercept, slope, their standard errors, tau², R² in percent."""


@pytest.mark.parametrize("how", FITTED)
def test_bcg_on_latitude(how: str) -> None:
    method, test = how.split()
    effects, moderators = moderated_effects(parse_study_table(CSV), Measure.RR, ["ablat"])
    found = meta_regression(effects, moderators, tau2_method=Tau2Method(method), inference=Inference(test))
    values = [one.estimate for one in found.coefficients] + [one.se for one in found.coefficients]
    assert [*values, found.tau2, found.r2_percent] == pytest.approx(FITTED[how], rel=1e-8)


def test_bcg_tests_and_leftover() -> None:
    """REML z: QE 30.7330900107, QM 16.3582321472, QMp 5.24279397383e-05, I² 68.3912248382; knha: F 12.5909828844,
    p 0.00456505154154.
    """
    effects, moderators = moderated_effects(parse_study_table(CSV), Measure.RR, ["ablat"])
    z = meta_regression(effects, moderators)
    assert f"{z.coefficients[1].estimate:.6f} {z.r2_percent:.3f}" == "-0.029102 75.627"
    assert [z.q_residual, z.q_model, z.q_model_p, z.i2_percent] == pytest.approx(
        [30.7330900107, 16.3582321472, 5.24279397383e-05, 68.3912248382], rel=1e-8
    )
    knha = meta_regression(effects, moderators, inference=Inference.HARTUNG_KNAPP)
    assert [knha.q_model, knha.q_model_p] == pytest.approx([12.5909828844, 0.00456505154154], rel=1e-8)


def test_bcg_on_latitude_and_year() -> None:
    """``mods=~ablat+year``, ``predict(r, newmods=c(30, 1970))``: -0.6279564216645 (0.1227621405142)."""
    effects = effect_sizes(parse_study_table(CSV), Measure.RR)
    latitude = [trial[5] for trial in TRIALS]
    year = [int(trial[0][-4:]) for trial in TRIALS]
    found = meta_regression(effects, moderators_from({"ablat": latitude, "year": year}))
    estimates = [one.estimate for one in found.coefficients]
    assert estimates == pytest.approx([-3.54535301995838, -0.0280113294443957, 0.00190748044752], rel=1e-6)
    effect, se, _ = predict(found, np.array([1.0, 30.0, 1970.0]))
    assert [effect, se] == pytest.approx([-0.6279564216645, 0.1227621405142], rel=1e-7)
