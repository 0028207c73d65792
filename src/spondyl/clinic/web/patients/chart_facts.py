"""What tells two charts apart, or shows that they are one person's: as far as whoever looks may see it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.clinic.care import intake_record
from spondyl.clinic.chart.films import films_of
from spondyl.clinic.chart.moved_bookings import coming_visits
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import documents
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKind:
    """How many documents of a kind a chart holds, and when the last of them was saved."""

    kind: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFacts:
    """One chart: whose, the visits to come in words, what it holds, how many films; ``is_all`` is False for who sees
    the answers of the intake only."""

    patient: Person
    visits: tuple[str, ...]
    held: tuple[HeldKind, ...]
    films: int
    is_all: bool


def facts_of(connection: sa.Connection, patient: Person, viewer: Viewer) -> ChartFacts:
    """What this very chart holds, without those joined to it."""
    return ChartFacts(
        patient=patient,
        visits=_visits(connection, patient.id),
        held=held_kinds(connection, patient.id, viewer),
        films=len(films_of(connection, patient.id)),
        is_all=viewer.may(Role.CLINICIAN),
    )


def held_kinds(
    connection: sa.Connection, person_id: str, viewer: Viewer, *, since: datetime | None = None
) -> tuple[HeldKind, ...]:
    """The documents that stand in this very chart by kind, or those that were begun since a moment."""
    begun = documents.c.version == 1
    conditions = [documents.c.person_id == person_id] + (
        [begun, documents.c.made_at >= since] if since else []
    )
    if not viewer.may(Role.CLINICIAN):
        conditions.append(documents.c.kind == intake_record.KIND)
    rows = connection.execute(
        sa.select(
            documents.c.kind,
            sa.func.count(sa.distinct(documents.c.document_id)).label("begun"),
            sa.func.max(documents.c.made_at).label("last"),
        )
        .where(*conditions)
        .group_by(documents.c.kind)
        .order_by(documents.c.kind)
    )
    return tuple(HeldKind(kind=row.kind, count=row.begun, last=row.last) for row in rows)


def _visits(connection: sa.Connection, person_id: str) -> tuple[str, ...]:
    if not has_practice(connection):
        return ()
    practice = practice_of(connection)
    names = {one.key: one.name for one in practice.visit_types}
    return tuple(
        f"{names.get(one.visit_type, one.visit_type)}, {when_words(one.wall)}"
        for one in coming_visits(connection, person_id)
    )
