"""Every outcome score of a patient, wherever it was given: in the intake, at a visit, or entered from paper."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from spondyl.assessment.intake import scores_of as intake_scores
from spondyl.assessment.questionnaires import ScoreRefused, instrument_of
from spondyl.clinic.care.intake_record import every
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.documents import newest_of_each, save
from spondyl.treatment.plan import ScoreOnDay

KIND = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScore:
    """One score with where it came from."""

    instrument: str
    value: float
    on: date
    source: str
    note: str = ""

    @property
    def on_day(self) -> ScoreOnDay:
        """The score as a plan is judged by it."""
        return ScoreOnDay(instrument=self.instrument, value=self.value, on=self.on)


def add_score(
    connection: sa.Connection, person_id: str, *, instrument: str, value: float, on: date, actor: str
) -> GivenScore:
    """Keep a score read off a paper form; raises ScoreRefused when it is not on its scale."""
    scale = instrument_of(instrument)
    if not scale.is_outcome:
        raise ScoreRefused(
            what=f"{scale.name} is not an outcome.",
            why="It sorts patients by risk before treatment.",
            do="Use Roland-Morris, Oswestry, NRS, VAS or PROMIS.",
        )
    scale.check(value)
    body = {"instrument": scale.code, "value": value, "on": on.isoformat()}
    save(connection, kind=KIND, person_id=person_id, body=body, actor=actor)
    return GivenScore(instrument=scale.code, value=value, on=on, source="entered")


def scores_of_person(connection: sa.Connection, person_id: str) -> tuple[GivenScore, ...]:
    """Every score, the earliest first; of one questionnaire and day the one given last counts alone."""
    given = [
        *_of_intakes(connection, person_id),
        *_of_notes(connection, person_id),
        *_entered(connection, person_id),
    ]
    last = {(one.instrument, one.on): one for one in given}
    return tuple(sorted(last.values(), key=lambda one: (one.on, one.instrument)))


def _of_intakes(connection: sa.Connection, person_id: str) -> list[GivenScore]:
    return [
        GivenScore(
            instrument=score.instrument.code,
            value=score.value,
            on=stored.saved_at.date(),
            source="form",
            note=" ".join(score.notes),
        )
        for stored in reversed(every(connection, person_id))
        for score in intake_scores(stored.intake)
    ]


def _of_notes(connection: sa.Connection, person_id: str) -> list[GivenScore]:
    return [
        GivenScore(instrument="nrs", value=float(one.note.pain), on=one.note.on, source="visit")
        for one in reversed(notes_of(connection, person_id))
        if one.note.pain is not None
    ]


def _entered(connection: sa.Connection, person_id: str) -> list[GivenScore]:
    return [
        GivenScore(
            instrument=document.body["instrument"],
            value=document.body["value"],
            on=date.fromisoformat(document.body["on"]),
            source="entered",
        )
        for document in reversed(newest_of_each(connection, kind=KIND, person_id=person_id))
    ]
