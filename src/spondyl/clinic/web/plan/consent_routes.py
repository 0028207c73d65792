"""Consent in the patient's language, and the sheet to take home: both print."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.assessment.intake import PatientLanguage
from spondyl.clinic.care.consent_record import (
    Consent,
    ConsentRefused,
    consent_to,
    consents_of,
    keep_consent,
    withdraw,
)
from spondyl.clinic.care.leaflet import Leaflet, consent_leaflet, home_leaflet
from spondyl.clinic.care.patient_words import AGREE, DATE_LINE, NAME_LINE, visits_words
from spondyl.clinic.care.plan_record import StoredPlan, latest_plan, ranked_for, why_not_now
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person, person, person_to_change
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/patients/{patient_id}/plan", include_in_schema=False)


class ConsentForm:
    """Who agrees, in which language, and to which version of the plan: the one that the page showed."""

    def __init__(
        self,
        language: Annotated[PatientLanguage, Form()],
        agreed_by: Annotated[str, Form(max_length=200)] = "",
        plan_version: Annotated[int, Form()] = 0,
        plan_digest: Annotated[str, Form(max_length=64)] = "",
    ) -> None:
        self.language, self.agreed_by = language, agreed_by
        self.plan_version, self.plan_digest = plan_version, plan_digest

    def changed_to(self, stored: StoredPlan) -> str | None:
        """What to say when the plan as it stands is not the one that was read; None when it is."""
        if (self.plan_version, self.plan_digest) == (stored.version, stored.digest):
            return None
        return (
            "The plan was changed after this page was opened, so no consent is kept: nobody agrees to what they have "
            f"not read. Below stands the plan as it is now, version {stored.version}. Read it with the patient, then "
            "keep the consent."
        )


@router.get("/consent")
def consent_page(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    language: PatientLanguage | None = None,
) -> Response:
    """What the patient agrees to, to print or to read together; or the consent that was given."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open consent", subject=patient.subject)
    return _consent_page(request, services, patient, language=language)


@router.post("/consent")
def give_consent(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    form: Annotated[ConsentForm, Depends(ConsentForm)],
) -> Response:
    """Keep the consent: the page to the letter, with the name of who agreed and before whom.

    When the plan was changed since the page was opened, nothing is kept and the page shows the plan as it is now.
    """
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        stored = _plan(connection, patient_id)
        changed = form.changed_to(stored)
        problem = changed or _kept(connection, patient_id, stored, form, viewer.actor)
    if problem:
        status = 409 if changed else 422
        return _consent_page(
            request, services, patient, language=form.language, problem=problem, form=form, status=status
        )
    return see_other(request, f"/patients/{patient_id}/plan", notice="The consent is kept.")


def _kept(
    connection: sa.Connection, patient_id: str, stored: StoredPlan, form: ConsentForm, actor: str
) -> str | None:
    """Keep the consent; what was wrong when it was refused."""
    leaflet = consent_leaflet(stored.plan, ranked_for(connection, patient_id), form.language)
    try:
        keep_consent(connection, patient_id, stored, leaflet, agreed_by=form.agreed_by, actor=actor)
    except ConsentRefused as refused:
        return str(refused)
    return None


@router.post("/consent/withdraw")
def withdraw_consent(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """The patient takes the consent back: nothing is treated from now on."""
    with writing(services.engine) as connection:
        person(connection, patient_id)
        given = [one for one in consents_of(connection, patient_id) if one.withdrawn_at is None]
        for one in given:
            withdraw(connection, patient_id, one, actor=viewer.actor)
    return see_other(request, f"/patients/{patient_id}/plan", notice="The consent is taken back.")


@router.get("/sheet")
def home_sheet(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    language: PatientLanguage | None = None,
) -> Response:
    """The sheet that the patient takes home."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open take-home sheet", subject=patient.subject)
    with reading(services.engine) as connection:
        stored = _plan(connection, patient_id)
        chosen = language or PatientLanguage(patient.details.language)
        notes = [one.note for one in notes_of(connection, patient_id)]
    leaflet = home_leaflet(stored.plan, notes, chosen)
    visits = visits_words(stored.plan.visits, stored.plan.days_between, chosen)
    context = {"leaflet": leaflet, "visits": visits, **_languages(chosen), "kind": "sheet"}
    return patient_page(request, "plan/sheet.html", patient, context)


def _consent_page(
    request: Request,
    services: Services,
    patient: Person,
    *,
    language: PatientLanguage | None,
    problem: str | None = None,
    form: ConsentForm | None = None,
    status: int = 200,
) -> Response:
    with reading(services.engine) as connection:
        stored = _plan(connection, patient.id)
        given = consent_to(connection, patient.id, stored)
        chosen = language or (given.leaflet.language if given else PatientLanguage(patient.details.language))
        leaflet = _leaflet(connection, patient, stored, given, chosen)
        why_not = None if given else why_not_now(connection, patient.id, stored)
    context = {
        "leaflet": leaflet,
        "stored": stored,
        "given": given,
        "problem": problem,
        "why_not": why_not,
        "agreed_by": form.agreed_by if form else "",
        "agree": AGREE.in_(chosen),
        "name_line": NAME_LINE.in_(chosen),
        "date_line": DATE_LINE.in_(chosen),
        **_languages(chosen),
        "kind": "consent",
    }
    return patient_page(request, "plan/consent.html", patient, context, status=status)


def _leaflet(
    connection: sa.Connection,
    patient: Person,
    stored: StoredPlan,
    given: Consent | None,
    language: PatientLanguage,
) -> Leaflet:
    if given is not None and given.leaflet.language is language:
        return given.leaflet
    return consent_leaflet(stored.plan, ranked_for(connection, patient.id), language)


def _languages(chosen: PatientLanguage) -> dict[str, PatientLanguage]:
    spanish, english = PatientLanguage.SPANISH, PatientLanguage.ENGLISH
    return {"language": chosen, "other": english if chosen is spanish else spanish}


def _plan(connection: sa.Connection, patient_id: str) -> StoredPlan:
    stored = latest_plan(connection, patient_id)
    if stored is None:
        raise HTTPException(404, "There is no plan yet. Make one on the page Plan.")
    return stored
