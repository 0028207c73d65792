"""Error pages that say what happened and what to do; JSON for the API."""

import logging
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from spondyl.booking import StepRefusedError
from spondyl.clinic.chart.accounts import AccountUnknownError
from spondyl.clinic.chart.appointment_rows import AppointmentUnknownError
from spondyl.clinic.chart.attempts import TooManyAttemptsError
from spondyl.clinic.chart.booking_changes import UndoRefusedError
from spondyl.clinic.chart.booking_stop import BookingStoppedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.documents import DocumentChangedError, DocumentUnknownError
from spondyl.clinic.chart.films import FilmUnknownError
from spondyl.clinic.chart.full_disk import is_full_disk
from spondyl.clinic.chart.guard import RestrictionRefusedError
from spondyl.clinic.chart.joining import JoinRefusedError
from spondyl.clinic.chart.people import PersonErasedError, PersonUnknownError
from spondyl.clinic.chart.practice import PracticeUnknownError
from spondyl.clinic.chart.same_person import ChartClosedError
from spondyl.clinic.chart.transaction import DeadlockError
from spondyl.clinic.chart.waitlist import WaitEntryUnknownError
from spondyl.clinic.records.fhir_outcome import MEDIA_TYPE, outcome_of
from spondyl.clinic.web.csrf import DONE_ALREADY, SAFE_METHODS, PageTooOldError
from spondyl.clinic.web.form_words import problem_words
from spondyl.clinic.web.headers import HEADERS
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.patient_error import is_for_patient, patient_error
from spondyl.clinic.web.patient_link import LinkUnusableError
from spondyl.clinic.web.restricted import ChartJoinedError, ChartRestrictedError
from spondyl.clinic.web.rights import SignInNeededError
from spondyl.clinic.web.storable import UNSTORABLE

FHIR_PATH = "/fhir/"
MACHINE_PATHS = ("/api/", FHIR_PATH)
MOST_PROBLEMS = 8
_LOG = logging.getLogger(__name__)
_TITLES = {
    403: "Not open to you",
    404: "Not here",
    405: "Not in this way",
    409: "Changed in the meantime",
    410: "This link works no more",
    413: "Too large",
    422: "Something does not fit",
    429: "Too much at once",
    500: "Something went wrong in Spondyl",
    507: "The server's disk is full",
}
_ADVICE = {
    403: "Ask a colleague with that role, or an administrator to change yours.",
    404: "Check the address, or find the patient by name.",
    405: "Go back and use the page's own buttons.",
    409: "Go back, load that page again, and look at what stands there now.",
    410: "Open the new link, or sign in if you have an account.",
    429: "Wait a minute and try again.",
    500: "What you entered may not be saved: go back and look. Tell the administrator the time shown here.",
    507: "Tell the administrator to make room on the disk of the chart and of the data folder; then send it again.",
}


def answer(request: Request, status: int, what: str) -> Response:
    """The error as a page, or as JSON under /api/ and /fhir/."""
    what = f"{request.scope.get(DONE_ALREADY, '')} {what}".strip()
    if for_machine(request):
        return _for_program(request, status, what)
    if is_for_patient(request):
        shown = patient_error(request, status, what)
        return page(request, "shell/patient_error.html", shown, status=status)
    advice = _ADVICE.get(status, "Go back, correct what is named above, and send it again.")
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    return _error_page(request, status, title, what, advice)


def _for_program(request: Request, status: int, what: str) -> Response:
    """JSON; of FHIR an OperationOutcome, which is all that its clients understand."""
    if request.url.path.startswith(FHIR_PATH):
        return JSONResponse(outcome_of(status, what), status_code=status, media_type=MEDIA_TYPE)
    return JSONResponse({"error": what}, status_code=status)


def _error_page(request: Request, status: int, title: str, what: str, advice: str) -> Response:
    shown = {"status": status, "title": title, "what": what, "advice": advice}
    return page(request, "shell/error.html", shown, status=status)


def for_machine(request: Request) -> bool:
    """True for the API and for scripts that ask for JSON."""
    return request.url.path.startswith(MACHINE_PATHS) or request.headers.get("accept") == "application/json"


