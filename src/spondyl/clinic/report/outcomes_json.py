"""A clinic's outcomes as one JSON object (docs/how-to/judge-your-outcomes.md)."""

from dataclasses import asdict
from typing import Any

from spondyl.assessment.outcomes import ChangeSummary, ClinicOutcomes, InstrumentOutcome, Responders
from spondyl.clinic.report.published_beside import NOT_COMPARABLE, PublishedLine
from spondyl.evidence.counts.proportion_interval import Proportion
from spondyl.evidence.estimate import Interval

FORMAT_VERSION = "1.0"


def outcomes_json(found: ClinicOutcomes, *, published: tuple[PublishedLine, ...]) -> dict[str, Any]:
    """Plain JSON values, keys in their documented order; what is not known is null, never NaN."""
    return {
        "as_of": found.as_of.isoformat(),
        "patients": found.patients,
        "visits": found.visits,
        "warnings": list(found.warnings),
        "outcomes": [_outcome(one) for one in found.outcomes],
        "not_judged": [
            {
                "instrument": one.instrument.code,
                "window": one.window.label,
                "missing": one.missing,
                "not_yet_due": one.not_yet_due,
            }
            for one in found.not_judged
        ],
        "published_beside": {"note": NOT_COMPARABLE, "groups": [asdict(line) for line in published]},
        "provenance": {
            "method": found.provenance.method,
            "version": found.provenance.version,
            "inputs": list(found.provenance.inputs),
        },
        "format_version": FORMAT_VERSION,
    }


def _outcome(one: InstrumentOutcome) -> dict[str, Any]:
    of, window, threshold = one.instrument, one.window, one.threshold
    return {
        "instrument": of.code,
        "name": of.name,
        "unit": of.unit,
        "direction": of.direction.value,
        "window": {
            "label": window.label,
            "from_day": window.from_day,
            "to_day": window.to_day,
            "target_day": window.target_day,
        },
        "patients": {standing.value: count for standing, count in one.standings.items()},
        "measured": one.measured,
        "missing": one.missing,
        "not_yet_due": one.not_yet_due,
        "mean_change": _change(one.change),
        "mean_change_if_missing_unchanged": _rounded(one.mean_if_unchanged),
        "important_change": None
        if threshold is None
        else {
            "points": threshold.points,
            "share_of_baseline": threshold.share_of_baseline,
            "note": threshold.note,
            "source": threshold.source,
        },
        "responders_by_points": _responders(one.by_points),
        "responders_by_share": _responders(one.by_share),
        "worse_by_points": one.worse,
        "began_too_low_to_reach_points": one.could_not_reach,
    }


def _change(change: ChangeSummary | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "improvement": _rounded(change.mean),
        "interval_95": _interval(change.interval),
        "method": change.method,
        "t_interval_95": _interval(change.t_interval),
        "bootstrap_interval_95": _interval(change.bootstrap_interval),
        "n": change.n,
        "sd": _rounded(change.sd),
        "quartiles": [_rounded(value) for value in change.quartiles],
        "skewness": _rounded(change.skewness),
        "not_given": [{"name": one.name, "reason": one.reason} for one in change.not_given],
    }


def _responders(found: Responders | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "threshold": found.threshold,
        "observed": _share(found.observed, found.observed_exact),
        "worst_case": _share(found.worst_case, found.worst_case_exact),
        "best_case": _share(found.best_case, found.best_case_exact),
    }


def _share(wilson: Proportion | None, exact: Proportion | None) -> dict[str, Any] | None:
    if wilson is None or exact is None:
        return None
    return {
        "responders": wilson.events,
        "patients": wilson.patients,
        "share": _rounded(wilson.share),
        "wilson_95": _interval(wilson.interval),
        "exact_95": _interval(exact.interval),
    }


def _interval(interval: Interval | None) -> list[float | None] | None:
    return None if interval is None else [_rounded(interval.low), _rounded(interval.high)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0
