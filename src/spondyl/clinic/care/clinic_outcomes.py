"""The clinic's own outcomes, from the scores in the chart by the outcomes engine."""

from datetime import date

import sqlalchemy as sa

from spondyl.assessment.outcomes import ClinicOutcomes, Visit, judge_outcomes
from spondyl.assessment.questionnaires import instrument_of
from spondyl.clinic.care.scores import scores_of_people
from spondyl.clinic.chart.tables import people


def visits_of_clinic(connection: sa.Connection) -> tuple[Visit, ...]:
    """A row for every score of every patient, by record number: no name leaves the chart. Two queries in all."""
    numbers = {
        row.id: str(row.record_number)
        for row in connection.execute(sa.select(people.c.id, people.c.record_number))
    }
    return tuple(
        Visit(
            patient_id=numbers[person_id],
            on=one.on,
            instrument=instrument_of(one.instrument),
            score=one.value,
        )
        for person_id, given in sorted(scores_of_people(connection).items())
        for one in given
    )


def clinic_outcomes(connection: sa.Connection, *, as_of: date) -> ClinicOutcomes | None:
    """Judge all of them on a day; None while nobody has a score."""
    return judge_outcomes(visits_of_clinic(connection), as_of=as_of)
