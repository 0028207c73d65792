"""Whose is a FHIR resource? Its identifier begins with that of its patient, its document or its visit."""

import sqlalchemy as sa

from spondyl.clinic.chart.same_person import kept_chart
from spondyl.clinic.chart.tables import documents, people
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.tables.column_types import ID_LENGTH


def owner_of(connection: sa.Connection, resource_id: str) -> str | None:
    """The patient's identifier, of several charts of one person the kept one's; a patient is their own. None for a
    resource that is not there."""
    begin = resource_id[:ID_LENGTH]
    for owner, key in (
        (people.c.id, people.c.id),
        (documents.c.person_id, documents.c.document_id),
        (appointments.c.person_id, appointments.c.key),
    ):
        found = connection.execute(sa.select(owner).where(key == begin).limit(1)).scalar_one_or_none()
        if found is not None:
            return found if key is people.c.id else kept_chart(connection, found)
    return None
