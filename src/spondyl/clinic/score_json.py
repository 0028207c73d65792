"""A scored questionnaire as one JSON object (docs/reference/questionnaires.md)."""

from typing import Any

from spondyl.assessment.questionnaires import (
    ChangeJudgement,
    ImportantChange,
    Score,
    ScoredSheet,
    important_change_of,
)


def scored_sheet_json(one: ScoredSheet) -> dict[str, Any]:
    """The score with its scale, rule and source, or the refusal; keys in their documented order."""
    sheet = one.sheet
    return {
        "patient_id": sheet.patient_id or None,
        "date": sheet.on.isoformat() if sheet.on else None,
        "instrument": sheet.instrument,
        "status": "refused" if one.score is None else "scored",
        "reason": None if one.refusal is None else str(one.refusal),
        **_score(one.score),
        "change": _change(one),
        "refusal": None if one.refusal is None else _refusal(one),
    }


def _refusal(one: ScoredSheet) -> dict[str, str] | None:
    refusal = one.refusal
    return None if refusal is None else {"what": refusal.what, "why": refusal.why, "do": refusal.do}


def _score(score: Score | None) -> dict[str, Any]:
    if score is None:
        return {"value": None, "scale": None, "answered": None, "asked": None}
    of = score.instrument
    return {
        "value": round(score.value, 4),
        "scale": {
            "name": of.name,
            "lowest": of.lowest,
            "highest": of.highest,
            "unit": of.unit,
            "direction": of.direction.value,
        },
        "answered": score.answered,
        "asked": score.asked,
        "unanswered": list(score.unanswered),
        "group": score.group,
        "parts": {name: round(value, 4) for name, value in score.parts},
        "notes": list(score.notes),
        "definition": of.definition,
        "missing_rule": of.missing_rule,
        "source": of.source,
        "important_change": _threshold(important_change_of(of)),
        "provenance": {
            "method": score.provenance.method,
            "version": score.provenance.version,
            "inputs": list(score.provenance.inputs),
        },
    }


def _threshold(threshold: ImportantChange | None) -> dict[str, Any] | None:
    if threshold is None:
        return None
    return {
        "points": threshold.points,
        "share_of_baseline": threshold.share_of_baseline,
        "note": threshold.note,
        "source": threshold.source,
    }


def _change(one: ScoredSheet) -> dict[str, Any] | None:
    if one.first is None:
        return None
    return {"first_value": round(one.first.value, 4), "judgement": _judgement(one.change)}


def _judgement(change: ChangeJudgement | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "improvement": round(change.improvement, 4),
        "reaches_points": change.reaches_points,
        "reaches_share": change.reaches_share,
        "worse_by_points": change.worse_by_points,
        "can_reach_points": change.can_reach_points,
    }
