"""A patient's intake as staff see it: the link for the patient, the summary, and the clinician's look at flags."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Form, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from spondyl.assessment.intake import ITEM_BEHIND, Intake, summarise_intake
from spondyl.assessment.screening import Flag
from spondyl.booking import wall_at
from spondyl.clinic.care.booking_block import block_of
from spondyl.clinic.care.flag_review import ReviewRefused, add_review, reviews_of
from spondyl.clinic.care.intake_record import begin, newest
from spondyl.clinic.care.intake_text import sections_of
from spondyl.clinic.care.standing_flags import StandingForm, by_urgency, earlier_flags, standing_forms
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.cookies import HANDED_OVER_COOKIE, set_cookie
from spondyl.clinic.web.front.sign_in import sign_out_to
from spondyl.clinic.web.intake.form_link import hand_over_token, intake_link
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.patient_link import LINK_LASTS
from spondyl.clinic.web.rights import AnyStaff, Clinician
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import patients_address

router = APIRouter(prefix="/patients/{patient_id}/intake", include_in_schema=False)


@router.get("")
def intake_of(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """The newest form in words, what all forms block, and the patient's link. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open intake", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _context(connection, services, patient, patients_address(request))
    return patient_page(request, "intake/staff.html", patient, context)


@router.post("/begin")
def begin_form(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    again: Annotated[bool, Form()] = False,
) -> Response:
    """Begin a form: the whole one, or the short one before a review."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        begin(connection, patient.id, actor=viewer.actor, again=again)
    return see_other(
        request,
        f"/patients/{patient_id}/intake",
        notice="The form is ready: open it on a tablet or send its link.",
    )


@router.post("/hand-over")
def hand_over(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """Open the form on this device, which the patient holds then: whoever was signed in here is so no more."""
    with reading(services.engine) as connection:
        stored = newest(connection, patient_id)
    if stored is None:
        return see_other(
            request, f"/patients/{patient_id}/intake", problem="There is no form yet; begin one."
        )
    token = hand_over_token(services, stored)
    response = sign_out_to(request, services, viewer, f"/intake/{token}")
    lasts = int(LINK_LASTS.total_seconds())
    set_cookie(response, HANDED_OVER_COOKIE, token, settings=services.settings, max_age_s=lasts)
    return response


@router.post("/review")
def review_flags(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    reason: Annotated[str, Form(max_length=1000)] = "",
    cleared: Annotated[list[str] | None, Form()] = None,
    seen_at: Annotated[AwareDatetime | None, Form()] = None,
) -> Response:
    """Keep what the clinician found about the flags."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        stored = newest(connection, patient_id)
        context = _context(connection, services, patient, patients_address(request))
        try:
            if stored is None:
                raise ReviewRefused("This patient has no form yet, so there is nothing to look at.")
            add_review(
                connection,
                stored,
                cleared=frozenset(cleared or ()),
                reason=reason,
                actor=viewer.actor,
                seen_at=seen_at,
            )
        except ReviewRefused as refused:
            shown = context | {"problem": str(refused), "reason": reason, "chosen": cleared or []}
            return patient_page(request, "intake/staff.html", patient, shown, status=422)
    return see_other(request, f"/patients/{patient_id}/intake", notice="Your look at the flags is kept.")


def _context(
    connection: sa.Connection, services: Services, patient: Person, base_address: str
) -> dict[str, Any]:
    forms = standing_forms(connection, patient.id)
    shown: dict[str, Any] = {"stored": None, "problem": None, "reason": "", "chosen": []}
    if not forms:
        return shown
    stored = forms[0].stored
    earlier = earlier_flags(forms)
    held = {one.question.key for one in earlier}
    waiting = [one for one in forms[0].flags if one.question.key not in held]
    given = [one for one in waiting if _has_been_asked(stored.intake, ITEM_BEHIND[one.question.key])]
    on = wall_at(clinic_zone(connection), stored.saved_at).date()
    return shown | {
        "stored": stored,
        "summary": summarise_intake(stored.intake, patient_id=patient.id, on=on),
        "sections": sections_of(stored.intake),
        "block": block_of(forms),
        "given_flags": by_urgency([*earlier, *given]),
        "seen_at": now_of(connection).isoformat(),
        "said_before": {one.question.key: _said_before(forms, one) for one in earlier},
        "unanswered": [one for one in waiting if one not in given],
        "item_behind": ITEM_BEHIND,
        "reviews": reviews_of(connection, patient.id),
        "link": intake_link(services, stored),
        "base_address": base_address,
        "is_finished": stored.intake.next_group is None,
        "is_examined": any(one.note.on >= on for one in notes_of(connection, patient.id)),
    }


def _said_before(forms: tuple[StandingForm, ...], flag: Flag) -> list[dict[str, Any]]:
    """The earlier forms that hold a flag: when each was last answered, and whether the yes was changed there."""
    item = ITEM_BEHIND[flag.question.key]
    return [
        {"at": form.stored.saved_at, "taken_back": form.stored.intake.of(item) != ("yes",)}
        for form in forms[1:]
        if item in form.said
    ]


def _has_been_asked(intake: Intake, item: str) -> bool:
    """An answer that is still to come is no alarm: among nineteen of those, the one that was given would drown."""
    return bool(intake.of(item)) or item in intake.raised
