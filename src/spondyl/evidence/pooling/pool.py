"""One pooled estimate from the effects of studies, with the reason for everything that cannot be given."""

import hashlib
import math

import numpy as np
from scipy import special

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Estimate, Interval, NotGiven, StudyEffect
from spondyl.evidence.interval_level import check_level
from spondyl.evidence.measure import Inference, Model, Tau2Method
from spondyl.evidence.pooling.fit_many import Fits, fit_many
from spondyl.evidence.pooling.heterogeneity import describe_heterogeneity
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.provenance import Provenance


def pool(
    effects: EffectSizes,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
    level_percent: float = 95.0,
) -> Estimate:
    """Pool by inverse variance: with one common effect, or with a distribution of effects whose variance is tau².

    With one study the result is that study; what one study cannot say stands in ``not_given``. Formulas and names
    follow R's metafor, ``rma(yi, vi, method=…, test=…)``, ``confint()`` and ``predict()``.

    >>> from spondyl.evidence import Measure, effect_sizes, parse_study_table, pool
    >>> table = parse_study_table("yi,vi\\n1,1\\n2,1\\n6,1\\n")
    >>> round(pool(effect_sizes(table, Measure.GEN)).interval.high, 4)
    5.9939
    """
    check_level(level_percent)
    with np.errstate(over="ignore", invalid="ignore"):
        fits = fit_many(
            effects.yi[None, :],
            effects.vi[None, :],
            model=model,
            tau2_method=tau2_method,
            inference=inference,
            level_percent=level_percent,
        )
    _check(fits, effects)
    heterogeneity, not_given = describe_heterogeneity(
        effects, fits, model=model, method=tau2_method, level_percent=level_percent
    )
    prediction = (
        _interval(fits.pi_low, fits.pi_high, level_percent)
        if model is Model.RANDOM and len(effects.labels) > 1
        else None
    )
    return Estimate(
        measure=effects.measure,
        model=model,
        method="inverse variance",
        inference=Inference.HARTUNG_KNAPP if math.isfinite(fits.df[0]) else Inference.Z,
        effect=float(fits.effect[0]),
        se=float(fits.se[0]),
        interval=_interval(fits.ci_low, fits.ci_high, level_percent),
        statistic=float(fits.statistic[0]),
        df=int(fits.df[0]) if math.isfinite(fits.df[0]) else None,
        p_value=float(fits.p_value[0]),
        prediction=prediction,
        heterogeneity=heterogeneity,
        studies=_studies(effects, fits, level_percent),
        left_out=effects.left_out,
        not_given=not_given if prediction else (*not_given, _no_prediction(model)),
        notes=(*effects.notes, *_notes(effects, model, inference)),
        provenance=Provenance(
            method=f"spondyl.evidence.pool ({model.value}, {tau2_method.value}, {inference.value})",
            inputs=(_digest(effects),),
        ),
    )


def _check(fits: Fits, effects: EffectSizes) -> None:
    if fits.se[0] == 0:
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what=f"The {len(effects.labels)} studies have exactly the same effect.",
            why="Hartung and Knapp's interval is made from how the effects differ, so it would have no width.",
            do="Use the z test.",
        )
    numbers = (
        fits.effect,
        fits.se,
        fits.statistic,
        fits.p_value,
        fits.ci_low,
        fits.ci_high,
        fits.tau2,
        fits.q,
    )
    if not all(np.isfinite(number[0]) for number in numbers):
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The numbers of the studies are too large or too far apart to compute with.",
            why=f"Effects reach {np.abs(effects.yi).max():.3g}; variances lie between {effects.vi.min():.3g} "
            f"and {effects.vi.max():.3g}.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )


def _interval(low: np.ndarray, high: np.ndarray, level_percent: float) -> Interval:
    return Interval(low=float(low[0]), high=float(high[0]), level_percent=level_percent)


def _studies(effects: EffectSizes, fits: Fits, level_percent: float) -> tuple[StudyEffect, ...]:
    reach = special.ndtri(0.5 + level_percent / 200) * np.sqrt(effects.vi)
    rows = zip(
        effects.labels,
        effects.yi.tolist(),
        effects.vi.tolist(),
        (effects.yi - reach).tolist(),
        (effects.yi + reach).tolist(),
        (100 * fits.weights[0]).tolist(),
        strict=True,
    )
    return tuple(
        StudyEffect(
            label=label,
            effect=yi,
            variance=vi,
            interval=Interval(low=low, high=high, level_percent=level_percent),
            weight_percent=share,
        )
        for label, yi, vi, low, high, share in rows
    )


def _no_prediction(model: Model) -> NotGiven:
    if model is Model.COMMON:
        reason = "A common-effect model has one true effect; there is no distribution to predict from."
    else:
        reason = "A prediction interval needs tau², and tau² needs at least 2 studies."
    return NotGiven(name="prediction", reason=reason)


def _notes(effects: EffectSizes, model: Model, inference: Inference) -> tuple[str, ...]:
    if inference is Inference.Z:
        return ()
    if len(effects.labels) < 2:
        return ("Hartung and Knapp's method needs at least 2 studies; the z test was used.",)
    if model is Model.COMMON:
        return ("Hartung and Knapp's method is meant for random effects; here it scales a common effect.",)
    return ()


def _digest(effects: EffectSizes) -> str:
    content = hashlib.sha256(repr((effects.measure.value, effects.labels)).encode())
    content.update(np.stack([effects.yi, effects.vi]).astype("<f8").tobytes())
    return content.hexdigest()
