"""What must be known before anything is booked, in one question to the database: this is asked at every booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import Absence, Horizon, Practice
from spondyl.clinic.care.intake_record import KIND
from spondyl.clinic.chart.claims import absences_between
from spondyl.clinic.chart.practice import NEWEST, practice_in
from spondyl.clinic.chart.tables.booking import absences
from spondyl.clinic.chart.tables.documents import documents


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """The practice as it is now, who is away about the time, and whether the patient has an intake to look into."""

    practice: Practice
    away: Sequence[Absence]
    has_intake: bool


_DAY = timedelta(days=1)
_away = (
    sa.select(sa.func.count())
    .where(absences.c.ends_at > sa.bindparam("start"), absences.c.starts_at < sa.bindparam("end"))
    .scalar_subquery()
)
_intakes = (
    sa.select(sa.func.count())
    .select_from(documents)
    .where(documents.c.person_id == sa.bindparam("person"), documents.c.kind == KIND)
    .scalar_subquery()
)
_FACTS = sa.select(NEWEST.scalar_subquery().label("practice"), _away.label("away"), _intakes.label("intakes"))


def booking_facts(connection: sa.Connection, start: datetime, person: str | None) -> BookingFacts:
    """The facts about booking a person near a time."""
    row = connection.execute(
        _FACTS, {"start": start - _DAY, "end": start + _DAY, "person": person or ""}
    ).one()
    horizon = Horizon(first_day=start.date(), days=1)
    return BookingFacts(
        practice=practice_in(row.practice),
        away=absences_between(connection, horizon) if row.away else (),
        has_intake=row.intakes > 0,
    )
