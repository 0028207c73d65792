"""The patient's form: one group of questions a screen, every answer saved at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from spondyl.assessment.intake import (
    STOP_MESSAGES,
    Intake,
    IntakeAnswerRefused,
    PatientLanguage,
    answered,
    finished,
    message_for,
    messages_of,
    ticked,
)
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.intake_record import PATIENT, keep, newest, opened, opened_to_change
from spondyl.clinic.chart.people import speak_to
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.transaction import reading, write
from spondyl.clinic.web.cookies import HANDED_OVER_COOKIE
from spondyl.clinic.web.intake.body_shapes import OUTLINE, VIEWS, shapes_of
from spondyl.clinic.web.intake.form_link import FormBehind, link_to_newer
from spondyl.clinic.web.intake.whole_form import keep_form
from spondyl.clinic.web.intake.words import words_in
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.patient_link import LINK_LASTS
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/intake", include_in_schema=False, dependencies=[Depends(open_to_all())])
Text = Annotated[str, Field(max_length=1000)]
Language = Annotated[PatientLanguage | None, Field(strict=False)]
"""What the patient read: an answer may wait on a telephone while the form is turned to the other language."""


class SentAnswer(BaseModel):
    """One answer as the page sends it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    item: Annotated[str, Field(max_length=60)]
    marks: Annotated[list[Text], Field(max_length=60)]
    unmarked: Annotated[list[Text], Field(max_length=60)] | None = None
    """Of a list: the ticks taken away. ``marks`` are those that were set then, and every other stays as it stands."""
    language: Language = None
    age_ms: Annotated[int, Field(ge=0, le=2**53)] = 0
    """How long ago it was given: without a network it waits on the telephone."""


class SentGroup(BaseModel):
    """A screen that the patient leaves with 'next'."""

    model_config = ConfigDict(strict=True, extra="forbid")

    group: Annotated[str, Field(max_length=60)]
    language: Language = None


@router.get("/{token}")
def intake_page(request: Request, services: Clinic, token: str, document_id: FormBehind) -> Response:
    """The form, open at the first screen that is not finished; an earlier one leads to a newer that is open."""
    with reading(services.engine) as connection:
        stored = opened(connection, document_id)
        newer = link_to_newer(services, token, shown=stored, newest=newest(connection, stored.person_id))
        offices = practice_of(connection).offices if has_practice(connection) else ()
        held = _is_held(connection, stored.person_id)
    if newer:
        return see_other(request, newer)
    shown = _shown(stored.intake, token) | {"offices": offices, "held": held}
    shown |= {"form_id": document_id, "version": stored.version}
    shown["opened_at"] = services.clock().isoformat()
    shown["handed_over"] = HANDED_OVER_COOKIE in request.cookies
    return page(request, "intake/form.html", shown)


@router.post("/{token}/answer")
def keep_answer(services: Clinic, document_id: FormBehind, sent: SentAnswer) -> JSONResponse:
    """Save one answer; says which page the answer calls for."""
    try:
        given_at = services.clock() - min(timedelta(milliseconds=sent.age_ms), LINK_LASTS)
        _change(
            services,
            document_id,
            lambda intake: _with_answer(intake, sent),
            given_at=given_at,
        )
    except IntakeAnswerRefused as refused:
        return JSONResponse({"error": str(refused)}, status_code=422)
    message = message_for(sent.item) if "yes" in sent.marks else None
    return JSONResponse({"saved": True, "message": message.key if message else None})


@router.post("/{token}/next")
def leave_group(services: Clinic, document_id: FormBehind, sent: SentGroup) -> JSONResponse:
    """Note that a screen is finished; refused while a question on it is open."""
    try:
        intake = _change(
            services, document_id, lambda intake: finished(intake, sent.group, language=sent.language)
        )
    except IntakeAnswerRefused as refused:
        return JSONResponse({"error": str(refused)}, status_code=422)
    is_finished = intake.next_group is None
    with reading(services.engine) as connection:
        is_held = is_finished and _is_held(connection, opened(connection, document_id).person_id)
    return JSONResponse({"saved": True, "finished": is_finished, "held": is_held})


@router.post("/{token}/language")
def change_language(
    request: Request,
    services: Clinic,
    token: str,
    document_id: FormBehind,
    language: Annotated[PatientLanguage, Form()],
) -> Response:
    """Show the form in the other language; the answers stay, and letters and consent are in it too from now on."""

    def work(connection: sa.Connection) -> None:
        stored = opened_to_change(connection, document_id)
        keep(connection, stored, replace(stored.intake, language=language), actor=PATIENT)
        speak_to(connection, stored.person_id, language.value, actor=PATIENT)

    write(services.engine, work)
    return see_other(request, f"/intake/{token}")


@router.post("/{token}")
async def keep_all(request: Request, services: Clinic, token: str, document_id: FormBehind) -> Response:
    """The whole form as a browser without scripts sends it."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form()
    sent = {key: tuple(str(value).replace("\r\n", "\n") for value in form.getlist(key)) for key in form}
    told = await run_in_threadpool(keep_form, services, document_id, sent)
    return see_other(request, f"/intake/{token}", notice=told)


def _change(
    services: Services,
    document_id: str,
    step: Callable[[Intake], Intake],
    *,
    given_at: datetime | None = None,
) -> Intake:
    """Keep the form as ``step`` makes it of the one that stands; the form as it is then."""

    def work(connection: sa.Connection) -> Intake:
        stored = opened_to_change(connection, document_id)
        intake = step(stored.intake)
        return keep(connection, stored, intake, actor=PATIENT, given_at=given_at).intake

    return write(services.engine, work)


def _with_answer(intake: Intake, sent: SentAnswer) -> Intake:
    if sent.unmarked is None:
        return answered(intake, sent.item, tuple(sent.marks), language=sent.language)
    added, removed = tuple(sent.marks), tuple(sent.unmarked)
    return ticked(intake, sent.item, added=added, removed=removed, language=sent.language)


def _is_held(connection: sa.Connection, person_id: str) -> bool:
    """Whether a clinician has to ask before a treatment, by all of the patient's forms."""
    return booking_block(connection, person_id).blocks


def _shown(intake: Intake, token: str) -> dict[str, Any]:
    language = intake.language
    here = intake.next_group
    return {
        "token": token,
        "intake": intake,
        "language": language,
        "other": PatientLanguage.SPANISH if language is PatientLanguage.ENGLISH else PatientLanguage.ENGLISH,
        "w": words_in(language),
        "groups": intake.groups,
        "start": here.key if here else "done",
        "messages": STOP_MESSAGES,
        "message_for": message_for,
        "open_messages": [message.key for message in messages_of(intake)],
        "views": VIEWS,
        "shapes_of": shapes_of,
        "outline": OUTLINE,
    }
