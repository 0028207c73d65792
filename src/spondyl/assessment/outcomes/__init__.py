"""A clinic's own outcomes: from visits and scores to changes, responders and what is not known."""

from spondyl.assessment.outcomes.change_summary import ChangeSummary
from spondyl.assessment.outcomes.judge import (
    WARNINGS,
    ClinicOutcomes,
    InstrumentOutcome,
    judge_outcomes,
)
from spondyl.assessment.outcomes.responders import Responders
from spondyl.assessment.outcomes.score_lines import visits_from_score_lines
from spondyl.assessment.outcomes.synthetic_visits import synthetic_visits_csv
from spondyl.assessment.outcomes.visits import Event, Visit, refuse_future, visits_from_csv
from spondyl.assessment.outcomes.windows import DEFAULT_WINDOWS, TimeWindow, windows_from_text

__all__ = [
    "DEFAULT_WINDOWS",
    "WARNINGS",
    "ChangeSummary",
    "ClinicOutcomes",
    "Event",
    "InstrumentOutcome",
    "Responders",
    "TimeWindow",
    "Visit",
    "judge_outcomes",
    "refuse_future",
    "synthetic_visits_csv",
    "visits_from_csv",
    "visits_from_score_lines",
    "windows_from_text",
]
