"""Set a session up, watch it, answer it, stop it, and see what it did."""

import time
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse

from spondyl.clinic.adjust.answers import AnswerRefused
from spondyl.clinic.adjust.desk import BusyError, Desk
from spondyl.clinic.adjust.feed import CHANNELS
from spondyl.clinic.adjust.instruments import AddressError, release_stop
from spondyl.clinic.adjust.live_session import Finished, Keeper, LiveSession, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.care.adjustment_gate import ASKED, ChartGate, chart_gate
from spondyl.clinic.care.adjustment_record import (
    FOLDER,
    StoredAdjustment,
    adjustment_at,
    adjustments_of,
    keep_begun,
    keep_check,
    keep_finished,
    record_name,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.report.session.pdf import session_pdf
from spondyl.clinic.web.adjust.form import EMPTY, SetupForm, SetupRefused
from spondyl.clinic.web.adjust.lane import BY, LANE, obey
from spondyl.clinic.web.adjust.stream import frames_of, watched
from spondyl.clinic.web.adjust.views import ACTIONS, RULES, shown_live, shown_stored
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import Anybody, AnyStaff, Clinician, Role, needs
from spondyl.clinic.web.services import Clinic, Services, templates_of
from spondyl.clinic.web.viewer import Viewer
from spondyl.instrument import SEGMENTS, InstrumentError
from spondyl.instrument.caps import PLACEHOLDER_PEAK_N
from spondyl.treatment.adjustment import Plan, Replay, StopBecause, Verdict, read_record

ClinicianOnly = Depends(needs(Role.CLINICIAN))
router = APIRouter(prefix="/patients/{patient_id}/adjust", include_in_schema=False)
lane_router = APIRouter(include_in_schema=False)
SEED_MOST = 2**31


def desk_of(request: Request) -> Desk:
    """The sessions of this server."""
    return request.app.state.desk


async def sent_form(request: Request) -> SetupForm:
    """Every field of the form."""
    form = await request.form(max_fields=200)
    return SetupForm(sent={name: [str(one)[:200] for one in form.getlist(name)] for name in form})


Sent = Annotated[SetupForm, Depends(sent_form)]
Sessions = Annotated[Desk, Depends(desk_of)]


# Before


@router.get("")
def setup_page(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str
) -> Response:
    """The gate, the maximum, the rule; and earlier sessions. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open adjustment", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _setup_context(connection, desk, patient, EMPTY)
    return patient_page(request, "adjust/setup.html", patient, context)


@router.post("")
def begin(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str, form: Sent
) -> Response:
    """Make a session ready. It begins when its page says that it is there; nothing is touched before."""
    with reading(services.engine) as connection:
        patient = person(connection, patient_id)
        gate = chart_gate(connection, patient_id)
        context = _setup_context(connection, desk, patient, form)
    try:
        run = _begin(services, desk, viewer, patient, gate, form)
    except SetupRefused as refused:
        shown = context | {"problem": str(refused), "problem_field": refused.field}
        return patient_page(request, "adjust/setup.html", patient, shown, status=422)
    return see_other(request, f"/patients/{patient_id}/adjust/{run}")


def _begin(
    services: Services, desk: Desk, viewer: Viewer, patient: Person, gate: ChartGate, form: SetupForm
) -> str:
    address, simulated = _instrument(services, form)
    session = time.time_ns() // 1_000_000
    plan = form.plan(session=session, gate=gate.gate(form.said), simulated=simulated)
    problems = gate.problems(form.said)
    if problems:
        raise SetupRefused("gate", " ".join(problems))
    setup = Setup(
        plan=plan,
        patient=draw_patient(session % SEED_MOST, plan.segments),
        address=address,
        record=services.data_dir / FOLDER / record_name(patient.id, session),
    )
    run = new_id()
    keeper = _keeper(services, run, plan, viewer.actor)
    try:
        live = desk.begin(run, patient.id, address, lambda: LiveSession(setup, keeper))
    except BusyError as busy:
        raise SetupRefused("busy", str(busy)) from busy
    try:
        with writing(services.engine) as connection:
            source = address or "simulator in this program"
            keep_begun(connection, patient.id, run, plan, source=source, actor=viewer.actor)
    except Exception:
        live.press_stop("the server, which could not keep the plan")
        raise
    return run


def _keeper(services: Services, run: str, plan: Plan, actor: str) -> Keeper:
    """Writes the end into the chart, from the session's own thread."""

    def finished(end: Finished) -> None:
        with writing(services.engine) as connection:
            keep_finished(connection, run, plan, end, actor=actor)

    def checked(check: Replay) -> None:
        with writing(services.engine) as connection:
            keep_check(connection, run, check, actor=actor)

    return Keeper(finished=finished, checked=checked)


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


def _setup_context(connection: sa.Connection, desk: Desk, patient: Person, form: SetupForm) -> dict[str, Any]:
    gate = chart_gate(connection, patient.id)
    running = desk.running(patient.id)
    return {
        "form": form,
        "gate": gate,
        "asked": ASKED,
        "segments": SEGMENTS,
        "caps": PLACEHOLDER_PEAK_N,
        "rules": RULES,
        "earlier": adjustments_of(connection, patient.id),
        "running": running[0] if running else None,
        "problem": None,
        "problem_field": None,
        "reason_text": reason_text,
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


# While it runs, and afterwards


@router.get("/{run}")
def session_page(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str, run: str
) -> Response:
    """A session that waits for its page: that page, once. Else what it did, or that it is still being ended."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        stored = adjustment_at(connection, patient_id, run)
        record(connection, actor=viewer.actor, action="open adjustment", subject=patient.subject)
    live = desk.of_run(run)
    if live is not None and live.claim():
        context: dict[str, Any] = {"stored": stored, "live": live, "lane": LANE, "channels": CHANNELS}
        return patient_page(
            request, "adjust/live.html", patient, context | _shown(shown_live(live)) | {"rules": RULES}
        )
    is_running = live is not None and not live.feed.has_told_end
    return patient_page(
        request, "adjust/ended.html", patient, _ended(services, stored, live if is_running else None)
    )


@router.get("/{run}/panels", dependencies=[ClinicianOnly])
def panels(request: Request, services: Clinic, desk: Sessions, patient_id: str, run: str) -> Response:
    """Stiffness, dose and decisions as they stand now, as a part of the page."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    shown = _shown(shown_live(live) if live else shown_stored(stored, services.data_dir))
    return HTMLResponse(templates_of(request).get_template("adjust/panels.html").render(shown))


@router.get("/{run}/state", dependencies=[ClinicianOnly])
def state(services: Clinic, desk: Sessions, patient_id: str, run: str) -> Response:
    """Whether the session has ended and its record was checked, for a page that waits for it."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    is_over = live is None or live.feed.is_over
    return JSONResponse({"version": stored.version, "over": is_over})


@router.get("/{run}/stream", dependencies=[ClinicianOnly])
def stream(services: Clinic, desk: Sessions, patient_id: str, run: str, page: str = "") -> Response:
    """The feed: events and blocks of measurements. The page that holds the session stops it by leaving."""
    with reading(services.engine) as connection:
        adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    if live is None:
        raise HTTPException(404)
    feed = watched(live) if page == live.token else frames_of(live.feed)
    return StreamingResponse(feed, media_type="application/octet-stream")


@router.post("/{run}/dose")
def answer_dose(
    services: Clinic,
    desk: Sessions,
    viewer: Clinician,
    patient_id: str,
    run: str,
    number: Annotated[int, Form()] = 0,
    accepts: Annotated[bool, Form()] = False,
) -> Response:
    """Accept a proposed dose, or decline it, which ends the session. Which dose, and its reason, is in the log."""
    live = _live(desk, run)
    with writing(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
        try:
            proposal = live.answers.answer(number, accepts=accepts)
        except AnswerRefused as refused:
            raise HTTPException(409, str(refused)) from refused
        decision = proposal.decision
        record(
            connection,
            actor=viewer.actor,
            action="accept dose" if accepts else "decline dose",
            subject=f"person {stored.person_id}",
            detail={
                "adjustment": run,
                "segment": decision.segment,
                "commanded_n": decision.commanded_n,
                "reason": decision.reason,
            },
        )
    return JSONResponse({"accepted": accepts})


@router.post("/{run}/pain", dependencies=[ClinicianOnly])
def say_pain(
    services: Clinic,
    desk: Sessions,
    patient_id: str,
    run: str,
    pain: Annotated[int, Form()] = -1,
) -> Response:
    """What the patient says now, 0 to 10."""
    live = _live(desk, run)
    with reading(services.engine) as connection:
        adjustment_at(connection, patient_id, run)
    try:
        live.answers.say_pain(pain)
    except AnswerRefused as refused:
        raise HTTPException(422, str(refused)) from refused
    return JSONResponse({"pain": pain})


@router.post("/{run}/stop")
def stop(
    request: Request, services: Clinic, desk: Sessions, viewer: AnyStaff, patient_id: str, run: str
) -> Response:
    """Stop a session from any other page or device: every member of the staff may."""
    live = desk.of_run(run)
    if live is not None:
        live.press_stop(f"{viewer.name}, from another page")
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        detail = {"adjustment": run}
        record(
            connection, actor=viewer.actor, action="stop adjustment", subject=patient.subject, detail=detail
        )
    return see_other(
        request, f"/patients/{patient_id}/adjust/{run}" if viewer.may(Role.CLINICIAN) else "/today"
    )


@router.get("/{run}/record")
def record_file(services: Clinic, viewer: Clinician, patient_id: str, run: str) -> Response:
    """The record, byte for byte. Taking it is in the audit log."""
    stored = _taken(services, viewer, patient_id, run, "take adjustment record")
    path = stored.path(services.data_dir)
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/x-tar", filename=path.name)


def _taken(services: Services, viewer: Viewer, patient_id: str, run: str, action: str) -> StoredAdjustment:
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        stored = adjustment_at(connection, patient_id, run)
        detail = {"adjustment": run}
        record(connection, actor=viewer.actor, action=action, subject=patient.subject, detail=detail)
    return stored


@router.get("/{run}/report")
def report(services: Clinic, viewer: Clinician, patient_id: str, run: str) -> Response:
    """The session's report as PDF, made from the record. Taking it is in the audit log."""
    stored = _taken(services, viewer, patient_id, run, "take adjustment report")
    if stored.check is None or not stored.path(services.data_dir).is_file():
        raise HTTPException(
            409, "The record of this session was not checked yet; its report follows the check."
        )
    session = read_record(stored.path(services.data_dir).read_bytes())
    checked = Replay(verdict=Verdict(stored.check["verdict"]), text=stored.check["text"], record=session)
    name = f"adjustment-{stored.at:%Y-%m-%d}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(session_pdf(session, checked), media_type="application/pdf", headers=headers)


@lane_router.post(LANE + "{token}/{what}", dependencies=[Anybody])
def lane(desk: Sessions, token: str, what: str, by: str = "button") -> Response:
    """Heartbeat and stop of a page, by its secret. :class:`FastLane` answers them before they come here."""
    status, said = obey(desk, token, what, by=by if by in BY else "button")
    return JSONResponse(said, status_code=status)


def _live(desk: Desk, run: str) -> LiveSession:
    live = desk.of_run(run)
    if live is None or live.has_ended.is_set():
        raise HTTPException(409, "This session has ended. See below what was delivered.")
    return live


def _shown(shown: object) -> dict[str, Any]:
    return {"shown": shown, "actions": ACTIONS}


def _ended(services: Services, stored: StoredAdjustment, ending: LiveSession | None) -> dict[str, Any]:
    shown = shown_live(ending) if ending else shown_stored(stored, services.data_dir)
    return {
        "stored": stored,
        "ending": ending,
        "rules": RULES,
        "reason_text": reason_text,
        **_shown(shown),
    }


def reason_text(stored: StoredAdjustment) -> str:
    """Why a session ended, in a few words."""
    if stored.outcome is None:
        return "could not run" if stored.problem else "no end is kept"
    return _SHORT[StopBecause(stored.outcome["stopped_because"])]


_SHORT = {
    StopBecause.BLOCKED: "blocked before anything was touched",
    StopBecause.NO_MAXIMUM: "no maximum was set",
    StopBecause.NOTHING_TO_TREAT: "nothing to treat",
    StopBecause.CHANGED: "the reading changed",
    StopBecause.FUTILITY: "a change became unlikely",
    StopBecause.PAIN: "pain",
    StopBecause.DRIFT: "the readings drifted",
    StopBecause.BUDGET: "the budget was used up",
    StopBecause.STOP_PRESSED: "stopped",
    StopBecause.REFUSED: "the safety kernel refused",
    StopBecause.INSTRUMENT_FAILED: "the instrument failed",
}
