"""Erase a patient: the words and numbers go, the fact that there was a chart and who erased it stays in the log."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, people_of, person, person_to_change
from spondyl.clinic.chart.practice import clinic_day, clinic_zone, told_by
from spondyl.clinic.chart.same_person import charts_of, closed_charts, kept_charts, numbers_of, same_person
from spondyl.clinic.chart.tables import (
    appointments,
    documents,
    films,
    glass_breaks,
    people,
    restrictions,
    signatures,
)

ERASED = "erased"
_ENTRIES = (
    (documents.c.made_at, documents.c.person_id),
    (films.c.received_at, films.c.person_id),
    (appointments.c.made_at, appointments.c.person_id),
    (appointments.c.starts_at, appointments.c.person_id),
)
"""The moments of what is kept about a patient, each with the column that says whose it is."""


class Ground(StrEnum):
    """Why a chart is erased before its time. Chosen, not written: words in the log would outlast the patient's name."""

    ORDER = "order"
    REQUEST = "request"
    MISTAKE = "mistake"
    MADE_UP = "made up"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The ground in words."""
        return _GROUNDS[self]


_GROUNDS = {
    Ground.ORDER: "a court or an authority ordered it",
    Ground.REQUEST: "the patient asked for it, and the law lets it be done",
    Ground.MISTAKE: "the chart was made twice or by mistake",
    Ground.MADE_UP: "the patient is made up",
    Ground.OTHER: "another reason, which stands in the clinic's papers",
}


class ErasureRefusedError(ValueError):
    """A chart may not be erased as asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A chart that need not be kept any longer."""

    person: Person
    last_entry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueCharts:
    """The first of the charts that need not be kept any longer, and how many there are in all."""

    shown: tuple[Overdue, ...]
    count: int


def last_entry_at(connection: sa.Connection, person_id: str) -> datetime:
    """When something was last written about a patient, a film came, or a visit is or was, in any of their charts: the
    latest of them."""
    found = [person(connection, person_id).created_at]
    for moment, whose in (*_ENTRIES, (people.c.created_at, people.c.id)):
        here = same_person(whose, person_id)
        newest = connection.execute(sa.select(sa.func.max(moment)).where(here)).scalar_one()
        found += [newest] if newest else []
    return max(found)


def kept_through(zone: str, last_entry: datetime, *, retention_years: int) -> date:
    """The last day on which a chart must be kept: so many years after its last entry's day by the clock of a zone.

    Of a 29 February it is 1 March where there is none.

    >>> from datetime import UTC
    >>> kept_through("America/Los_Angeles", datetime(2024, 3, 1, 7, 59, tzinfo=UTC), retention_years=10)
    datetime.date(2034, 3, 1)
    """
    day = told_by(zone, last_entry).date()
    try:
        return day.replace(year=day.year + retention_years)
    except ValueError:
        return date(day.year + retention_years, 3, 1)


def overdue(connection: sa.Connection, *, retention_years: int, limit: int = 200) -> OverdueCharts:
    """The charts whose time of keeping is over, the oldest first: so many of them, and how many there are."""
    # No chart with a later entry is over yet, whatever the calendar and the clinic's clock; the rest is looked at.
    before = now_of(connection) - timedelta(days=retention_years * 365 - 1)
    newest = [
        sa.select(sa.func.max(moment)).where(whose == people.c.id).scalar_subquery()
        for moment, whose in _ENTRIES
    ]
    statement = sa.select(people.c.id, people.c.created_at, *newest).where(
        people.c.erased_at.is_(None), people.c.created_at < before
    )
    today, zone = clinic_day(connection), clinic_zone(connection)
    last = {row[0]: max(one for one in row[1:] if one) for row in connection.execute(statement)}
    closed = closed_charts(connection)
    last = {name: entry for name, entry in last.items() if name not in closed}  # they go with the kept one
    last |= {name: last_entry_at(connection, name) for name in last.keys() & set(closed.values())}
    over = [
        name
        for name, entry in sorted(last.items(), key=lambda pair: pair[1])
        if entry < before and kept_through(zone, entry, retention_years=retention_years) < today
    ]
    known = people_of(connection, over[:limit])
    shown = [Overdue(person=known[name], last_entry_at=last[name]) for name in over[:limit]]
    return OverdueCharts(shown=tuple(shown), count=len(over))


def check_erasable(
    connection: sa.Connection, person_id: str, *, retention_years: int, ground: Ground | None
) -> None:
    """Raise ``ErasureRefusedError`` for a chart that is erased already, that was joined to another, or that must be
    kept and no ground is given."""
    if kept := kept_charts(connection, [person_id]):
        number = numbers_of(connection, kept.values())[kept[person_id]]
        raise ErasureRefusedError(
            f"This chart was joined to record {number}. Erase that one: this one goes with it. Was it joined by "
            "mistake, separate them first."
        )
    last_entry = last_entry_at(connection, person_id)
    last_day = kept_through(clinic_zone(connection), last_entry, retention_years=retention_years)
    if person(connection, person_id).erased_at is not None:
        raise ErasureRefusedError("This chart is erased already.")
    if clinic_day(connection) <= last_day and ground is None:
        raise ErasureRefusedError(f"This chart must be kept through {last_day}; to erase it now, choose why.")


def erase_person(
    connection: sa.Connection, person_id: str, *, retention_years: int, ground: Ground | None, actor: str
) -> None:
    """Erase what the chart's own tables know of a patient, in every chart that was joined to this one too; features
    erase theirs in the same transaction, before this call.

    Before the end of the time of keeping a ground is needed (such as an order of a court). What features erased counts
    no longer then: ask ``check_erasable`` before them.
    """
    person_to_change(connection, person_id)  # a join that is under way is waited for, and seen
    check_erasable(connection, person_id, retention_years=retention_years, ground=ground)
    for chart in charts_of(connection, person_id):
        _erase_chart(connection, chart, ground=ground, actor=actor)


def _erase_chart(connection: sa.Connection, person_id: str, *, ground: Ground | None, actor: str) -> None:
    mine = sa.select(documents.c.document_id).where(documents.c.person_id == person_id)
    connection.execute(signatures.delete().where(signatures.c.document_id.in_(mine)))
    removed = connection.execute(documents.delete().where(documents.c.person_id == person_id)).rowcount
    connection.execute(restrictions.delete().where(restrictions.c.person_id == person_id))
    words = {"reason": ERASED, "finding": sa.case((glass_breaks.c.finding.is_not(None), ERASED))}
    connection.execute(glass_breaks.update().where(glass_breaks.c.person_id == person_id).values(**words))
    blank = {"given_name": ERASED, "family_name": ERASED, "folded_name": "", "phone": "", "email": ""}
    blank |= {"birth_date": None, "sex": "unknown", "erased_at": now_of(connection)}
    connection.execute(people.update().where(people.c.id == person_id).values(**blank))
    detail = {"reason": ground.label if ground else "", "document_versions": removed}
    record(connection, actor=actor, action="erase person", subject=f"person {person_id}", detail=detail)
