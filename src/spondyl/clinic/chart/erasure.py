"""Erase a patient: the words and numbers go, the fact that there was a chart and who erased it stays in the log."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.practice import clinic_moment
from spondyl.clinic.chart.tables import documents, glass_breaks, people, restrictions, signatures

DAYS_A_YEAR = 365.25
ERASED = "erased"


class ErasureRefusedError(ValueError):
    """A chart may not be erased as asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A chart that need not be kept any longer."""

    person: Person
    last_entry_at: datetime


def last_entry_at(connection: sa.Connection, person_id: str) -> datetime:
    """When something was last written about a patient."""
    newest = connection.execute(
        sa.select(sa.func.max(documents.c.made_at)).where(documents.c.person_id == person_id)
    ).scalar_one()
    made = person(connection, person_id).created_at
    return max(made, newest) if newest else made


def overdue(connection: sa.Connection, *, retention_years: int) -> list[Overdue]:
    """The charts whose time of keeping is over, the oldest first."""
    newest = sa.func.coalesce(sa.func.max(documents.c.made_at), people.c.created_at)
    statement = (
        sa.select(people.c.id)
        .outerjoin(documents, documents.c.person_id == people.c.id)
        .where(people.c.erased_at.is_(None))
        .group_by(people.c.id, people.c.created_at)
        .having(newest < now_of(connection) - timedelta(days=retention_years * DAYS_A_YEAR))
    )
    ids = connection.execute(statement).scalars().all()
    found = [
        Overdue(person=person(connection, one), last_entry_at=last_entry_at(connection, one)) for one in ids
    ]
    return sorted(found, key=lambda one: one.last_entry_at)


def erase_person(
    connection: sa.Connection, person_id: str, *, retention_years: int, reason: str, actor: str
) -> None:
    """Erase what the chart's own tables know; features erase theirs in the same transaction, before this call.

    Before the end of the time of keeping a reason is needed (such as an order of a court).
    """
    patient = person(connection, person_id)
    kept_until = last_entry_at(connection, person_id) + timedelta(days=retention_years * DAYS_A_YEAR)
    if patient.erased_at is not None:
        raise ErasureRefusedError("This chart is erased already.")
    if now_of(connection) < kept_until and len(reason.strip()) < 10:
        last_day = clinic_moment(connection, kept_until)
        raise ErasureRefusedError(
            f"This chart must be kept until {last_day:%Y-%m-%d}; to erase it now, say why in at least ten characters."
        )
    mine = sa.select(documents.c.document_id).where(documents.c.person_id == person_id)
    connection.execute(signatures.delete().where(signatures.c.document_id.in_(mine)))
    removed = connection.execute(documents.delete().where(documents.c.person_id == person_id)).rowcount
    connection.execute(restrictions.delete().where(restrictions.c.person_id == person_id))
    connection.execute(
        glass_breaks.update().where(glass_breaks.c.person_id == person_id).values(reason=ERASED)
    )
    blank = {"given_name": ERASED, "family_name": ERASED, "folded_name": "", "phone": "", "email": ""}
    blank |= {"birth_date": None, "sex": "unknown", "erased_at": now_of(connection)}
    connection.execute(people.update().where(people.c.id == person_id).values(**blank))
    detail = {"reason": reason.strip(), "document_versions": removed}
    record(connection, actor=actor, action="erase person", subject=f"person {person_id}", detail=detail)
