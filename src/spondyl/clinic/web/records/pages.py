"""A patient's records: what there is, who opened the chart, and everything in one file to take along."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.audit_look import Asked, look
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.same_person import charts_of, same_person
from spondyl.clinic.chart.tables import documents
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.records.export_run import begin_export
from spondyl.clinic.web.admin.audit_words import action_words
from spondyl.clinic.web.films.service import Films
from spondyl.clinic.web.page import patient_page
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/patients/{patient_id}/records", include_in_schema=False)
SHOWN = 50


@router.get("")
def records_page(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """What the chart holds, and the last lines of the audit log about this patient."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open records", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _context(connection, patient)
    return patient_page(request, "records/patient.html", patient, context)


@router.post("/export")
def export_patient(services: Clinic, films: Films, viewer: Clinician, patient_id: str) -> Response:
    """Everything about the patient in one zip file, films too, sent while it is made.

    No file of a patient lies unencrypted on the server's disk; who took it along is in the audit log.
    """
    export = begin_export(
        services.engine, films.store, data_dir=services.data_dir, actor=viewer.actor, person_id=patient_id
    )
    with reading(services.engine) as connection:
        number = person(connection, patient_id).record_number
    headers = {
        "Content-Disposition": f'attachment; filename="record-{number}-{export.begun_at:%Y-%m-%d}.zip"'
    }
    return StreamingResponse(export.zip_pieces(), media_type="application/zip", headers=headers)


def _context(connection: sa.Connection, patient: Person) -> dict[str, Any]:
    held = connection.execute(
        sa.select(
            documents.c.kind,
            sa.func.count(sa.distinct(documents.c.document_id)).label("documents"),
            sa.func.count().label("versions"),
            sa.func.max(documents.c.made_at).label("last"),
        )
        .where(same_person(documents.c.person_id, patient.id))
        .group_by(documents.c.kind)
        .order_by(documents.c.kind)
    ).all()
    asked = Asked(subjects=[f"person {one}" for one in charts_of(connection, patient.id)])
    log = [
        {"at": one.at, "actor": one.actor, "did": action_words(one.action)}
        for one in look(connection, asked, limit=SHOWN).entries
    ]
    return {"held": held, "log": log, "shown": SHOWN}
