"""A screen as one JSON object (docs/reference/screening.md)."""

from typing import Any

from spondyl.assessment.screening import Answer, Flag, Screen


def screen_json(screen: Screen, *, patient_id: str) -> dict[str, Any]:
    """Verdict, message and every flag with what it may mean, how soon to act and what to do."""
    return {
        "patient_id": patient_id or None,
        "verdict": screen.verdict.value,
        "message": screen.message,
        "flags": [_flag(flag) for flag in screen.flags],
        "asked": screen.asked,
        "unknown": [flag.question.key for flag in screen.flags if flag.answer is Answer.UNKNOWN],
        "provenance": {
            "method": screen.provenance.method,
            "version": screen.provenance.version,
            "inputs": list(screen.provenance.inputs),
        },
    }


def _flag(flag: Flag) -> dict[str, Any]:
    of = flag.question
    return {
        "question": of.key,
        "text": of.text,
        "answer": flag.answer.value,
        "kind": of.kind.value,
        "topic": of.topic,
        "may_mean": of.may_mean,
        "urgency": of.urgency.value,
        "what_to_do": flag.what_to_do,
        "clinician_may_decide": flag.clinician_may_decide,
        "source": of.source,
    }
