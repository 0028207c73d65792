"""A session while it runs and after it ended: its page, its feed, its answers, its stop."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from spondyl.clinic.adjust.answers import AnswerRefused
from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.feed import CHANNELS
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.care.adjustment_record import (
    StoredAdjustment,
    adjustment_at,
)
from spondyl.clinic.care.recorded_end import recorded_end
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import DocumentUnknownError, load
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.adjust.gate_watch import shut, why_shut
from spondyl.clinic.web.adjust.keeping import check_anew, is_cut_off
from spondyl.clinic.web.adjust.lane import BY, LANE, obey
from spondyl.clinic.web.adjust.sessions import Checks, ClinicianOnly, Sessions
from spondyl.clinic.web.adjust.stop_key import STOPPED_BY, stop_address
from spondyl.clinic.web.adjust.stream import frames_of, watched
from spondyl.clinic.web.adjust.views import ACTIONS, RULES, reason_text, shown_live, shown_stored
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import Anybody, AnyStaff, Clinician, Role
from spondyl.clinic.web.services import Clinic, Services, templates_of
from spondyl.clinic.web.viewer import AskedByPage, viewer_soon
from spondyl.treatment.adjustment import Decision

router = APIRouter(prefix="/patients/{patient_id}/adjust", include_in_schema=False)
lane_router = APIRouter(include_in_schema=False)


@router.get("/{run}")
def session_page(
    request: Request,
    services: Clinic,
    desk: Sessions,
    checks: Checks,
    viewer: Clinician,
    patient_id: str,
    run: str,
) -> Response:
    """A session that waits for its page: that page, once. Else what it did, or that it is still being ended, or that it
    runs on that page, with the way to stop it."""
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
    if is_cut_off(desk, checks, stored) and not checks.problem(run):
        check_anew(services, checks, stored)
    still = live if live is not None and live.is_open else None
    context = _ended(services, stored, still) | {
        "stop_address": stop_address(patient.id, run, still, viewer=viewer) if still and still.runs else None,
        "unkept": live.unkept if live else None,
        "recorded": None if live else recorded_end(stored, services.data_dir),
        "is_checking": stored.outcome is not None
        and stored.check is None
        and not is_cut_off(desk, checks, stored),
        "check_problem": checks.problem(run),
    }
    return patient_page(request, "adjust/ended.html", patient, context)


@router.get("/{run}/panels", dependencies=[ClinicianOnly, AskedByPage])
def panels(request: Request, services: Clinic, desk: Sessions, patient_id: str, run: str) -> Response:
    """Stiffness, dose and decisions as they stand now, as a part of the page."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    shown = _shown(shown_live(live) if live else shown_stored(stored, services.data_dir))
    return HTMLResponse(templates_of(request).get_template("adjust/panels.html").render(shown))


@router.get("/{run}/state", dependencies=[ClinicianOnly, AskedByPage])
def state(services: Clinic, desk: Sessions, checks: Checks, patient_id: str, run: str) -> Response:
    """Whether the session has ended and its record was checked, for a page that waits for it."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    is_over = (live is None or live.feed.is_over) and not checks.is_running(run)
    return JSONResponse({"version": stored.version, "over": is_over})


@router.get("/{run}/stream", dependencies=[ClinicianOnly, AskedByPage])
def stream(services: Clinic, desk: Sessions, patient_id: str, run: str, page: str = "") -> Response:
    """The feed: events and blocks of measurements. The page that holds the session stops it by leaving."""
    with reading(services.engine) as connection:
        adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    if live is None:
        raise HTTPException(404)
    feed = watched(live) if page == live.token else frames_of(live.feed)
    # Nothing begins before its first frame is seen, and nginx holds small pieces back until they fill a page of memory.
    at_once = {"X-Accel-Buffering": "no"}
    return StreamingResponse(feed, media_type="application/octet-stream", headers=at_once)


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
    """Accept a proposed dose, or decline it, which ends the session. Which dose, and its reason, is in the log.

    No dose is accepted that could not be logged; to decline waits for no log.
    """
    live = _live(desk, run)
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    if accepts and (why := why_shut(services, patient_id)):
        shut(live, why)
        raise HTTPException(409, f"The session is stopped. {why}")
    log = _DoseLog(services=services, actor=viewer.actor, stored=stored)
    # Outside of a transaction that writes: the end of this session, which its answer may stand behind, is one too.
    try:
        if accepts:
            _accept(live, number, log)
        else:
            log.keep("decline dose", live.answer(number, accepts=False).decision)
    except AnswerRefused as refused:
        raise HTTPException(409, str(refused)) from refused
    return JSONResponse({"accepted": accepts})


def _accept(live: SessionProcess, number: int, log: "_DoseLog") -> None:
    decision = live.waiting(number).decision
    log.keep("accept dose", decision)
    try:
        live.answer(number, accepts=True)
    except AnswerRefused as refused:
        log.keep("accepted dose not confirmed", decision, problem=str(refused))
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _DoseLog:
    """The audit log of the answers to a session's doses."""

    services: Services
    actor: str
    stored: StoredAdjustment

    def keep(self, action: str, decision: Decision, **more: str) -> None:
        """One row."""
        detail = {
            "adjustment": self.stored.run,
            "segment": decision.segment,
            "commanded_n": decision.commanded_n,
            "reason": decision.reason,
        }
        subject = f"person {self.stored.person_id}"
        with writing(self.services.engine) as connection:
            record(connection, actor=self.actor, action=action, subject=subject, detail=detail | more)


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
        live.say_pain(pain)
    except AnswerRefused as refused:
        raise HTTPException(422, str(refused)) from refused
    return JSONResponse({"pain": pain})


