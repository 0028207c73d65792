"""What must be known before anything is booked, in one question to the database: this is asked at every booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import Absence, Horizon, Practice
from spondyl.clinic.care.intake_record import KIND
from spondyl.clinic.chart.audit import Head
from spondyl.clinic.chart.claims import absences_between
from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.practice import practice_of_version
from spondyl.clinic.chart.tables.column_types import embedded_text


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """The practice as it is now, who is away about the time, and whether the patient has an intake to look into.

    ``head`` is where the audit log of the embedded file stands, if nothing is recorded in between.
    """

    practice: Practice
    away: Sequence[Absence]
    has_intake: bool
    head: Head | None


_DAY = timedelta(days=1)
_FACTS = (
    "SELECT (SELECT max(version) FROM practice_versions), "
    "EXISTS (SELECT 1 FROM absences WHERE ends_at > {0} AND starts_at < {0}), "
    "EXISTS (SELECT 1 FROM documents WHERE person_id = {0} AND kind = {0})"
)
_ON_POSTGRES = _FACTS.format("%s")
_EMBEDDED = (
    _FACTS.format("?") + ", sequence, seal FROM (SELECT 1) LEFT JOIN audit_heads ON audit_heads.lane = 0"
)


def booking_facts(connection: sa.Connection, start: datetime, person: str | None) -> BookingFacts:
    """The facts about booking a person near a time."""
    begin, end = start - _DAY, start + _DAY
    head = None
    if is_embedded(connection):
        given = (embedded_text(begin), embedded_text(end), person or "", KIND)
        version, away, intake, *last = connection.exec_driver_sql(_EMBEDDED, given).one()
        head = Head(lane=0, sequence=last[0], seal=last[1]) if last[0] is not None else None
    else:
        given = (begin, end, person or "", KIND)
        version, away, intake = connection.exec_driver_sql(_ON_POSTGRES, given).one()
    horizon = Horizon(first_day=start.date(), days=1)
    return BookingFacts(
        practice=practice_of_version(connection, version),
        away=absences_between(connection, horizon) if away else (),
        has_intake=bool(intake),
        head=head,
    )
