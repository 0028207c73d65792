"""The referral letter: what the chart holds, ready to print under the clinician's own question."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from spondyl.assessment.intake import summarise_intake
from spondyl.clinic.care.intake_record import newest
from spondyl.clinic.care.plan_record import judged, latest_plan
from spondyl.clinic.care.referral import referral_letter
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.care.signed_films import signed_films
from spondyl.clinic.care.standing_flags import earlier_flags, standing_forms
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.page import patient_page
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/patients/{patient_id}/plan", include_in_schema=False)


@router.get("/referral")
def referral(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """The letter; that it was opened is in the audit log."""
    today = clinic_today(services)
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open referral letter", subject=patient.subject)
    with reading(services.engine) as connection:
        stored, plan, notes = (
            newest(connection, patient_id),
            latest_plan(connection, patient_id),
            notes_of(connection, patient_id),
        )
        leaflet = referral_letter(
            summary=summarise_intake(stored.intake) if stored else None,
            earlier=earlier_flags(standing_forms(connection, patient_id)),
            notes=notes,
            plan=plan.plan if plan else None,
            judged=judged(connection, patient_id, plan.plan, as_of=today) if plan else None,
            scores=scores_of_person(connection, patient_id),
            films=signed_films(connection, patient_id),
        )
    context = {"leaflet": leaflet, "today": today}
    return patient_page(request, "plan/referral.html", patient, context)
