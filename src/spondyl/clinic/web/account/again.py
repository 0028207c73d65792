"""Who changes how an account signs in proves once more who they are: a screen left open is no proof (OWASP ASVS 5.0,
7.5.1)."""

from datetime import timedelta

from fastapi import Request

from spondyl.clinic.chart.attempts import TooManyAttemptsError
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.sessions import signed_in_at
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.front.password import tried
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.viewer import Viewer

JUST_NOW = timedelta(minutes=5)
_WRONG = "The present password is not right; nothing was changed."
_TOO_MANY = "There were too many wrong passwords; try again in 15 minutes. Nothing was changed."
_TOO_LONG_AGO = (
    "You signed in more than five minutes ago, and this account has no password to ask for. Sign out, sign in again, "
    "then do this at once. Nothing was changed."
)


def unproved(request: Request, services: Services, viewer: Viewer, *, present: str) -> str | None:
    """Why this is not proof enough; None when it is: the present password, or without one a sign-in just now."""
    assert viewer.account is not None and viewer.session_hash is not None
    if not viewer.account.has_password:
        with reading(services.engine) as connection:
            age = now_of(connection) - signed_in_at(connection, viewer.session_hash)
        return None if abs(age) < JUST_NOW else _TOO_LONG_AGO
    try:
        name = viewer.account.sign_in_name
        found = tried(request, services, name=name, password=present, signed_in=True)
    except TooManyAttemptsError:
        return _TOO_MANY
    return None if found else _WRONG
