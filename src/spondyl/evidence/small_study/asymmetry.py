"""Do small studies show other effects than large ones? Egger's, Begg's and Peters' tests."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.counts.two_by_two import TwoByTwo, informative_only
from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Interval
from spondyl.evidence.measure import Tau2Method
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.regression.meta_regression import meta_regression
from spondyl.evidence.regression.moderators import moderators_from
from spondyl.evidence.regression.weighted_design import weighted_fit

FloatArray = NDArray[np.float64]

FEW = 10
"""With fewer studies the tests miss asymmetry too often to be of use (Sterne et al., BMJ 2011;343:d4002)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetryTest:
    """A test of funnel plot asymmetry. ``statistic`` is z or t on ``df`` degrees of freedom, or Kendall's tau.

    ``limit`` is the effect that the regression expects of a study without sampling error, where the test has one.
    """

    name: str
    k: int
    statistic: float
    df: int | None
    p_value: float
    limit: float | None
    limit_interval: Interval | None
    notes: tuple[str, ...]


def egger(effects: EffectSizes, *, tau2_method: Tau2Method = Tau2Method.REML) -> AsymmetryTest:
    """Regression of effects on their standard errors with tau² between studies, as regtest() of metafor.

    Sources: Egger et al., BMJ 1997;315:629-634; mixed-effects form by Sterne & Egger in Rothstein et al., Publication
    Bias in Meta-Analysis, 2005, ch. 6.
    """
    _refuse_flat(effects.vi, "standard error")
    fit = meta_regression(effects, moderators_from({"se": np.sqrt(effects.vi)}), tau2_method=tau2_method)
    intercept, slope = fit.coefficients
    return AsymmetryTest(
        name="Egger",
        k=fit.k,
        statistic=slope.statistic,
        df=None,
        p_value=slope.p_value,
        limit=intercept.estimate,
        limit_interval=intercept.interval,
        notes=_cautions(fit.k),
    )


def egger_classical(effects: EffectSizes) -> AsymmetryTest:
    """Egger's own weighted regression with a multiplicative error, t on k - 2, as regtest(model="lm")."""
    _refuse_flat(effects.vi, "standard error")
    return _weighted_test("Egger, classical", np.sqrt(effects.vi), effects.yi, 1.0 / effects.vi)


def peters(tables: TwoByTwo) -> AsymmetryTest:
    """Log odds ratios on 1/n, weighted by events and non-events: no false alarm from the OR's own standard error.

    Source: Peters et al., JAMA 2006;295:676-680. Zero cells get 1/2 added in all four cells.
    """
    used = informative_only(tables)
    half = np.where((used.ai == 0) | (used.bi == 0) | (used.ci == 0) | (used.di == 0), 0.5, 0.0)
    ai, bi, ci, di = used.ai + half, used.bi + half, used.ci + half, used.di + half
    _refuse_flat(1.0 / used.ni, "sample size")
    weights = (used.ai + used.ci) * (used.bi + used.di) / used.ni
    return _weighted_test("Peters", 1.0 / used.ni, np.log(ai * di / (bi * ci)), weights)


def begg(effects: EffectSizes) -> AsymmetryTest:
    """Kendall's rank correlation of standardised effects with variances, as ranktest() of metafor; exact without ties.

    Source: Begg & Mazumdar, Biometrics 1994;50:1088-1101.
    """
    _refuse_flat(effects.vi, "variance")
    weights = 1.0 / effects.vi
    mean = float(weights @ effects.yi) / weights.sum()
    spread = effects.vi - 1.0 / weights.sum()
    if not (spread > 0.0).all():
        raise _flat("one study carries all the weight")
    standardised = (effects.yi - mean) / np.sqrt(spread)
    tied = len(set(standardised)) < len(standardised) or len(set(effects.vi)) < len(effects.vi)
    from scipy import stats  # takes a second, which only this test needs

    # scipy's stubs do not know what this returns
    found: Any = stats.kendalltau(standardised, effects.vi, method="asymptotic" if tied else "exact")
    tau, p_value = float(found.statistic), float(found.pvalue)
    if not (np.isfinite(tau) and np.isfinite(p_value)):
        raise _flat("all studies have the same standardised effect")
    return AsymmetryTest(
        name="Begg",
        k=len(effects.yi),
        statistic=tau,
        df=None,
        p_value=p_value,
        limit=None,
        limit_interval=None,
        notes=_cautions(len(effects.yi)),
    )


def _weighted_test(name: str, predictor: FloatArray, yi: FloatArray, weights: FloatArray) -> AsymmetryTest:
    """Weighted least squares with an estimated residual variance; the slope is tested by t on k - 2."""
    df = len(yi) - 2
    if df < 1:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what=f"{len(yi)} studies are too few for {name}'s test.",
            why="A line through them leaves nothing to judge its slope by.",
            do="Compare the few studies by eye.",
        )
    fit = weighted_fit(yi, 1.0 / weights, np.column_stack((np.ones_like(yi), predictor)), 0.0)
    error = fit.q / df
    if not error > 1e-24 * float(weights @ yi**2):
        raise _flat("the studies lie exactly on a line")
    se = np.sqrt(np.diag(fit.covariance) * error)
    statistic = float(fit.coefficients[1] / se[1])
    reach = float(special.stdtrit(df, 0.975) * se[0])
    limit = float(fit.coefficients[0])
    return AsymmetryTest(
        name=name,
        k=len(yi),
        statistic=statistic,
        df=df,
        p_value=2.0 * float(special.stdtr(df, -abs(statistic))),
        limit=limit,
        limit_interval=Interval(low=limit - reach, high=limit + reach),
        notes=_cautions(len(yi)),
    )


def _refuse_flat(sizes: FloatArray, name: str) -> None:
    if len(sizes) < 3:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what=f"There are {len(sizes)} studies.",
            why="Asymmetry cannot be seen in fewer than 3, and is judged badly in fewer than 10.",
            do="Compare the few studies by eye.",
        )
    if float(np.ptp(sizes)) <= 1e-9 * float(sizes.max()):
        raise _flat(f"all studies have the same {name}")


def _flat(why: str) -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.NO_SPREAD,
        what="Asymmetry cannot be tested.",
        why=f"It compares small with large studies, but {why}.",
        do="Leave this test out.",
    )


def _cautions(k: int) -> tuple[str, ...]:
    told = ["Asymmetry has many causes besides unpublished studies; its absence proves nothing."]
    if k < FEW:
        told.append(f"{k} studies: with fewer than {FEW} the test misses most asymmetry.")
    return tuple(told)
