"""The clinic's own outcomes, from the scores in the chart by the outcomes engine."""

from datetime import date

import sqlalchemy as sa

from spondyl.assessment.outcomes import ClinicOutcomes, Visit, judge_outcomes
from spondyl.assessment.questionnaires import instrument_of
from spondyl.clinic.care import intake_record, scores, visit_note
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.tables import documents

KINDS = (intake_record.KIND, visit_note.KIND, scores.KIND)


def visits_of_clinic(connection: sa.Connection) -> tuple[Visit, ...]:
    """A row for every score of every patient, by record number: no name leaves the chart."""
    found = connection.execute(
        sa.select(documents.c.person_id).where(documents.c.kind.in_(KINDS)).distinct()
    ).scalars()
    return tuple(visit for person_id in sorted(found.all()) for visit in _visits(connection, person_id))


def clinic_outcomes(connection: sa.Connection, *, as_of: date) -> ClinicOutcomes | None:
    """Judge all of them on a day; None while nobody has a score."""
    return judge_outcomes(visits_of_clinic(connection), as_of=as_of)


def _visits(connection: sa.Connection, person_id: str) -> list[Visit]:
    number = str(person(connection, person_id).record_number)
    return [
        Visit(patient_id=number, on=one.on, instrument=instrument_of(one.instrument), score=one.value)
        for one in scores.scores_of_person(connection, person_id)
    ]
