"""An estimate as a JSON object with metafor's names; what is not given is null, with its reason beside it."""

from typing import Any

from spondyl.evidence.estimate import Estimate, Interval, StudyEffect
from spondyl.evidence.measure import Measure
from spondyl.evidence.scale import NAMES, shown_value


def estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    """One flat object: the numbers on the scale of pooling, ``shown`` on the reader's, then studies and reasons."""
    found = estimate.heterogeneity
    tau2_lb, tau2_ub = _ends(found.tau2_interval)
    i2_lb, i2_ub = _ends(found.i2_interval)
    pi_lb, pi_ub = _ends(estimate.prediction)
    return {
        "estimate": estimate.effect,
        "se": estimate.se,
        "ci_lb": estimate.interval.low,
        "ci_ub": estimate.interval.high,
        "pi_lb": pi_lb,
        "pi_ub": pi_ub,
        "tau2": found.tau2,
        "tau2_lb": tau2_lb,
        "tau2_ub": tau2_ub,
        "I2": found.i2_percent,
        "I2_lb": i2_lb,
        "I2_ub": i2_ub,
        "H2": found.h2,
        "Q": found.q,
        "Q_df": found.q_df,
        "Q_p": found.q_p_value,
        "k": len(estimate.studies),
        "zval" if estimate.df is None else "tval": estimate.statistic,
        "df": estimate.df,
        "pval": estimate.p_value,
        "measure": estimate.measure.value,
        "model": estimate.model.value,
        "method": estimate.method,
        "tau2_method": found.method.value if found.method else None,
        "test": estimate.inference.value,
        "level": estimate.interval.level_percent,
        "shown": _shown(estimate),
        "studies": [_study(estimate.measure, study) for study in estimate.studies],
        "left_out": [{"study": item.label, "reason": item.reason} for item in estimate.left_out],
        "not_given": {item.name: item.reason for item in estimate.not_given},
        "notes": list(estimate.notes),
        "provenance": {
            "method": estimate.provenance.method,
            "inputs": list(estimate.provenance.inputs),
            "version": estimate.provenance.version,
        },
    }


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (interval.low, interval.high) if interval else (None, None)


def _shown(estimate: Estimate) -> dict[str, Any]:
    measure = estimate.measure
    pi_lb, pi_ub = _ends(estimate.prediction)
    return {
        "scale": NAMES[measure],
        "estimate": shown_value(measure, estimate.effect),
        "ci_lb": shown_value(measure, estimate.interval.low),
        "ci_ub": shown_value(measure, estimate.interval.high),
        "pi_lb": None if pi_lb is None else shown_value(measure, pi_lb),
        "pi_ub": None if pi_ub is None else shown_value(measure, pi_ub),
    }


def _study(measure: Measure, study: StudyEffect) -> dict[str, Any]:
    return {
        "study": study.label,
        "yi": study.effect,
        "vi": study.variance,
        "ci_lb": study.interval.low,
        "ci_ub": study.interval.high,
        "shown": shown_value(measure, study.effect),
        "weight_percent": study.weight_percent,
    }
