"""Claim: tests of small-study effects and trim and fill equal R metafor 3.8-1; Peters equals R's lm().

``dat <- escalc(measure="RR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg)``,
``r <- rma(yi, vi, data=dat, control=list(threshold=1e-13))``.
"""

import pytest

from evidence.bcg import CSV
from evidence.hackshaw import CSV as HACKSHAW
from spondyl.evidence import Measure, Model, Tau2Method, effect_sizes, parse_study_table
from spondyl.evidence.counts.from_table import two_by_two
from spondyl.evidence.sensitivity import pool_in_turn
from spondyl.evidence.small_study import (
    MissingCount,
    Side,
    begg,
    egger,
    egger_classical,
    peters,
    trim_and_fill,
)

BCG = effect_sizes(parse_study_table(CSV), Measure.RR)
SMOKE = effect_sizes(parse_study_table(HACKSHAW), Measure.GEN)


def test_egger() -> None:
    """``regtest(r)``: z -0.803329193091, p 0.421784488855, limit -0.510431874103 (-1.11822398901, 0.0973602408027)."""
    found = egger(BCG)
    assert f"{found.statistic:.6f}" == "-0.803329"
    assert [found.statistic, found.p_value, found.limit] == pytest.approx(
        [-0.803329193091, 0.421784488855, -0.510431874103], rel=1e-9
    )
    assert found.limit_interval.low == pytest.approx(-1.11822398901, rel=1e-9)


def test_egger_classical() -> None:
    """``regtest(r, model="lm")``: t -1.40128200229 on 11, p 0.188706995082, limit -0.19092864236."""
    found = egger_classical(BCG)
    assert [found.statistic, found.df, found.p_value, found.limit] == pytest.approx(
        [-1.40128200229, 11, 0.188706995082, -0.19092864236], rel=1e-9
    )


@pytest.mark.parametrize(
    ("effects", "tau", "p_value"),
    [(BCG, 0.025641025641, 0.952361907961), (SMOKE, 0.144144144144, 0.21568812467)],
)
def test_begg(effects, tau: float, p_value: float) -> None:
    """``ranktest(r)``, ``ranktest(rma(yi, vi, data=dat.hackshaw1998, method="FE"))``."""
    found = begg(effects)
    assert [found.statistic, found.p_value] == pytest.approx([tau, p_value], rel=1e-9)


def test_peters() -> None:
    """``lm(log(OR) ~ I(1/N), weights=(tpos+cpos)*(tneg+cneg)/N)``: t -1.36247619940, p 0.2002917922841."""
    found = peters(two_by_two(parse_study_table(CSV))[0])
    assert [found.statistic, found.p_value] == pytest.approx([-1.36247619940, 0.2002917922841], rel=1e-9)


@pytest.mark.parametrize(
    ("estimator", "model", "tau2", "k0_se", "effect", "se"),
    [
        ("L0", Model.COMMON, Tau2Method.DL, 4.04049584827, 0.1555995779, 0.0364351242781),
        ("L0", Model.RANDOM, Tau2Method.REML, 4.03993726005, 0.174471172055, 0.0484317219723),
        ("L0", Model.RANDOM, Tau2Method.DL, 4.04076135638, 0.173923528441, 0.0487015026641),
        ("R0", Model.COMMON, Tau2Method.DL, 4.0, 0.1555995779, 0.0364351242781),
    ],
)
def test_trim_and_fill_of_passive_smoking(
    estimator: str, model: Model, tau2: Tau2Method, k0_se: float, effect: float, se: float
) -> None:
    """``trimfill(rma(yi, vi, data=dat.hackshaw1998, method=M), estimator=E)``: k0 = 7, left.

    metafor's REML fit here is at its default tolerance, hence 1e-6.
    """
    found = trim_and_fill(SMOKE, model=model, tau2_method=tau2, estimator=MissingCount(estimator))
    assert (found.k0, found.side) == (7, Side.LEFT)
    assert found.k0_se == pytest.approx(k0_se, rel=1e-6)
    assert [found.filled.effect, found.filled.se] == pytest.approx([effect, se], rel=1e-6)
    if model is Model.COMMON:
        assert f"{found.filled.effect:.6f} {found.filled.se:.6f}" == "0.155600 0.036435"


def test_trim_and_fill_of_bcg() -> None:
    """``trimfill(rma(yi, vi, data=dat, method="DL"), side="right")``: 1, 2.45279864318, -0.656073212989."""
    found = trim_and_fill(BCG, tau2_method=Tau2Method.DL, side=Side.RIGHT)
    assert [found.k0, found.k0_se, found.filled.effect] == pytest.approx(
        [1, 2.45279864318, -0.656073212989], rel=1e-9
    )


def test_studies_left_out_and_added_in_turn() -> None:
    """``leave1out(r)$estimate``, ``cumul(r)$estimate``, first, fifth and last."""
    without, added = (pool_in_turn(BCG, adding=adding).steps for adding in (False, True))
    assert [without[place].effect for place in (0, 4, 12)] == pytest.approx(
        [-0.707083784699, -0.764170095140, -0.777536184894], rel=1e-9
    )
    assert [added[place].effect for place in (0, 4, 12)] == pytest.approx(
        [-0.889311333920, -1.058585409031, -0.714532342158], rel=1e-9
    )
