"""Meta-regression: do study characteristics explain why effects differ? Mixed effects, z or Knapp-Hartung."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Interval, LeftOut
from spondyl.evidence.interval_level import check_level
from spondyl.evidence.measure import Inference, Measure, Model, Tau2Method
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.regression.moderators import Moderators
from spondyl.evidence.regression.weighted_design import WeightedFit, moderated_tau2, weighted_fit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One line of a regression table: change of the effect per unit of the moderator, the others held."""

    name: str
    estimate: float
    se: float
    statistic: float
    p_value: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetaRegression:
    """A fitted meta-regression. ``q_model`` tests all moderators together, ``q_residual`` what they leave unexplained.

    ``r2_percent`` is the share of tau² that the moderators explain; None when there was none to explain. ``df`` are
    those of Student's t, None where the normal distribution was used. ``covariance`` is that of the coefficients.
    """

    measure: Measure
    model: Model
    tau2_method: Tau2Method
    inference: Inference
    k: int
    coefficients: tuple[Coefficient, ...]
    covariance: FloatArray
    df: int | None
    tau2: float
    tau2_without: float
    r2_percent: float | None
    i2_percent: float
    q_residual: float
    q_residual_df: int
    q_residual_p: float
    q_model: float
    q_model_df: int
    q_model_p: float
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def meta_regression(
    effects: EffectSizes,
    moderators: Moderators,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
    level_percent: float = 95.0,
) -> MetaRegression:
    """Regress effects on moderators, one row of ``moderators`` for each study of ``effects``.

    Sources: Thompson & Higgins, Stat Med 2002;21:1559-1573; Knapp & Hartung, Stat Med 2003;22:2693-2710; R² by
    Raudenbush, Handbook of Research Synthesis, 2009, ch. 16. As rma(yi, vi, mods=~x, method=..., test=...) of metafor.
    """
    check_level(level_percent)
    design = moderators.design
    _refuse_impossible(effects, moderators)
    tau2 = moderated_tau2(effects.yi, effects.vi, design, tau2_method) if model is Model.RANDOM else 0.0
    ones = np.ones((len(effects.yi), 1))
    without = moderated_tau2(effects.yi, effects.vi, ones, tau2_method) if model is Model.RANDOM else 0.0
    common = weighted_fit(effects.yi, effects.vi, design, 0.0)
    fit = weighted_fit(effects.yi, effects.vi, design, tau2)
    _refuse_overflow(fit, tau2)
    df = len(effects.yi) - design.shape[1]
    scale = _scale(fit, df, inference)
    covariance = fit.covariance * scale
    t_df = df if inference is Inference.HARTUNG_KNAPP else None
    q_model = float(fit.coefficients[1:] @ np.linalg.solve(covariance[1:, 1:], fit.coefficients[1:]))
    return MetaRegression(
        measure=effects.measure,
        model=model,
        tau2_method=tau2_method,
        inference=inference,
        k=len(effects.yi),
        coefficients=_coefficients(moderators.names, fit.coefficients, covariance, t_df, level_percent),
        covariance=covariance,
        df=t_df,
        tau2=tau2,
        tau2_without=without,
        r2_percent=100.0 * max(0.0, (without - tau2) / without) if without > 0.0 else None,
        i2_percent=_unexplained(common, tau2, df, model),
        q_residual=common.q,
        q_residual_df=df,
        q_residual_p=float(special.chdtrc(df, common.q)),
        q_model=q_model / (design.shape[1] - 1) if t_df else q_model,
        q_model_df=design.shape[1] - 1,
        q_model_p=_model_p(q_model, design.shape[1] - 1, t_df),
        left_out=effects.left_out,
        notes=(*effects.notes, *_warnings(len(effects.yi), design.shape[1] - 1)),
    )


def predict(
    fit: MetaRegression, values: FloatArray, *, level_percent: float = 95.0
) -> tuple[float, float, Interval]:
    """Effect, standard error and interval expected at these values (p,) of the design row, whose first is 1."""
    estimates = np.array([coefficient.estimate for coefficient in fit.coefficients])
    effect, se = float(values @ estimates), math.sqrt(float(values @ fit.covariance @ values))
    reach = _reach(fit.df, level_percent) * se
    return effect, se, Interval(low=effect - reach, high=effect + reach, level_percent=level_percent)


def _scale(fit: WeightedFit, df: int, inference: Inference) -> float:
    """Knapp and Hartung's factor on the covariance: the weighted mean square of the residuals."""
    if inference is Inference.Z:
        return 1.0
    if fit.q <= 1e-20 * df:
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what="The moderators fit every study exactly.",
            why="Knapp and Hartung's interval is made from what is left over, so it would have no width.",
            do="Use the z test, or fewer moderators.",
        )
    return fit.q / df


def _coefficients(
    names: tuple[str, ...],
    estimates: FloatArray,
    covariance: FloatArray,
    df: int | None,
    level_percent: float,
) -> tuple[Coefficient, ...]:
    reach = _reach(df, level_percent)
    rows: list[Coefficient] = []
    for name, estimate, se in zip(names, estimates, np.sqrt(np.diag(covariance)), strict=True):
        statistic = float(estimate / se)
        p_value = 2.0 * (special.stdtr(df, -abs(statistic)) if df else special.ndtr(-abs(statistic)))
        interval = Interval(
            low=float(estimate - reach * se), high=float(estimate + reach * se), level_percent=level_percent
        )
        rows.append(
            Coefficient(
                name=name,
                estimate=float(estimate),
                se=float(se),
                statistic=statistic,
                p_value=float(p_value),
                interval=interval,
            )
        )
    return tuple(rows)


def _reach(df: int | None, level_percent: float) -> float:
    upper = 0.5 + level_percent / 200.0
    return float(special.stdtrit(df, upper) if df else special.ndtri(upper))


def _model_p(statistic: float, count: int, df: int | None) -> float:
    if df:
        return float(special.fdtrc(count, df, statistic / count))
    return float(special.chdtrc(count, statistic))


def _unexplained(common: WeightedFit, tau2: float, df: int, model: Model) -> float:
    """I² in percent: what is left of the variance between studies among all that the moderators leave."""
    if model is Model.COMMON:
        return 100.0 * max(0.0, (common.q - df) / common.q) if common.q > 0.0 else 0.0
    typical = df / common.trace_p
    return 100.0 * tau2 / (typical + tau2)


def _warnings(k: int, moderators: int) -> tuple[str, ...]:
    notes = ["Studies were not randomised to their characteristics: an association is no proof of a cause."]
    if k < 10 * moderators:
        notes.append(
            f"{k} studies for {moderators} moderator(s): fewer than ten each find patterns by chance."
        )
    return tuple(notes)


def _refuse_impossible(effects: EffectSizes, moderators: Moderators) -> None:
    k, p = moderators.design.shape
    if len(effects.yi) != k:
        raise ValueError(f"{len(effects.yi)} effects but {k} rows of moderators.")
    if k <= p:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what=f"{k} studies cannot fix {p} coefficients.",
            why="At least one study more than coefficients is needed to see what is left unexplained.",
            do="Take fewer moderators, or add studies.",
        )


def _refuse_overflow(fit: WeightedFit, tau2: float) -> None:
    numbers = np.array([tau2, fit.q, *fit.coefficients, *np.diag(fit.covariance)])
    if not np.isfinite(numbers).all() or not (np.diag(fit.covariance) > 0.0).all():
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The numbers of the studies are too large or too far apart to compute with.",
            why="Effects, variances and moderators must fit in the range of floating-point numbers.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )
