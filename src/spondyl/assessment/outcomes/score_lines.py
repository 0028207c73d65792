"""Visits from what ``spondyl score --json`` prints: a line a questionnaire."""

from datetime import date
from typing import Any, cast

from spondyl.assessment.json_text import parsed_json
from spondyl.assessment.outcomes.visits import Visit, refuse_doubled
from spondyl.assessment.questionnaires import INSTRUMENTS, ScoreRefused, instrument_of
from spondyl.assessment.table_text import TableTextError


def visits_from_score_lines(text: str) -> tuple[Visit, ...]:
    """One visit a scored line; raises TableTextError.

    A refused line is a visit without a score: where it is a patient's first, nobody knows where the patient began. A
    screening tool is no outcome, and becomes no visit.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    visits = [visit for number, line in lines if (visit := _visit(number, parsed_json(line))) is not None]
    refuse_doubled(visits)
    return tuple(visits)


def _visit(number: int, content: object) -> Visit | None:
    where = f"line {number}"
    if not isinstance(content, dict) or "status" not in content:
        raise _wrong(
            where, "it is not a line of 'spondyl score --json'.", "Other JSON has no known meaning here."
        )
    fields = cast(dict[str, Any], content)
    is_scored = fields["status"] == "scored"
    if not is_scored and not (
        fields.get("patient_id") and fields.get("date") and fields.get("instrument") in INSTRUMENTS
    ):
        return None
    if not fields.get("patient_id") or not fields.get("date"):
        raise _wrong(
            where, "it has no patient_id or no date.", "Scores are compared within a patient, over time."
        )
    try:
        instrument = instrument_of(str(fields.get("instrument")))
        on = date.fromisoformat(str(fields["date"]))
        score = instrument.check(float(fields["value"])) if is_scored else None
    except (ScoreRefused, KeyError, TypeError, ValueError) as error:
        raise _wrong(where, f"it cannot be used: {error}", "The line is not as it was printed.") from None
    if not instrument.is_outcome:
        return None
    return Visit(patient_id=str(fields["patient_id"]), on=on, instrument=instrument, score=score, line=number)


def _wrong(where: str, what: str, why: str) -> TableTextError:
    return TableTextError(
        where=where, what=what, why=why, do="Score the answers again, or give visits as CSV."
    )
