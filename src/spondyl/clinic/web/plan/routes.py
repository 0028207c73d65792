"""Make a plan, change it, sign it; findings and options on one page."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.assessment.intake import Stop, summarise_intake
from spondyl.booking import wall_at
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.consent_record import consent_to
from spondyl.clinic.care.intake_record import StoredIntake, newest
from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.page_mark import mark_of
from spondyl.clinic.care.plan_record import (
    StoredPlan,
    keep_plan,
    latest_plan,
    plans_of,
    ranked_in,
    sign_plan,
    situation_of,
    versions_of,
)
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.care.signed_films import signed_films
from spondyl.clinic.care.standing_notes import draft_lines, drafts, standing_impression, standing_lines
from spondyl.clinic.care.visit_note import StoredNote, notes_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import DocumentChangedError
from spondyl.clinic.chart.people import Person, person, person_to_change
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.plan.form import GOAL_NAMES, PlanForm, form_of, fresh_form, is_current
from spondyl.clinic.web.plan.standing import standing_of
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.written_fields import is_behind, key_of, written_fields
from spondyl.treatment.plan import RANKING_RULE, PlanRefused

router = APIRouter(prefix="/patients/{patient_id}/plan", include_in_schema=False)
SIGNED = "The plan is signed. Next: consent."


class _BehindError(ValueError):
    """A plan was kept, signed or agreed to since the form was opened: another, or this one in other words."""

    def __init__(self, stored: StoredPlan, *, is_this: bool) -> None:
        super().__init__(f"Plan {stored.document_id} was kept meanwhile.")
        self.stored, self.is_this = stored, is_this


async def sent_form(request: Request) -> PlanForm:
    """Every field of the form."""
    return PlanForm(sent=await written_fields(request, most=200))


Sent = Annotated[PlanForm, Depends(sent_form)]


@router.get("")
def plan_page(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """The plan in force with its judgement, or the form when there is none. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open plan", subject=patient.subject)
    with reading(services.engine) as connection:
        stored = latest_plan(connection, patient_id)
        if stored is None:
            return _form_page(request, connection, services, patient, form=None, changing=None)
        context = _view(connection, services, patient, stored)
    return patient_page(request, "plan/view.html", patient, context)


