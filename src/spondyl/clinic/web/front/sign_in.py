"""Sign in with a name and a password; sign out; choose light or dark."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import JSONResponse, Response

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.sessions import close_session, drop_expired, open_session
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.cookies import (
    HANDED_OVER_COOKIE,
    THEME_COOKIE,
    drop_cookie,
    session_cookie,
    set_cookie,
)
from spondyl.clinic.web.csrf import csrf_token
from spondyl.clinic.web.front.password import client_address, tried
from spondyl.clinic.web.page import THEMES, page, see_other
from spondyl.clinic.web.rights import AnyStaff, open_to_all
from spondyl.clinic.web.services import Clinic, Services, services_of
from spondyl.clinic.web.site_address import at_localhost, host_is_number
from spondyl.clinic.web.viewer import Viewer, viewer_of

router = APIRouter(include_in_schema=False)
LONGEST = 2000
_WRONG = (
    "The name or the password is not right. Passwords are case-sensitive; an administrator can set a new one."
)


@router.get("/sign-in", dependencies=[Depends(open_to_all())])
def sign_in_page(request: Request, next: str = "/today") -> Response:
    """The sign-in page."""
    if viewer_of(request).account:
        return see_other(request, safe_address(next))
    return _sign_in_page(request, next, problem=None, name="")


@router.get("/sign-in/still", dependencies=[Depends(open_to_all())])
def still_signed_in(request: Request) -> JSONResponse:
    """Who is signed in, and the token for their forms: a page asks before it sends what somebody wrote for long."""
    account = viewer_of(request).account
    if account is None:
        return JSONResponse({"who": None, "csrf": None})
    return JSONResponse({"who": account.sign_in_name, "csrf": csrf_token(request)})


@router.post("/sign-in", dependencies=[Depends(open_to_all())])
def sign_in(
    request: Request,
    services: Clinic,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form()] = "/today",
) -> Response:
    """Check name and password; a new session for every sign-in."""
    account = tried(request, services, name=name, password=password)
    if account is None:
        return _sign_in_page(request, next, problem=_WRONG, name=name)
    return begin_session(request, services, account, how="password", then=next)


@router.post("/sign-out")
def sign_out(request: Request, services: Clinic, viewer: AnyStaff) -> Response:
    """End the session in the database, not only in the browser."""
    return sign_out_to(request, services, viewer, "/sign-in", notice="You are signed out.")


@router.post("/theme", dependencies=[Depends(open_to_all())])
def choose_theme(
    request: Request, services: Clinic, theme: Annotated[str, Form()], back: Annotated[str, Form()] = "/today"
) -> Response:
    """Remember light, dark or the device's own choice for a year."""
    response = see_other(request, safe_address(back))
    chosen = theme if theme in THEMES else "auto"
    set_cookie(response, THEME_COOKIE, chosen, settings=services.settings, max_age_s=31_536_000)
    return response


def sign_out_to(
    request: Request, services: Services, viewer: Viewer, address: str, *, notice: str | None = None
) -> Response:
    """End the viewer's session and go to ``address``."""
    name = session_cookie(services.settings)
    with writing(services.engine) as connection:
        close_session(connection, request.cookies[name])
        record(connection, actor=viewer.actor, action="sign out", subject=f"account {viewer.actor}")
    response = see_other(request, address, notice=notice)
    drop_cookie(response, name, settings=services.settings)
    return response


def begin_session(request: Request, services: Services, account: Account, *, how: str, then: str) -> Response:
    """Open a session for an account and go to ``then``; an older session of this browser ends."""
    name = session_cookie(services.settings)
    with writing(services.engine) as connection:
        if request.cookies.get(name):
            close_session(connection, request.cookies[name])
        drop_expired(connection, lifetime=services.settings.session_lifetime)
        token = open_session(connection, account.id)
        detail = {"how": how, "address": client_address(request)}
        actor = account.sign_in_name
        record(connection, actor=actor, action="sign in", subject=f"account {actor}", detail=detail)
    response = see_other(request, safe_address(then))
    set_cookie(response, name, token, settings=services.settings, max_age_s=None)
    drop_cookie(response, HANDED_OVER_COOKIE, settings=services.settings)
    return response


def _sign_in_page(request: Request, then: str, *, problem: str | None, name: str) -> Response:
    settings = services_of(request).settings
    shown = {
        "next": safe_address(then),
        "problem": problem,
        "name": name,
        "demo": _demo() if settings.demo else None,
        "numbered": host_is_number(request),
        "at_localhost": at_localhost(request, "/sign-in"),
    }
    return page(request, "front/sign_in.html", shown, status=401 if problem else 200)


def _demo() -> dict[str, object]:
    # Not above: the demo fills the application, which imports this file.
    from spondyl.clinic.demo.staff import DEMO_PASSWORD, DEMO_STAFF

    return {"password": DEMO_PASSWORD, "names": [(name, role.label) for name, _, role in DEMO_STAFF]}


def safe_address(address: str) -> str:
    """An address on this site; anything else, or a very long one, becomes the day's page."""
    here = address.startswith("/") and not address.startswith(("//", "/\\"))
    plain = here and address.isprintable() and len(address) <= LONGEST
    return address if plain else "/today"
