"""Claim: intervals and pooled counts equal R metafor and the printed tables; the command stands beside each number.

The binomial-normal models are held to metafor with a tight optimiser (relative 1e-6). Its default stops early: there
it prints -0.745013 (0.175566) and 1.376604 (0.288387), τ² 0.589331, which lie within 2e-5 and 1e-5 of the maximum.
"""

import numpy as np
import pytest

from evidence.bcg import CSV
from evidence.pritz import CSV as PRITZ_CSV
from evidence.pritz import SERIES as PRITZ
from spondyl.evidence import Measure, parse_study_table
from spondyl.evidence.counts import (
    CountsMethod,
    breslow_day_tarone,
    cochran_mantel_haenszel,
    exact_proportion,
    mantel_haenszel,
    pool_counts,
    wald_proportion,
    wald_risk_difference,
    wilson_proportion,
)
from spondyl.evidence.counts.from_table import two_by_two
from spondyl.evidence.counts.glmm.proportions import fit_proportions


@pytest.mark.parametrize(
    ("events", "patients", "printed"),
    [
        (23, 42, "54.8 (39.7-69.8)"),
        (23, 43, "53.5 (38.6-68.4)"),
        (24, 59, "40.7 (28.1-53.2)"),
        (26, 35, "74.3 (59.8-88.8)"),
        (26, 59, "44.1 (31.4-56.7)"),
    ],
)
def test_wald_intervals_of_the_2022_review(events: int, patients: int, printed: str) -> None:
    """Schneider et al., Spine J 2022;22:226-237, as recomputed in the evidence notes, section 1."""
    found = wald_proportion(events, patients)
    text = f"{100 * found.share:.1f} ({100 * found.interval.low:.1f}-{100 * found.interval.high:.1f})"
    assert text == printed


def test_exact_interval_of_serious_harms() -> None:
    """``binom.test(2, 136)``: 0.0147 (0.0018, 0.0521)."""
    found = exact_proportion(2, 136)
    assert f"{found.interval.low:.4f} {found.interval.high:.4f}" == "0.0018 0.0521"


def test_wilson_interval() -> None:
    """``prop.test(23, 43, correct = FALSE)$conf.int``: 0.3892 0.6749; Newcombe 1998, table I: 81/263 0.2553 0.3662."""
    found = wilson_proportion(81, 263)
    assert f"{found.interval.low:.4f} {found.interval.high:.4f}" == "0.2553 0.3662"
    found = wilson_proportion(23, 43)
    assert f"{found.interval.low:.4f} {found.interval.high:.4f}" == "0.3892 0.6749"


def test_respine_responders() -> None:
    """43 of 58 against 39 of 56: +4.5 points (-12.0, 21.0), recomputed in the evidence notes, section 1."""
    found = wald_risk_difference((43, 58), (39, 56))
    values = (found.difference, found.interval.low, found.interval.high)
    assert [f"{100 * value:.1f}" for value in values] == ["4.5", "-12.0", "21.0"]


@pytest.mark.parametrize(
    ("measure", "method", "effect", "se"),
    [
        (Measure.OR, CountsMethod.MANTEL_HAENSZEL, -0.473410988389, 0.0410077784042),
        (Measure.RR, CountsMethod.MANTEL_HAENSZEL, -0.453709604684, 0.0393373668713),
        (Measure.RD, CountsMethod.MANTEL_HAENSZEL, -0.00328818183261, 0.000286656748527),
        (Measure.OR, CountsMethod.PETO, -0.474446310941, 0.0406590807446),
    ],
)
def test_bcg_by_mantel_haenszel_and_peto(
    measure: Measure, method: CountsMethod, effect: float, se: float
) -> None:
    """``rma.mh(measure=..., ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg)``, ``rma.peto(...)``, 12 digits."""
    found = pool_counts(parse_study_table(CSV), measure, method)
    assert found.effect == pytest.approx(effect, rel=1e-10)
    assert found.se == pytest.approx(se, rel=1e-10)


def test_bcg_tests_of_the_common_odds_ratio() -> None:
    """``rma.mh(measure="OR", ...)``: ``$MH`` 135.688943724, ``$TA`` 171.756672994."""
    tables, _, _ = two_by_two(parse_study_table(CSV))
    assert cochran_mantel_haenszel(tables)[0] == pytest.approx(135.688943724, rel=1e-10)
    assert breslow_day_tarone(tables)[:2] == (pytest.approx(171.756672994, rel=1e-10), 12)


def test_bcg_odds_ratio_with_fixed_study_effects() -> None:
    """``rma.glmm(measure="OR", ..., model="UM.FS", control=list(glmerCtrl=list(optimizer="bobyqa",
    optCtrl=list(rhoend=1e-9, maxfun=1e6), tolPwrss=1e-10)))``: -0.74500349751 (tight); the printed default
    -0.745013 (0.175566) is 1.4e-5 off. lme4's standard error is from finite differences (0.17555367 there);
    ``numDeriv::hessian(method.args=list(r=6, d=0.01))`` of its deviance gives 0.17556222.
    """
    found = pool_counts(parse_study_table(CSV), Measure.OR, CountsMethod.GLMM)
    assert found.effect == pytest.approx(-0.74500349751, rel=1e-6)
    assert found.tau2 == pytest.approx(0.294886898921, rel=1e-5)
    assert found.effect == pytest.approx(-0.745013, rel=2e-5)
    assert found.se == pytest.approx(0.17556222, rel=1e-6)


def test_pritz_proportion() -> None:
    """``rma.glmm(measure="PLO", xi=xi, ni=ni, data=dat.pritz1997, control=...)``, tight as above: 1.37660005342,
    0.288385654188, 0.589325233552; the default prints 1.376604 (0.288387), 0.589331.
    """
    found = pool_counts(parse_study_table(PRITZ_CSV), Measure.PLO, CountsMethod.GLMM)
    assert found.effect == pytest.approx(1.37660005342, rel=1e-7)
    assert found.se == pytest.approx(0.288385654188, rel=1e-6)
    assert found.tau2 == pytest.approx(0.589325233552, rel=1e-6)
    assert [found.effect, found.se, found.tau2] == pytest.approx([1.376604, 0.288387, 0.589331], rel=1e-5)


def test_pritz_by_many_points() -> None:
    """``lme4::glmer(cbind(xi, ni-xi) ~ 1 + (1|study), nAGQ=31)``, rhoend 1e-10: 1.37659437381, 0.58930951142."""
    events, patients = np.array(PRITZ, dtype=float).T
    found = fit_proportions(events, patients, points=31)
    assert found.effect == pytest.approx(1.37659437381, rel=1e-7)
    assert found.tau2 == pytest.approx(0.58930951142, rel=1e-6)


def test_one_study_by_mantel_haenszel_is_that_study() -> None:
    tables, _, _ = two_by_two(parse_study_table("ai,bi,ci,di\n7,13,3,19\n"))
    found = mantel_haenszel(tables, Measure.OR)
    assert found.effect == pytest.approx(np.log(7 * 19 / 13 / 3), rel=1e-12)
    assert found.se == pytest.approx((1 / 7 + 1 / 13 + 1 / 3 + 1 / 19) ** 0.5, rel=1e-12)
