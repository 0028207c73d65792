"""Write a visit note, correct it, sign it."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from spondyl.assessment.exam import EXAM, exam_lines
from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.page_mark import mark_of
from spondyl.clinic.care.plan_record import latest_plan
from spondyl.clinic.care.standing_notes import standing_alerts, standing_exam
from spondyl.clinic.care.visit_note import (
    NoteRefused,
    StoredNote,
    VisitNote,
    every_note,
    keep_note,
    note_at,
    note_if_kept,
    notes_of,
    versions_of,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import DocumentChangedError, sign
from spondyl.clinic.chart.people import Person, person, person_to_change
from spondyl.clinic.chart.practice import clinic_day
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.exam.form import EMPTY, NoteForm, form_of
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic
from spondyl.clinic.web.written_fields import is_behind, key_of, written_fields

router = APIRouter(prefix="/patients/{patient_id}/exam", include_in_schema=False)


USUAL = ("exercise", "instrument-manipulation", "manual-manipulation")
"""What may have been done where there is no plan."""


async def sent_form(request: Request) -> NoteForm:
    """Every field of the form."""
    return NoteForm(sent=await written_fields(request, most=400))


Sent = Annotated[NoteForm, Depends(sent_form)]


@router.get("")
def exam_page(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """An empty note above the earlier ones. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open exam", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _context(connection, patient, form=EMPTY)
    return patient_page(request, "exam/note.html", patient, context)


@router.get("/{document_id}")
def correct_page(
    request: Request, services: Clinic, viewer: Clinician, patient_id: str, document_id: str
) -> Response:
    """An earlier note in the form, to correct it: what was signed stays as it was, the correction is a version."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open exam", subject=patient.subject)
        stored = note_at(connection, patient_id, document_id)
        context = _context(connection, patient, form=form_of(stored.note), correcting=stored)
    return patient_page(request, "exam/note.html", patient, context)


@router.post("")
def keep_new(request: Request, services: Clinic, viewer: Clinician, patient_id: str, form: Sent) -> Response:
    """Keep a new note; with the button 'sign' also sign it."""
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        key = key_of(form.sent)
        before = note_if_kept(connection, patient_id, key)
        if before is None and (last := _kept_since(connection, patient_id, form)):
            return _behind(request, connection, patient, form, last)
        try:
            note = _note(connection, patient, form)
            if before is not None and note != before.note:
                context = _context(connection, patient, form=form, correcting=before) | {"kept_already": True}
                return patient_page(request, "exam/note.html", patient, context, status=409)
            stored = before or keep_note(connection, patient_id, note, actor=viewer.actor, document_id=key)
        except NoteRefused as refused:
            return _again(request, connection, patient, form, str(refused))
        said = _sign_if_asked(connection, stored, form, actor=viewer.actor)
    return see_other(request, f"/patients/{patient_id}/exam", notice=said)


@router.post("/{document_id}")
def keep_correction(
    request: Request, services: Clinic, viewer: Clinician, patient_id: str, document_id: str, form: Sent
) -> Response:
    """Keep a correction as the note's next version."""
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        before = note_at(connection, patient_id, document_id)
        version = form.after_version(before.version)
        if version == before.version and (last := _kept_since(connection, patient_id, form)):
            return _behind(request, connection, patient, form, last, correcting=before)
        try:
            note = _note(connection, patient, form, before=before)
            stored = keep_note(
                connection,
                patient_id,
                note,
                actor=viewer.actor,
                document_id=document_id,
                after_version=version,
            )
        except NoteRefused as refused:
            return _again(request, connection, patient, form, str(refused), correcting=before)
        except DocumentChangedError:
            shown = form.asked_again(standing_exam(notes_of(connection, patient_id)))
            context = _context(connection, patient, form=shown, correcting=before) | {"clash": before}
            return patient_page(request, "exam/note.html", patient, context, status=409)
        said = _sign_if_asked(connection, stored, form, actor=viewer.actor)
    return see_other(request, f"/patients/{patient_id}/exam", notice=said)


def _note(
    connection: sa.Connection, patient: Person, form: NoteForm, before: StoredNote | None = None
) -> VisitNote:
    today = clinic_day(connection)
    on = before.note.on if before else today
    return form.note(on=on, today=today, born=patient.details.birth_date)


def _sign_if_asked(connection: sa.Connection, stored: StoredNote, form: NoteForm, *, actor: str) -> str:
    if form.one("action") != "sign":
        return "The note is kept, not signed yet."
    sign(
        connection, document_id=stored.document_id, version=stored.version, actor=actor, digest=stored.digest
    )
    return "The note is kept and signed."


def _again(
    request: Request,
    connection: sa.Connection,
    patient: Person,
    form: NoteForm,
    problem: str,
    correcting: StoredNote | None = None,
) -> Response:
    context = _context(connection, patient, form=form, correcting=correcting, problem=problem)
    return patient_page(request, "exam/note.html", patient, context, status=422)


def _kept_since(connection: sa.Connection, patient_id: str, form: NoteForm) -> StoredNote | None:
    """The last note that was kept, signed or taken back, where one was after the form was opened."""
    every = every_note(connection, patient_id)
    standing = [one for one in every if not one.in_error]
    if not is_behind(form.sent, mark_of(standing)):
        return None
    return max(every, key=lambda one: one.made_at, default=None)


def _behind(
    request: Request,
    connection: sa.Connection,
    patient: Person,
    form: NoteForm,
    last: StoredNote,
    correcting: StoredNote | None = None,
) -> Response:
    """The page again with what was typed; what stands by now may hold a sign of which the form says nothing."""
    shown = form.asked_again(standing_exam(notes_of(connection, patient.id)))
    context = _context(connection, patient, form=shown, correcting=correcting)
    others = {"kept_since": last, "is_unticked": shown != form}
    return patient_page(request, "exam/note.html", patient, context | others, status=409)


def _context(
    connection: sa.Connection,
    patient: Person,
    *,
    form: NoteForm,
    correcting: StoredNote | None = None,
    problem: str | None = None,
) -> dict[str, Any]:
    every = every_note(connection, patient.id)
    notes = tuple(one for one in every if not one.in_error)
    plan = latest_plan(connection, patient.id)
    standing, today = standing_exam(notes), clinic_day(connection)
    return {
        "signed_today": any(one.is_signed and one.note.on == today for one in notes),
        "has_plan": plan is not None,
        "groups": EXAM,
        "form": form,
        "correcting": correcting,
        "problem": problem,
        "clash": None,
        "kept_since": None,
        "kept_already": False,
        "new_key": new_id(),
        "seen": mark_of(notes),
        "notes": notes,
        "in_error": tuple(one for one in every if one.in_error),
        "versions": versions_of(connection, notes),
        "standing": standing,
        "alerts": standing_alerts(notes),
        "lines_of": exam_lines,
        "offered": dict.fromkeys((*(plan.plan.options if plan else USUAL), *form.sent.get("done", ()))),
        "today": today,
        "option_name": option_name,
        "open_groups": form.groups_with_deviations,
    }