async def log_signed_out_stop(request: Request, services: Clinic, patient_id: str, run: str) -> None:
    """A STOP by the secret of its page, from which somebody has signed out, never comes to its route: it is logged here
    under the name that the page was made for."""
    actor: str | None = request.scope.get(STOPPED_BY)
    if actor is not None and (await viewer_soon(request)).account is None:
        await run_in_threadpool(_log_stop, services, patient_id, run, actor, {"signed_out": True})


def _log_stop(
    services: Services, patient_id: str, run: str, actor: str, more: dict[str, Any] | None = None
) -> str:
    """Log a STOP on the chart of whose session it is, whatever patient the address names; returns that patient."""
    detail = {"adjustment": run, **(more or {})}
    with writing(services.engine) as connection:
        with suppress(DocumentUnknownError):  # no session of anybody: who pressed it meant this patient
            patient_id = load(connection, run).person_id
        subject = person(connection, patient_id).subject
        record(connection, actor=actor, action="stop adjustment", subject=subject, detail=detail)
    return patient_id


@router.post("/{run}/stop", dependencies=[Depends(log_signed_out_stop)])
def stop(
    request: Request, services: Clinic, desk: Sessions, viewer: AnyStaff, patient_id: str, run: str
) -> Response:
    """Stop a session from any other page or device: every member of the staff may."""
    live, by = desk.of_run(run), f"{viewer.name}, from another page"
    if live is not None:
        live.press_stop(by)
    # Pressed by its own secret before it came here, it may have ended by this very STOP.
    had_ended = live is None or (live.has_ended.is_set() and live.stop.by != by)
    whose = _log_stop(services, patient_id, run, viewer.actor)
    if viewer.may(Role.CLINICIAN):
        return see_other(request, f"/patients/{whose}/adjust/{run}")
    said = "had ended already" if had_ended else "is stopped"
    return see_other(request, "/today", notice=f"The session {said}. Nothing begins again by itself.")


@lane_router.post(LANE + "{token}/{what}", dependencies=[Anybody])
def lane(desk: Sessions, token: str, what: str, by: str = "button") -> Response:
    """Heartbeat and stop of a page, by its secret. :class:`FastLane` answers them before they come here."""
    status, said = obey(desk, token, what, by=by if by in BY else "button")
    return JSONResponse(said, status_code=status)


def _live(desk: Desk, run: str) -> SessionProcess:
    live = desk.of_run(run)
    if live is None or live.has_ended.is_set():
        raise HTTPException(409, "This session has ended. See below what was delivered.")
    return live


def _shown(shown: object) -> dict[str, Any]:
    return {"shown": shown, "actions": ACTIONS}


def _ended(services: Services, stored: StoredAdjustment, still: SessionProcess | None) -> dict[str, Any]:
    shown = shown_live(still) if still else shown_stored(stored, services.data_dir)
    return {
        "stored": stored,
        "still": still,
        "rules": RULES,
        "reason_text": reason_text,
        **_shown(shown),
    }
