"""Sign in through an identity provider. An identity never makes an account: an administrator ties the two."""

import json
import secrets
from dataclasses import asdict
from datetime import timedelta
from hmac import compare_digest

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from spondyl.clinic.chart.accounts import account_of_subject
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.account.oidc import Asked, SignOnRefusedError, authorization_address, subject_of
from spondyl.clinic.web.cookies import drop_cookie, set_cookie
from spondyl.clinic.web.front.password import refused
from spondyl.clinic.web.front.sign_in import begin_session, safe_address
from spondyl.clinic.web.page import page
from spondyl.clinic.web.patient_link import LinkUnusableError, PatientLink, make_link, read_link
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import site_address

router = APIRouter(
    prefix="/sign-in/single-sign-on", include_in_schema=False, dependencies=[Depends(open_to_all())]
)
COOKIE = "spondyl_sign_on"
LASTS = timedelta(minutes=10)


@router.get("")
def begin(request: Request, services: Clinic, next: str = "/today") -> Response:
    """Send the browser to the provider."""
    _check_used(services)
    asked = Asked(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        then=safe_address(next),
    )
    try:
        address = authorization_address(services.settings.oidc, asked, redirect=_redirect(request))
    except SignOnRefusedError as error:
        raise HTTPException(502, str(error)) from error
    response = RedirectResponse(address, status_code=303)
    link = PatientLink(purpose="sign-on", subject=json.dumps(asdict(asked)), until=services.clock() + LASTS)
    token = make_link(link, key=services.key_for("sign-on"))
    set_cookie(response, COOKIE, token, settings=services.settings, max_age_s=int(LASTS.total_seconds()))
    return response


@router.get("/return")
def come_back(request: Request, services: Clinic, code: str = "", state: str = "") -> Response:
    """Check the provider's answer and begin a session for the account that is tied to it."""
    _check_used(services)
    asked = _asked(request, services)
    if not (code and compare_digest(state.encode(), asked.state.encode())):
        raise HTTPException(
            400, "This is not the answer to a sign-in begun here. Begin again from the sign-in page."
        )
    oidc, redirect = services.settings.oidc, _redirect(request)
    try:
        subject = subject_of(oidc, asked, code=code, redirect=redirect, now=services.clock())
    except SignOnRefusedError as error:
        raise HTTPException(502, str(error)) from error
    with reading(services.engine) as connection:
        account = account_of_subject(connection, subject)
    if account is None:
        return _nobody_tied(request, services, subject)
    response = begin_session(request, services, account, how="single sign-on", then=asked.then)
    drop_cookie(response, COOKIE, settings=services.settings)
    return response


def _nobody_tied(request: Request, services: Services, subject: str) -> Response:
    with writing(services.engine) as connection:
        refused(connection, {"provider": subject[:300]})
    return page(request, "account/not_tied.html", {"subject": subject}, status=403)


def _check_used(services: Services) -> None:
    if not services.settings.oidc.used:
        raise HTTPException(404, "No identity provider is set up; settings.toml can name one.")


def _asked(request: Request, services: Services) -> Asked:
    key = services.key_for("sign-on")
    try:
        link = read_link(request.cookies.get(COOKIE, ""), purpose="sign-on", key=key, now=services.clock())
    except LinkUnusableError as error:
        raise HTTPException(400, "This sign-in took too long; begin again from the sign-in page.") from error
    return Asked(**json.loads(link.subject))


def _redirect(request: Request) -> str:
    return f"{site_address(request)}/sign-in/single-sign-on/return"
