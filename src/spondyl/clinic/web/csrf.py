"""Every request that changes something must carry a token that another site cannot know."""

import hmac
import re
import secrets

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from spondyl.clinic.web.cookies import visitor_cookie
from spondyl.clinic.web.services import services_of
from spondyl.clinic.web.storable import FORMS
from spondyl.clinic.web.viewer import viewer_of, viewer_soon

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "/sign-in"
FIELD, HEADER = "csrf", "X-CSRF"
DONE_ALREADY = "spondyl.done_already"
"""In the scope of a request that was obeyed before any question of who sent it, by a secret of its page: what was done,
in a sentence. It needs no token, and whoever is refused the page behind it is told."""

STOP_PATH = re.compile(r"/patients/[^/]+/adjust/([^/]+)/stop")
"""Of the STOP on another page than the session's own."""


class PageTooOldError(HTTPException):
    """A form without the token of now: the page is older than the session, or nobody is signed in any more."""

    title = "This page is too old to be sent"
    advice = "Press Back and copy what you wrote; then open the page again, paste it, and send it."

    def __init__(self) -> None:
        super().__init__(
            403,
            "Nothing was saved. You were signed out after the page was opened, or signed in again since.",
        )


def csrf_token(request: Request) -> str:
    """The token of this browser: of its session when signed in, else of its visitor cookie (made when missing)."""
    return _token(request, viewer_of(request).session_hash or _visitor(request))


def _token(request: Request, holder: str) -> str:
    key = services_of(request).key_for("csrf")
    return hmac.digest(key, holder.encode(), "sha256").hex()


async def check_csrf(request: Request) -> None:
    """A dependency of the whole application: refuses a change without the token, or one sent by another site."""
    if request.method in SAFE_METHODS or DONE_ALREADY in request.scope:
        return
    sent_from = request.headers.get("sec-fetch-site")
    if sent_from not in (None, "same-origin", "none"):
        raise HTTPException(
            403, "This form was sent from another site. Open the page here and send it again."
        )
    if sent_from == "same-origin" and STOP_PATH.fullmatch(request.url.path):
        # A STOP is never refused for the age of its page; that the browser sent it from this site is proof enough.
        return
    given = request.headers.get(HEADER) or await _form_field(request)
    await viewer_soon(request)
    expected = [csrf_token(request)]
    if (
        request.url.path == SIGN_IN
    ):  # a page of before, in another tab of this browser, whose visitor signed in since
        expected.append(_token(request, _visitor(request)))
    if not any(hmac.compare_digest(given.encode(), one.encode()) for one in expected):
        raise PageTooOldError


async def _form_field(request: Request) -> str:
    if not request.headers.get("content-type", "").startswith(FORMS):
        return ""
    form: FormData = await request.form()
    value = form.get(FIELD)
    return value if isinstance(value, str) else ""


def _visitor(request: Request) -> str:
    cookie = request.cookies.get(visitor_cookie(services_of(request).settings))
    known = cookie or getattr(request.state, "visitor", None)
    if known is None:
        known = secrets.token_urlsafe(32)
    request.state.visitor = known
    return known
