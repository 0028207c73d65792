"""Visits as a clinic exports them: who, when, which questionnaire, the score, and what else happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from spondyl.assessment.questionnaires import Instrument, ScoreRefused, instrument_of
from spondyl.assessment.table_text import NAMED_LINES, Row, TableTextError, date_of, rows_of
from spondyl.assessment.written_number import written_decimal

Made = TypeVar("Made")
REQUIRED = ("patient_id", "date", "instrument", "score")


class Event(Enum):
    """What a row may say beside a score."""

    BASELINE = "baseline"
    DROPPED_OUT = "dropped_out"
    OPERATED = "operated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One row: a score, an event, or both; a questionnaire without a score was answered and could not be used.

    ``line`` is where it stands in the file.
    """

    patient_id: str
    on: date
    instrument: Instrument | None = None
    score: float | None = None
    event: Event | None = None
    line: int = 0


def visits_from_csv(text: str) -> tuple[Visit, ...]:
    """Every row as a visit, in the order of the file; raises TableTextError that names every faulty line.

    A file with a faulty row is refused whole: leaving rows out quietly would change the outcome.
    """
    visits: list[Visit] = []
    faults: list[TableTextError] = []
    for row in rows_of(text, required=REQUIRED):
        try:
            visits.append(_visit(row))
        except TableTextError as error:
            faults.append(error)
    faults += _doubled(visits)
    if faults:
        raise _all_of(faults)
    return tuple(visits)


def _visit(row: Row) -> Visit:
    cells = row.cells
    if not cells["patient_id"]:
        raise row.wrong(
            "it has no patient_id.", why="Scores are compared within a patient.", do="Give each patient one."
        )
    event = _event(row)
    if not cells["instrument"] and not cells["score"] and event not in (None, Event.BASELINE):
        return Visit(patient_id=cells["patient_id"], on=date_of(row), event=event, line=row.line)
    instrument = _refused_as_fault(row, lambda: _outcome_instrument(cells["instrument"]))
    if not cells["score"] and event in (Event.DROPPED_OUT, Event.OPERATED):
        return Visit(patient_id=cells["patient_id"], on=date_of(row), event=event, line=row.line)
    return Visit(
        patient_id=cells["patient_id"],
        on=date_of(row),
        instrument=instrument,
        score=_refused_as_fault(row, lambda: _score(row, instrument)),
        event=event,
        line=row.line,
    )


def _event(row: Row) -> Event | None:
    text = row.cells.get("event", "").lower().replace(" ", "_").replace("-", "_")
    if not text:
        return None
    try:
        return Event(text)
    except ValueError:
        raise row.wrong(
            f"the event {text!r} is not known.",
            why="An event that is not understood could hide a patient who left.",
            do=f"Use {', '.join(event.value for event in Event)}, or leave it empty.",
        ) from None


def _outcome_instrument(code: str) -> Instrument:
    instrument = instrument_of(code)
    if instrument.is_outcome:
        return instrument
    raise ScoreRefused(
        what=f"{instrument.name} is not an outcome.",
        why="It sorts patients by risk before treatment.",
        do="Leave its rows out, or use Roland-Morris, Oswestry, NRS, VAS or PROMIS.",
    )


def _score(row: Row, instrument: Instrument) -> float:
    value = written_decimal(row.cells["score"])
    if value is None:
        raise row.wrong(
            f"{row.cells['score']!r} is not a score.",
            why="A score is a number; a visit without a score has no row, or a row with an event only.",
            do="Correct or remove the row.",
        )
    return instrument.check_given(value)


def _refused_as_fault(row: Row, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ScoreRefused as refusal:
        raise row.wrong(refusal.what, why=refusal.why, do=refusal.do) from None


def _doubled(visits: list[Visit]) -> list[TableTextError]:
    """Two different scores of one patient on one day: it cannot be told which counts."""
    seen: dict[tuple[str, date, str], Visit] = {}
    faults: list[TableTextError] = []
    for visit in visits:
        if visit.instrument is None or visit.score is None:
            continue
        key = (visit.patient_id, visit.on, visit.instrument.code)
        first = seen.setdefault(key, visit)
        if first.score != visit.score:
            what = f"{visit.patient_id} has another {visit.instrument.code} score on {visit.on}."
            faults.append(
                TableTextError(
                    where=f"line {visit.line}",
                    what=what,
                    why=f"Line {first.line} says {first.score:g}; it cannot be told which one counts.",
                    do="Keep one.",
                )
            )
    return faults


def refuse_doubled(visits: list[Visit]) -> None:
    """Refuse visits that contradict each other."""
    faults = _doubled(visits)
    if faults:
        raise _all_of(faults)


def refuse_future(visits: Iterable[Visit], *, today: date) -> None:
    """Refuse rows of days to come: the last one would be the day on which everybody without a score counts as lost."""
    faults = [
        TableTextError(
            where=f"line {visit.line}",
            what=f"{visit.on} lies in the future.",
            why="Patients whose time has not come would count as missing.",
            do="Correct the year, or say with --as-of on which day to judge.",
        )
        for visit in visits
        if visit.on > today
    ]
    if faults:
        raise _all_of(faults)


def _all_of(faults: list[TableTextError]) -> TableTextError:
    first = min(faults, key=lambda fault: int(fault.where.removeprefix("line ")))
    if len(faults) == 1:
        return first
    others = [fault.where.removeprefix("line ") for fault in faults if fault is not first]
    more = ", …" if len(others) > NAMED_LINES else ""
    return TableTextError(
        where=first.where,
        what=first.what,
        why=f"{first.why} Further faulty lines: {', '.join(others[:NAMED_LINES])}{more}.",
        do=f"{first.do} Nothing was judged: leaving rows out quietly would change the outcome.",
    )
