"""The clinic's own outcomes, from the scores in the chart by the outcomes engine."""

from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from spondyl.assessment.outcomes import ClinicOutcomes, Event, Visit, judge_outcomes
from spondyl.assessment.questionnaires import instrument_of
from spondyl.clinic.care import plan_record
from spondyl.clinic.care.episodes import episode_days, first_scores, operation_day
from spondyl.clinic.care.newest_rows import NewestRow, newest_of_people
from spondyl.clinic.care.scores import SCORED_KINDS, scores_in_rows
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.same_person import closed_charts
from spondyl.clinic.chart.tables import people

READ_KINDS = (*SCORED_KINDS, plan_record.KIND)
PATIENTS_AT_ONCE = 200
"""Whose documents are in memory together: those of a whole clinic would not fit everywhere."""
_LEFT_OUT = (
    "{episodes} left out: without a score from the beginning there is nothing to hold a later one against."
)


def visits_of_clinic(connection: sa.Connection) -> tuple[Visit, ...]:
    """A row for every score of every patient, by record number: no name leaves the chart. Three queries, and
    two for every 200 patients.

    The first score of each episode is marked ``baseline``; an operation that a later form tells of is a row of its own.
    """
    return _read(connection)[0]


def clinic_outcomes(connection: sa.Connection, *, as_of: date) -> ClinicOutcomes | None:
    """Judge all of them on a day; None while nobody has a score."""
    visits, left_out = _read(connection)
    found = judge_outcomes(visits, as_of=as_of)
    if found is None or not left_out:
        return found
    episodes = "1 later episode is" if left_out == 1 else f"{left_out} later episodes are"
    return replace(found, warnings=(*found.warnings, _LEFT_OUT.format(episodes=episodes)))


def _read(connection: sa.Connection) -> tuple[tuple[Visit, ...], int]:
    """The rows, and how many episodes have no first score."""
    numbers = {
        row.id: str(row.record_number)
        for row in connection.execute(sa.select(people.c.id, people.c.record_number))
    }
    closed = closed_charts(connection)  # what stands in them is read with the chart that was kept
    zone, ids = clinic_zone(connection), sorted(numbers.keys() - closed.keys())
    visits, left_out = list[Visit](), 0
    for begin in range(0, len(ids), PATIENTS_AT_ONCE):
        some = ids[begin : begin + PATIENTS_AT_ONCE]
        found = newest_of_people(
            connection, kinds=SCORED_KINDS, signed_kinds=(plan_record.KIND,), people=some
        )
        for person_id, rows in sorted(found.items()):
            theirs, without_first = _visits(numbers[person_id], rows, zone)
            visits += theirs
            left_out += without_first
    return tuple(visits), left_out


def _visits(number: str, rows: tuple[NewestRow, ...], zone: str) -> tuple[list[Visit], int]:
    scores = scores_in_rows(rows, zone)
    if not scores:
        return [], 0
    begun = first_scores(episode_days(rows, scores, zone), scores)
    firsts = frozenset[tuple[str, date]]().union(*begun)
    visits = [
        Visit(
            patient_id=number,
            on=one.on,
            instrument=instrument_of(one.instrument),
            score=one.value,
            event=Event.BASELINE if (one.instrument, one.on) in firsts else None,
        )
        for one in scores
    ]
    operated = operation_day(rows, zone)
    visits += [Visit(patient_id=number, on=operated, event=Event.OPERATED)] if operated else []
    return visits, sum(not one for one in begun)
