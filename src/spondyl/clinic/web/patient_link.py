"""Links that let a patient do one thing without an account: reschedule a visit, fill an intake form.

A token says what it is for, about what, and until when, under an HMAC: nothing to look up, nothing to guess.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class LinkUnusableError(ValueError):
    """A link is damaged, for something else, or too old; the message says what the patient can do."""


LINK_LASTS = timedelta(days=14)
"""How long the address of a form works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLink:
    """What a link allows: ``purpose`` such as "visit" or "intake", about ``subject`` (an identifier)."""

    purpose: str
    subject: str
    until: datetime


def make_link(link: PatientLink, *, key: bytes) -> str:
    """The token for a URL; ``key`` is ``services.key_for("patient link")``."""
    parts = [link.purpose, link.subject, int(link.until.timestamp())]
    text = json.dumps(parts, separators=(",", ":")).encode()
    return _text(text) + "." + _text(hmac.digest(key, text, "sha256"))


def read_link(token: str, *, purpose: str, key: bytes, now: datetime) -> PatientLink:
    """The link in a token; raises ``LinkUnusableError``."""
    link = signed_link(token, purpose=purpose, key=key)
    refuse_if_old(link.until, now)
    return link


def signed_link(token: str, *, purpose: str, key: bytes) -> PatientLink:
    """The link in a token, however old; raises ``LinkUnusableError`` when it is damaged or for something else."""
    body, _, seal = token.partition(".")
    try:
        text, given = _bytes(body), _bytes(seal)
    except ValueError:
        text, given = b"", b""
    if not hmac.compare_digest(hmac.digest(key, text, "sha256"), given):
        raise LinkUnusableError(
            "This link is not complete. Open it from the message again, or call the clinic."
        )
    found, subject, until_s = json.loads(text)
    if found != purpose:
        raise LinkUnusableError(
            "This link is for something else. Open it from the message again, or call the clinic."
        )
    return PatientLink(purpose=found, subject=subject, until=datetime.fromtimestamp(until_s, UTC))


def refuse_if_old(until: datetime, now: datetime) -> None:
    """Raise ``LinkUnusableError`` when a link's time is over."""
    if now > until:
        raise LinkUnusableError("This link is too old to be used. Call the clinic, who will send a new one.")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