@router.get("/edit")
def edit_page(
    request: Request, services: Clinic, viewer: Clinician, patient_id: str, new: bool = False
) -> Response:
    """The plan in the form: to change it, or ``new`` to begin the next one."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open plan", subject=patient.subject)
    with reading(services.engine) as connection:
        stored = None if new else latest_plan(connection, patient_id)
        form = form_of(stored.plan) if stored else None
        return _form_page(request, connection, services, patient, form=form, changing=stored)


@router.post("")
def save_plan(request: Request, services: Clinic, viewer: Clinician, patient_id: str, form: Sent) -> Response:
    """Keep the plan as a new one, or as the next version; with the button 'sign' also sign it."""
    key, address = key_of(form.sent), f"/patients/{patient_id}/plan"
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        changing, before = (_kept(connection, patient_id, one) for one in (form.one("document_id"), key))
        try:
            if before is None:
                _refuse_if_behind(connection, patient_id, form, changing)
            plan = form.plan()
            if before is not None and plan != before.plan:
                raise _BehindError(before, is_this=True)
            stored = before or keep_plan(
                connection,
                patient_id,
                plan,
                actor=viewer.actor,
                document_id=changing.document_id if changing else key,
                after_version=form.after_version if changing else None,
            )
        except (PlanRefused, DocumentChangedError, _BehindError) as refused:
            shown = refused.stored if isinstance(refused, _BehindError) and refused.is_this else changing
            return _form_page(
                request, connection, services, patient, form=form, changing=shown, refused=refused
            )
        if form.one("action") != "sign":
            return see_other(request, address, notice="The plan is kept, not signed yet.")
        version, digest = stored.version, stored.digest
        try:
            sign_plan(connection, stored, patient_id, version=version, digest=digest, actor=viewer.actor)
        except PlanRefused:  # one that was kept before: of a flag since then this page knows nothing
            return see_other(request, address, problem="The plan is kept, NOT signed. Why stands here.")
    return see_other(request, address, notice=SIGNED)


@router.post("/sign")
def sign_shown(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    version: Annotated[int, Form()],
    digest: Annotated[str, Form(max_length=64)],
) -> Response:
    """Sign the version that is shown; while something speaks against it, the page comes back and says what."""
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        stored = latest_plan(connection, patient_id)
        if stored is None:
            raise HTTPException(404, "There is no plan yet. Make one on the page Plan.")
        try:
            sign_plan(connection, stored, patient_id, version=version, digest=digest, actor=viewer.actor)
        except PlanRefused:
            context = _view(connection, services, patient, stored)
            return patient_page(request, "plan/view.html", patient, context, status=422)
    return see_other(request, f"/patients/{patient_id}/plan", notice=SIGNED)


def _kept(connection: sa.Connection, patient_id: str, document_id: str | None) -> StoredPlan | None:
    return next((one for one in plans_of(connection, patient_id) if one.document_id == document_id), None)


def _refuse_if_behind(
    connection: sa.Connection, patient_id: str, form: PlanForm, changing: StoredPlan | None
) -> None:
    """Raise _BehindError; of a newer version of the plan that is changed, keeping it tells by itself.

    Asked before anything else may be wrong with the form: the page that comes back was made from what stands now.
    """
    plans = plans_of(connection, patient_id)
    is_newest = changing is None or changing.version == form.after_version
    if plans and is_newest and is_behind(form.sent, _mark(connection, patient_id)):
        raise _BehindError(max(plans, key=lambda one: one.made_at), is_this=False)


def _mark(connection: sa.Connection, patient_id: str) -> str:
    """What the form carries of the plans and the consent that it was made from: keeping one more ends that consent."""
    plans = plans_of(connection, patient_id)
    consent = consent_to(connection, patient_id, plans[0]) if plans else None
    return f"{mark_of(plans)}-{consent.document_id if consent else 'no-consent'}"


def _view(
    connection: sa.Connection, services: Services, patient: Person, stored: StoredPlan
) -> dict[str, Any]:
    notes = notes_of(connection, patient.id)
    standing = standing_of(connection, patient.id, stored, notes, as_of=clinic_today(services))
    return {
        "stored": stored,
        "plan": stored.plan,
        "judged": standing.judged,
        "consent": standing.consent,
        "why_not": standing.why_not,
        "next_step": standing.next_step,
        "block": booking_block(connection, patient.id),
        "versions": versions_of(connection, stored.document_id),
        "older": plans_of(connection, patient.id)[1:],
        "option_name": option_name,
        **_beside(connection, patient, notes),
    }


def _beside(connection: sa.Connection, patient: Person, notes: tuple[StoredNote, ...]) -> dict[str, Any]:
    lines = standing_lines(notes)
    return {
        "films": signed_films(connection, patient.id),
        "exam_on": max((on for _, _, on in lines if on), default=None),
        "exam_lines": lines if any(on for _, _, on in lines) else (),
        "drafts": [(one, draft_lines(one)) for one in drafts(notes) if draft_lines(one)],
        "impression": standing_impression(notes),
    }


def _day_of(connection: sa.Connection, stored: StoredIntake) -> date:
    return wall_at(clinic_zone(connection), stored.saved_at).date()


def _form_page(
    request: Request,
    connection: sa.Connection,
    services: Services,
    patient: Person,
    *,
    form: PlanForm | None,
    changing: StoredPlan | None,
    refused: PlanRefused | DocumentChangedError | _BehindError | None = None,
) -> Response:
    stored = newest(connection, patient.id)
    summary = summarise_intake(stored.intake) if stored else None
    notes = notes_of(connection, patient.id)
    situation = situation_of(connection, patient.id, notes)
    ranked = ranked_in(situation)
    scores = scores_of_person(connection, patient.id)
    beside = _beside(connection, patient, notes)
    today, impression = clinic_today(services), beside["impression"]
    said = summary if stored and is_current(_day_of(connection, stored), today) else None
    thought = impression[0] if impression and is_current(impression[1], today) else ""
    shown = form or fresh_form(
        scores,
        ranked,
        today=today,
        problem=thought or (said.complaint if said else ""),
        own_goal=said.goal if said else "",
    )
    context = {
        "form": shown,
        "changing": changing,
        "problem": str(refused) if isinstance(refused, PlanRefused) else None,
        "clash": changing if isinstance(refused, DocumentChangedError) else None,
        "behind": refused if isinstance(refused, _BehindError) else None,
        "new_key": new_id(),
        "seen": _mark(connection, patient.id),
        "ranked": ranked,
        "rule": RANKING_RULE,
        "scores": {score.instrument: score for score in scores},
        "goal_names": GOAL_NAMES,
        "summary": summary,
        "is_held": situation.stop is not Stop.NOTHING,
        **beside,
    }
    status = 422 if isinstance(refused, PlanRefused) else 409 if refused else 200
    return patient_page(request, "plan/form.html", patient, context, status=status)
