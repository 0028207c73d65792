"""Set a session up: the gate, the maximum, the rule, the instrument; release a stop that was pressed."""

import time
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from spondyl.clinic.adjust.address import AddressError
from spondyl.clinic.adjust.desk import BusyError, Desk
from spondyl.clinic.adjust.instruments import release_stop
from spondyl.clinic.adjust.live_session import Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.care.adjustment_gate import ASKED, ChartGate, chart_gate
from spondyl.clinic.care.adjustment_record import (
    FOLDER,
    adjustments_of,
    keep_begun,
    record_name,
)
from spondyl.clinic.care.said_in_forms import said_in_forms
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.child_processes import prepare_children
from spondyl.clinic.web.adjust.form import EMPTY, LONGEST, SetupForm, SetupRefused
from spondyl.clinic.web.adjust.gate_watch import watch_gate
from spondyl.clinic.web.adjust.keeping import keeper_of
from spondyl.clinic.web.adjust.sessions import Sessions
from spondyl.clinic.web.adjust.stop_key import stop_address
from spondyl.clinic.web.adjust.views import RULES, given_lately, reason_text, still_text
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer
from spondyl.clinic.web.written_fields import written_fields
from spondyl.instrument import SEGMENTS, InstrumentError
from spondyl.instrument.caps import PLACEHOLDER_PEAK_N

router = APIRouter(prefix="/patients/{patient_id}/adjust", include_in_schema=False)
SEED_MOST = 2**31


async def sent_form(request: Request) -> SetupForm:
    """Every field of the form."""
    return SetupForm(sent=await written_fields(request, most=200))


Sent = Annotated[SetupForm, Depends(sent_form)]


@router.get("")
def setup_page(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str
) -> Response:
    """The gate, the maximum, the rule; and earlier sessions. Opening it is in the audit log."""
    prepare_children()
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open adjustment", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _setup_context(connection, desk, viewer, patient, EMPTY)
    return patient_page(request, "adjust/setup.html", patient, context)


@router.post("")
def begin(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str, form: Sent
) -> Response:
    """Make a session ready. It begins when its page says that it is there; nothing is touched before."""
    with reading(services.engine) as connection:
        patient = person(connection, patient_id)
        gate = chart_gate(connection, patient_id)
        context = _setup_context(connection, desk, viewer, patient, form)
    try:
        run = _begin(services, desk, viewer, patient, gate, form)
    except SetupRefused as refused:
        shown = {
            "problems": refused.sentences,
            "problem": str(refused),
            "problem_field": refused.field,
        }
        return patient_page(request, "adjust/setup.html", patient, context | shown, status=422)
    return see_other(request, f"/patients/{patient_id}/adjust/{run}")


def _begin(
    services: Services, desk: Desk, viewer: Viewer, patient: Person, gate: ChartGate, form: SetupForm
) -> str:
    address, simulated = _instrument(services, form)
    session = time.time_ns() // 1_000_000
    plan = form.plan(session=session, gate=gate.gate(form.said), simulated=simulated)
    problems = gate.problems(form.said)
    if problems:
        raise SetupRefused("gate", *problems)
    setup = Setup(
        plan=plan,
        patient=draw_patient(session % SEED_MOST, plan.segments),
        address=address,
        record=services.data_dir / FOLDER / record_name(patient.id, session),
    )
    run = new_id()
    keeper = keeper_of(services, run, plan, viewer.actor)
    try:
        live = desk.begin(run, patient.id, address, lambda: SessionProcess(setup, keeper))
    except BusyError as busy:
        raise SetupRefused("busy", str(busy)) from busy
    try:
        with writing(services.engine) as connection:
            source = address or "simulator in this program"
            keep_begun(connection, patient.id, run, plan, source=source, actor=viewer.actor)
    except Exception:
        live.press_stop("the server, which could not keep the plan")
        raise
    watch_gate(services, patient.id, live)
    return run


def _instrument(services: Services, form: SetupForm) -> tuple[str | None, bool]:
    """Address and whether it is simulated; a dry run unless the clinic's instrument is asked for."""
    settings = services.settings
    if not form.is_live:
        return None, True
    if not settings.instrument_address:
        raise SetupRefused(
            "instrument", "No instrument is set up. Name its address in settings.toml, or choose the dry run."
        )
    return settings.instrument_address, settings.instrument_is_simulated


def _setup_context(
    connection: sa.Connection, desk: Desk, viewer: Viewer, patient: Person, form: SetupForm
) -> dict[str, Any]:
    gate = chart_gate(connection, patient.id)
    earlier = adjustments_of(connection, patient.id)
    running = desk.running(patient.id)
    return {
        "form": form,
        "gate": gate,
        "asked": ASKED,
        "told": said_in_forms(connection, patient.id, ASKED),
        "segments": SEGMENTS,
        "caps": PLACEHOLDER_PEAK_N,
        "longest": LONGEST,
        "rules": RULES,
        "earlier": earlier,
        "given_lately": given_lately(
            [one for one in earlier if not still_text(desk, one)], now=now_of(connection)
        ),
        "stop_address": stop_address(patient.id, *running, viewer=viewer) if running else None,
        "problem": None,
        "problems": (),
        "problem_field": None,
        "ended": {one.run: still_text(desk, one) or reason_text(one) for one in earlier},
        "pairs_of": _pairs,
    }


def _pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


@router.post("/release")
def release(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str
) -> Response:
    """Release the latched stop of the clinic's instrument, by name; nothing is armed by it."""
    address = services.settings.instrument_address
    if not address or desk.uses(address):
        raise HTTPException(
            409, "There is no instrument to release, or a session runs on it. Stop that first."
        )
    try:
        was_pressed = release_stop(address, viewer.name)
    except (InstrumentError, AddressError) as error:
        raise HTTPException(409, str(error)) from error
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        detail = {"instrument": address, "was_pressed": was_pressed}
        record(connection, actor=viewer.actor, action="release stop", subject=patient.subject, detail=detail)
    said = "The stop is released; the instrument is safe." if was_pressed else "No stop was pressed."
    return see_other(request, f"/patients/{patient_id}/adjust", notice=said)
