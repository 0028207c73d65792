"""What an export takes from the chart: documents with all their versions, scores, and patients, as plain values."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.chart.documents import Document, history
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.same_person import same_person
from spondyl.clinic.chart.tables import documents


def documents_of(connection: sa.Connection, person_id: str) -> Iterator[Document]:
    """Every version of every document of one patient, in any of their charts, the document made first first."""
    names = connection.execute(
        sa.select(documents.c.document_id)
        .where(same_person(documents.c.person_id, person_id))
        .group_by(documents.c.document_id)
        .order_by(sa.func.min(documents.c.made_at), documents.c.document_id)
    ).scalars()
    for name in names.all():
        yield from history(connection, name)


def document_values(one: Document) -> dict[str, Any]:
    """One version of a document, with digest and signatures."""
    values = asdict(one)
    values["made_at"] = one.made_at.isoformat()
    values["signatures"] = [
        {"signed_by": each.signed_by, "signed_at": each.signed_at.isoformat(), "meaning": each.meaning}
        for each in one.signatures
    ]
    return values


def score_rows(connection: sa.Connection, patient: Person) -> list[dict[str, Any]]:
    """One patient's lines in the table of scores."""
    return [
        {
            "record_number": patient.record_number,
            "instrument": one.instrument,
            "on": one.on,
            "value": one.value,
            "source": one.source,
        }
        for one in scores_of_person(connection, patient.id)
    ]


def patient_row(one: Person) -> dict[str, Any]:
    """One patient's line in the table of patients."""
    details = one.details
    return {
        "record_number": one.record_number,
        "family_name": details.family_name,
        "given_name": details.given_name,
        "birth_date": details.birth_date,
        "sex": details.sex,
        "language": details.language,
        "synthetic": details.synthetic,
    }
