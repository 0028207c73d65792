"""The cookies that the application sets: session, visitor (for forms before sign-in), kept time, notice and theme."""

from starlette.responses import Response

from spondyl.clinic.clinic_settings import ClinicSettings

NOTICE_COOKIE = "spondyl_notice"
THEME_COOKIE = "spondyl_theme"
HOLD_COOKIE = "spondyl_hold"
"""The token of the time that a visitor kept last: pressed again, it is their own and not taken by somebody else."""

HANDED_OVER_COOKIE = "spondyl_handed_over"
"""On a device of the clinic that a patient holds: the one form that opens there, which ends with the words to give the
device back. Whoever of the staff signs in there ends it."""


def session_cookie(settings: ClinicSettings) -> str:
    """The session cookie's name; the prefix makes browsers insist on TLS and on this very host."""
    return "__Host-spondyl" if settings.secure else "spondyl_session"


def visitor_cookie(settings: ClinicSettings) -> str:
    """The cookie that ties the forms of somebody not signed in to their browser."""
    return "__Host-spondyl-visitor" if settings.secure else "spondyl_visitor"


def set_cookie(
    response: Response, name: str, value: str, *, settings: ClinicSettings, max_age_s: int | None
) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        name, value, max_age=max_age_s, path="/", secure=settings.secure, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str, *, settings: ClinicSettings) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=settings.secure, httponly=True, samesite="lax")
