"""What must be known before anything is booked, in one question to the database: this is asked at every booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Absence, Horizon, Practice
from spondyl.clinic.care.intake_record import KIND
from spondyl.clinic.chart.audit import Head
from spondyl.clinic.chart.claims import absences_between
from spondyl.clinic.chart.engine import driver_in_transaction, is_embedded
from spondyl.clinic.chart.practice import practice_of_version
from spondyl.clinic.chart.tables.column_types import embedded_text


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """The practice as it is now, who is away about the time, and whether there is something about the patient to look
    into first: an intake, or another chart that this one was joined with.

    ``head`` is where the audit log of the embedded file stands, if nothing is recorded in between.
    """

    practice: Practice
    away: Sequence[Absence]
    must_look: bool
    head: Head | None


_DAY = timedelta(days=1)
_AWAY = "EXISTS (SELECT 1 FROM absences WHERE ends_at > {} AND starts_at < {})"
# Who is asked about stands in one place of the question, and of what is given with it.
_INTAKE = (
    "EXISTS (SELECT 1 FROM (SELECT {} AS who, {} AS kind) AS asked "
    "WHERE EXISTS (SELECT 1 FROM documents WHERE person_id = asked.who AND kind = asked.kind) "
    "OR EXISTS (SELECT 1 FROM joined_charts WHERE person_id = asked.who))"
)
_NEWEST = "SELECT (SELECT max(version) FROM practice_versions) AS version"
_ABOUT = "CAST(%(about)s AS timestamptz) {} interval '24 hours'"  # quicker to add there than to read two more
AWAY_SQL = _AWAY.format(_ABOUT.format("-"), _ABOUT.format("+"))
INTAKE_SQL = _INTAKE.format("%(of_person)s", "%(intake_kind)s")
"""Two parts of the question on PostgreSQL, for who need not know what was answered."""
FACTS_SQL = f"{_NEWEST}, {AWAY_SQL} AS away, {INTAKE_SQL} AS intake"
"""The question on PostgreSQL; ``facts_asked`` gives what it asks about, ``facts_told`` reads the answer."""
# Its first part changes nothing: it lets the database lock the table of claims, as whoever puts a claim down does,
# before it looks. Nobody can note an absence from here until this transaction ends (``shut_out_bookings``).
_ASK_SQL = f"WITH to_come AS (DELETE FROM claims WHERE false) {FACTS_SQL}"
_EMBEDDED = (
    f"{_NEWEST}, {_AWAY.format('?', '?')} AS away, {_INTAKE.format('?', '?')} AS intake, "
    "sequence, seal FROM (SELECT 1) LEFT JOIN audit_heads ON audit_heads.lane = 0"
)


def booking_facts(connection: sa.Connection, start: datetime, person: str | None) -> BookingFacts:
    """The facts about booking a person near a time; nobody notes an absence until the transaction ends."""
    if not is_embedded(connection):
        asked = facts_asked(start, person)
        return facts_told(connection, start, connection.exec_driver_sql(_ASK_SQL, asked).one())
    *told, head = facts_and_head(connection, facts_given(start, person))
    return facts_told(connection, start, told, head)


def facts_given(start: datetime, person: str | None) -> tuple[str, ...]:
    """What ``facts_and_head`` is given about booking a person near a time."""
    return (embedded_text(start - _DAY), embedded_text(start + _DAY), person or "", KIND)


def facts_and_head(
    connection: sa.Connection, given: Sequence[str]
) -> tuple[int | None, int, int, Head | None]:
    """The embedded file's answer: version of the practice, anybody away, any intake, where the audit log stands."""
    row = driver_in_transaction(connection).execute(_EMBEDDED, given).fetchone()
    version, away, intake, sequence, seal = row
    head = Head(lane=0, sequence=sequence, seal=seal) if sequence is not None else None
    return version, away, intake, head


def facts_asked(start: datetime, person: str | None) -> dict[str, Any]:
    """What ``FACTS_SQL`` is given."""
    return {"about": start, "of_person": person or "", "intake_kind": KIND}


def facts_told(
    connection: sa.Connection, start: datetime, told: Sequence[Any], head: Head | None = None
) -> BookingFacts:
    """The facts in a row that begins with version of the practice, anybody away, any intake."""
    version, away, intake = told[:3]
    return BookingFacts(
        practice=practice_of_version(connection, version),
        away=absences_between(connection, Horizon(first_day=start.date(), days=1)) if away else (),
        must_look=bool(intake),
        head=head,
    )
