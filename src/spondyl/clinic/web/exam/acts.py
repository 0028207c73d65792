"""What is done to a visit note that is kept: sign it as it is shown."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from spondyl.clinic.care.visit_note import note_at
from spondyl.clinic.chart.documents import sign
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