def add_error_pages(app: FastAPI) -> None:
    """Tell ``app`` how to answer each kind of error."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(SignInNeededError, _sign_in)
    for kind in (
        PersonUnknownError,
        FilmUnknownError,
        DocumentUnknownError,
        AccountUnknownError,
        LinkUnusableError,
        WaitEntryUnknownError,
    ):
        app.add_exception_handler(kind, _unknown)
    app.add_exception_handler(ChartRestrictedError, _restricted)
    app.add_exception_handler(ChartJoinedError, _joined)
    app.add_exception_handler(RestrictionRefusedError, _not_named)
    app.add_exception_handler(AppointmentUnknownError, _unknown)
    app.add_exception_handler(DocumentChangedError, _changed)
    for kind in (
        TimeTakenError,
        StepRefusedError,
        BookingStoppedError,
        JoinRefusedError,
        UndoRefusedError,
        PracticeUnknownError,
        DeadlockError,
    ):
        app.add_exception_handler(kind, _changed)
    app.add_exception_handler(PersonErasedError, _erased)
    app.add_exception_handler(ChartClosedError, _closed)
    app.add_exception_handler(TooManyAttemptsError, _too_many)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(Exception, _fault)


def _http(request: Request, error: Exception) -> Response:
    failure = cast(HTTPException, error)
    is_unsaid = failure.status_code == 404 and failure.detail == HTTPStatus.NOT_FOUND.phrase
    what = f"There is no page {request.url.path}." if is_unsaid else failure.detail
    if isinstance(failure, PageTooOldError) and not (for_machine(request) or is_for_patient(request)):
        response = _error_page(request, 403, failure.title, str(what), failure.advice)
    else:
        response = answer(request, failure.status_code, str(what))
    response.headers.update(failure.headers or {})
    return response


def _invalid(request: Request, error: Exception) -> Response:
    problems = [problem_words(one) for one in cast(RequestValidationError, error).errors()]
    begin = [] if request.method in SAFE_METHODS else ["Nothing was saved."]
    return answer(request, 422, " ".join([*begin, *problems[:MOST_PROBLEMS]]))


def _sign_in(request: Request, error: Exception) -> Response:
    if for_machine(request):
        return _for_program(request, 401, "Sign in first.")
    done = request.scope.get(DONE_ALREADY)
    notice = f"{done} Sign in to see what it did." if done else None
    return see_other(request, cast(SignInNeededError, error).address, notice=notice)


def _unknown(request: Request, error: Exception) -> Response:
    return answer(request, 404, str(error))


def _restricted(request: Request, error: Exception) -> Response:
    if for_machine(request):
        return _for_program(request, 403, str(error))
    shown = {"person_id": cast(ChartRestrictedError, error).person_id, "problem": None}
    return page(request, "shell/restricted.html", shown, status=403)


def _joined(request: Request, error: Exception) -> Response:
    return see_other(request, cast(ChartJoinedError, error).address)


def _not_named(request: Request, error: Exception) -> Response:
    if for_machine(request):
        return answer(request, 403, str(error))
    advice = "Go back, and ask one of the staff named for this chart."
    return _error_page(request, 403, _TITLES[403], str(error), advice)


def _changed(request: Request, error: Exception) -> Response:
    return answer(request, 409, str(error))


def _too_many(request: Request, error: Exception) -> Response:
    if for_machine(request):
        return answer(request, 429, str(error))
    advice = "Wait that long; whoever has a passkey can sign in with it if only the name failed too often."
    return _error_page(request, 429, "Too many failed sign-ins", str(error), advice)


def _erased(request: Request, error: Exception) -> Response:
    if is_for_patient(request):
        return answer(request, 404, "This link does not work any more, and nothing was saved.")
    return answer(request, 409, str(error))


def _closed(request: Request, error: Exception) -> Response:
    if is_for_patient(request):  # who opens a link is told of no chart
        what = "Something changed in the meantime, and nothing was saved. Go back and load the page again."
        return answer(request, 409, what)
    return answer(request, 409, str(error))


def _unstorable(request: Request, error: Exception) -> Response:
    if "NUL" not in str(cast(DataError, error).orig):
        return _fault(request, error)
    return answer(request, 422, UNSTORABLE)


def _fault(request: Request, error: Exception) -> Response:
    # By the route's pattern: the address itself may hold the secret of a link.
    route = getattr(request.scope.get("route"), "path", "a page")
    _LOG.error("fault at %s %s", request.method, route, exc_info=error)
    if is_full_disk(error):
        response = answer(request, 507, "This was not saved. What was saved before is safe.")
    else:
        response = answer(request, 500, "Spondyl met a fault while working on this page.")
    # Starlette answers a fault outside every middleware: the headers have to be set here.
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-store"
    return response
