"""How the end of a session and the check of its record get into the chart; both once more where that did not happen."""

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.live_session import Finished, Keeper
from spondyl.clinic.adjust.record_checks import RecordChecks
from spondyl.clinic.care.adjustment_record import StoredAdjustment, adjustment_at, keep_check, keep_finished
from spondyl.clinic.care.recorded_end import recorded_end
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.adjust.sessions import Checks, ClinicianOnly, Sessions
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic, Services
from spondyl.treatment.adjustment import Plan, Replay
from spondyl.treatment.adjustment.json_codec import from_json

router = APIRouter(prefix="/patients/{patient_id}/adjust", include_in_schema=False)


class NotKeptError(RuntimeError):
    """The database did not take the end of a session; the message is the database's own."""


def keeper_of(services: Services, run: str, plan: Plan, actor: str) -> Keeper:
    """Writes the end into the chart, from the thread that hears the session's process."""

    def finished(end: Finished) -> None:
        try:
            with writing(services.engine) as connection:
                keep_finished(connection, run, plan, end, actor=actor)
        except DBAPIError as error:
            raise NotKeptError(str(error.orig)) from error

    return Keeper(finished=finished, checked=check_keeper(services, run, actor))


def check_keeper(services: Services, run: str, actor: str) -> Callable[[Replay], None]:
    """Writes what a replay of the record said into the chart."""

    def checked(check: Replay) -> None:
        with writing(services.engine) as connection:
            keep_check(connection, run, check, actor=actor)

    return checked


def is_cut_off(desk: Desk, checks: RecordChecks, stored: StoredAdjustment) -> bool:
    """Whether a session was kept and its record will not be checked by itself: the server ended before that."""
    live = desk.of_run(stored.run)
    over = live is None or live.feed.is_over
    return stored.outcome is not None and stored.check is None and over and not checks.is_running(stored.run)


def check_anew(services: Services, checks: RecordChecks, stored: StoredAdjustment) -> None:
    """Begin the check of a record that was cut off; it is kept in the name of whoever began the session."""
    keep = check_keeper(services, stored.run, stored.by)
    checks.begin(stored.run, stored.path(services.data_dir), keep)


@router.post("/{run}/check", dependencies=[ClinicianOnly])
def check_again(
    request: Request, services: Clinic, desk: Sessions, checks: Checks, patient_id: str, run: str
) -> Response:
    """Check a record whose check came to nothing."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    if is_cut_off(desk, checks, stored):
        check_anew(services, checks, stored)
    return see_other(request, f"/patients/{patient_id}/adjust/{run}")


@router.post("/{run}/keep")
def keep_again(
    request: Request, services: Clinic, desk: Sessions, viewer: Clinician, patient_id: str, run: str
) -> Response:
    """Keep the end of a session that could not be kept when it came; from its record, once the server is another."""
    with reading(services.engine) as connection:
        stored = adjustment_at(connection, patient_id, run)
    live = desk.of_run(run)
    where = f"/patients/{patient_id}/adjust/{run}"
    try:
        if live is None:
            _keep_recorded(services, stored, viewer.actor)
        else:
            live.keep_again()
    except NotKeptError as error:
        problem = f"It still cannot be kept: {error}. Nothing is lost yet: mend that and press again."
        return see_other(request, where, problem=problem)
    return see_other(request, where, notice="The end of the session is kept now.")


def _keep_recorded(services: Services, stored: StoredAdjustment, actor: str) -> None:
    """In the name of whoever presses: the record does not say who sits there now."""
    if stored.outcome is not None:
        return
    end = recorded_end(stored, services.data_dir)
    if end is None:
        raise HTTPException(
            409,
            "The server was started anew since, and the record of this session has no end that could be kept. "
            "Look at its page: what was delivered until then stands there.",
        )
    keeper_of(services, stored.run, from_json(Plan, stored.plan), actor).finished(end)
