"""A patient's records: what there is, who opened the chart, and everything in one file to take along."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import Response

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.tables import audit, documents
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.records.export import patient_archive
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
    """Everything about the patient in one zip file, films too; who took it along is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="export patient", subject=patient.subject)
    today = services.clock().date()
    with reading(services.engine) as connection:
        content = _zip(patient_archive(connection, films.store, patient_id, as_of=today))
    name = f"record-{patient.record_number}-{today.isoformat()}.zip"
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    """In memory: no unencrypted file of a patient lies on the server's disk. Films are packed as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            kind = zipfile.ZIP_STORED if name.startswith("films/") else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=kind)
    return out.getvalue()


def _context(connection: sa.Connection, patient: Person) -> dict[str, Any]:
    held = connection.execute(
        sa.select(
            documents.c.kind,
            sa.func.count(sa.distinct(documents.c.document_id)).label("documents"),
            sa.func.count().label("versions"),
            sa.func.max(documents.c.made_at).label("last"),
        )
        .where(documents.c.person_id == patient.id)
        .group_by(documents.c.kind)
        .order_by(documents.c.kind)
    ).all()
    log = connection.execute(
        sa.select(audit.c.at, audit.c.actor, audit.c.action)
        .where(audit.c.subject == patient.subject)
        .order_by(audit.c.at.desc())
        .limit(SHOWN)
    ).all()
    return {"held": held, "log": log, "shown": SHOWN}
