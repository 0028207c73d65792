"""What is left of a session: the record, byte for byte, and the report made from it."""

from fastapi import APIRouter, HTTPException
from starlette.responses import FileResponse, Response

from spondyl.clinic.care.adjustment_record import (
    StoredAdjustment,
    adjustment_at,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.report.session.pdf import session_pdf
from spondyl.clinic.report.session.whose import Whose
from spondyl.clinic.web.clinic_words import ClinicWords
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer
from spondyl.treatment.adjustment import RecordError, Replay, SessionRecord, Verdict, read_record

router = APIRouter(prefix="/patients/{patient_id}/adjust", include_in_schema=False)


@router.get("/{run}/record")
def record_file(services: Clinic, viewer: Clinician, patient_id: str, run: str) -> Response:
    """The record, byte for byte. Taking it is in the audit log."""
    _, stored = _taken(services, viewer, patient_id, run, "take adjustment record")
    path = stored.path(services.data_dir)
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/x-tar", filename=path.name)


def _taken(
    services: Services, viewer: Viewer, patient_id: str, run: str, action: str
) -> tuple[Person, StoredAdjustment]:
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        stored = adjustment_at(connection, patient_id, run)
        detail = {"adjustment": run}
        record(connection, actor=viewer.actor, action=action, subject=patient.subject, detail=detail)
    return patient, stored


def _as_checked(stored: StoredAdjustment, services: Services) -> SessionRecord:
    """The record, as long as it is the file that the session's end and its check speak of."""
    try:
        session = read_record(stored.path(services.data_dir).read_bytes())
    except (OSError, RecordError) as error:
        raise HTTPException(409, f"The record of this session cannot be read: {error}") from error
    if not stored.is_record(session.digest):
        raise HTTPException(
            409,
            "The record of this session is not the file that was kept at its end: it was changed or exchanged since. "
            "No report is made of it. Put the file back from a backup.",
        )
    return session


@router.get("/{run}/report")
def report(services: Clinic, viewer: Clinician, patient_id: str, run: str) -> Response:
    """The session's report as PDF, made from the record; whose it is and who did it is from the chart. Taking it is in
    the audit log."""
    patient, stored = _taken(services, viewer, patient_id, run, "take adjustment report")
    words = ClinicWords(services.engine)
    if stored.check is None or not stored.path(services.data_dir).is_file():
        raise HTTPException(
            409, "The record of this session was not checked yet; its report follows the check."
        )
    session = _as_checked(stored, services)
    checked = Replay(verdict=Verdict(stored.check["verdict"]), text=stored.check["text"], record=session)
    name = f"adjustment-{patient.record_number}-{words.wall(stored.at):%Y-%m-%d-%H%M}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    whose = Whose(
        patient=patient.full_name,
        born=patient.details.birth_date,
        record_number=patient.record_number,
        by=words.who(stored.by),
    )
    content = session_pdf(session, checked, zone=words.zone, whose=whose)
    return Response(content, media_type="application/pdf", headers=headers)
