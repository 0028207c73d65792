"""What is done to a visit note that is kept: sign it as it is shown, or take it back."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.clinic.care.entered_in_error import TakeBackRefused
from spondyl.clinic.care.visit_note import note_at, take_back_note
from spondyl.clinic.chart.documents import DocumentChangedError, sign
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/patients/{patient_id}/exam/{document_id}", include_in_schema=False)


@router.post("/sign")
def sign_shown(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    document_id: str,
    version: Annotated[int, Form()],
    digest: Annotated[str, Form(max_length=64)],
) -> Response:
    """Sign the version that was shown; a newer one is refused, so nobody signs what they have not read."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        note_at(connection, patient.id, document_id)
        sign(connection, document_id=document_id, version=version, actor=viewer.actor, digest=digest)
    return see_other(request, f"/patients/{patient_id}/exam", notice="The note is signed.")


@router.post("/error")
def entered_in_error(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    document_id: str,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take the note back, with a reason: it stays readable and counts nowhere."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        note = note_at(connection, patient.id, document_id)
        if note.version != version:
            raise DocumentChangedError(f"Version {note.version} of the note is newer than what you read.")
        try:
            take_back_note(connection, note, reason=reason, actor=viewer.actor)
        except TakeBackRefused as refused:
            raise HTTPException(422, str(refused)) from None
    return see_other(
        request, f"/patients/{patient_id}/exam", notice="The note is taken back: it counts nowhere."
    )
