"""Every outcome score of a patient, wherever it was given: in the intake, at a visit, or entered from paper."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from spondyl.assessment.questionnaires import ScoreRefused, instrument_of
from spondyl.clinic.care import intake_record, visit_note
from spondyl.clinic.care.entered_in_error import take_back, why_in_error
from spondyl.clinic.care.kept_scores import scores_in
from spondyl.clinic.care.newest_rows import NewestRow, newest_of_people, newest_of_person
from spondyl.clinic.care.visit_note import PAIN_TODAY, note_from_json
from spondyl.clinic.chart.documents import DocumentUnknownError, load, save
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.same_person import are_same_person
from spondyl.treatment.plan import ScoreOnDay

KIND = "score"
EARLIEST = date(1980, 1, 1)
"""Before it none of these questionnaires was published (Oswestry: Fairbank et al., Physiotherapy 1980;66:271-273)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScore:
    """One score with where it came from."""

    instrument: str
    value: float
    on: date
    source: str
    note: str = ""
    document_id: str = ""
    """Of a score that was entered by hand: where it is kept."""

    @property
    def on_day(self) -> ScoreOnDay:
        """The score as a plan is judged by it."""
        return ScoreOnDay(instrument=self.instrument, value=self.value, on=self.on)


def add_score(
    connection: sa.Connection, person_id: str, *, instrument: str, value: float, on: date, actor: str
) -> GivenScore:
    """Keep a score read off a paper form; raises ScoreRefused when it, or its day, cannot be that of the patient.

    A day before birth would be the first of the course: every later score would be held against it.
    """
    scale = instrument_of(instrument)
    if not scale.is_outcome:
        raise ScoreRefused(
            what=f"{scale.name} is not an outcome.",
            why="It sorts patients by risk before treatment.",
            do="Use Roland-Morris, Oswestry, NRS, VAS or PROMIS.",
        )
    scale.check_given(value)
    born = person(connection, person_id).details.birth_date
    if on < max(born or EARLIEST, EARLIEST):
        raise ScoreRefused(
            what=f"{on} cannot be the day of this score.",
            why="It lies before the patient was born, or before there were such questionnaires.",
            do="Correct the year.",
        )
    body = {"instrument": scale.code, "value": value, "on": on.isoformat()}
    kept = save(connection, kind=KIND, person_id=person_id, body=body, actor=actor)
    return GivenScore(
        instrument=scale.code, value=value, on=on, source="entered", document_id=kept.document_id
    )


def take_back_score(
    connection: sa.Connection, person_id: str, document_id: str, *, reason: str, actor: str
) -> None:
    """Say that a score was entered in error. Raises TakeBackRefused without a reason; DocumentUnknownError."""
    document = load(connection, document_id)
    if document.kind != KIND or not are_same_person(connection, document.person_id, person_id):
        raise DocumentUnknownError("This score is not one of this patient. Load the page again.")
    take_back(connection, document, reason=reason, actor=actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInError:
    """A score that was taken back: why, by whom and when."""

    score: GivenScore
    why: str
    by: str
    at: datetime


def scores_in_error(connection: sa.Connection, person_id: str) -> tuple[ScoreInError, ...]:
    """The scores that were entered in error, the one entered first first. They count nowhere."""
    return tuple(
        ScoreInError(score=_entered_score(row), why=why, by=row.made_by, at=row.made_at)
        for row in newest_of_person(connection, person_id, kinds=(KIND,))
        if (why := why_in_error(row.body))
    )


def scores_of_person(connection: sa.Connection, person_id: str) -> tuple[GivenScore, ...]:
    """Every score, the earliest first; of one questionnaire and day the one given last counts alone."""
    return scores_in_rows(newest_of_person(connection, person_id, kinds=_READ), clinic_zone(connection))


def scores_of_people(connection: sa.Connection, people: Collection[str]) -> dict[str, tuple[GivenScore, ...]]:
    """The scores of these patients in three queries, whoever they are."""
    found, zone = newest_of_people(connection, kinds=_READ, people=people), clinic_zone(connection)
    return {person_id: scores_in_rows(rows, zone) for person_id, rows in found.items()}


def scores_in_rows(rows: tuple[NewestRow, ...], zone: str) -> tuple[GivenScore, ...]:
    """The scores of one patient's documents, those of :data:`SCORED_KINDS`, as :func:`scores_of_person` gives them."""
    given = [
        score for kind, read in _READ.items() for row in rows if row.kind == kind for score in read(row, zone)
    ]
    last = {(one.instrument, one.on): one for one in given}
    return tuple(sorted(last.values(), key=lambda one: (one.on, one.instrument)))


def _of_intake(row: NewestRow, zone: str) -> list[GivenScore]:
    return [
        GivenScore(
            instrument=score.instrument,
            value=score.value,
            on=score.day_in(zone),
            source="form",
            note=score.note,
        )
        for score in scores_in(row.body)
    ]


def _of_note(row: NewestRow, _zone: str) -> list[GivenScore]:
    note = note_from_json(row.body)
    if note.pain is None or why_in_error(row.body):
        return []
    return [GivenScore(instrument=PAIN_TODAY, value=float(note.pain), on=note.on, source="visit")]


def _entered(row: NewestRow, _zone: str) -> list[GivenScore]:
    return [] if why_in_error(row.body) else [_entered_score(row)]


def _entered_score(row: NewestRow) -> GivenScore:
    body = row.body
    on = date.fromisoformat(body["on"])
    return GivenScore(
        instrument=body["instrument"],
        value=body["value"],
        on=on,
        source="entered",
        document_id=row.document_id,
    )


_READ = {intake_record.KIND: _of_intake, visit_note.KIND: _of_note, KIND: _entered}
"""In this order: a score entered by hand counts before one of a visit, and that before one of the form."""
SCORED_KINDS = tuple(_READ)
"""The documents that hold scores."""
