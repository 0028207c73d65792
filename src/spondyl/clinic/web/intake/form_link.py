"""Which form an address opens: one sent to the patient opens it anywhere, one of a hand-over on that device alone."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from spondyl.clinic.care.intake_record import StoredIntake
from spondyl.clinic.web.cookies import HANDED_OVER_COOKIE
from spondyl.clinic.web.patient_link import (
    LINK_LASTS,
    LinkUnusableError,
    PatientLink,
    make_link,
    read_link,
    signed_link,
)
from spondyl.clinic.web.services import Clinic, Services

SENT = "intake"
HAND_OVER = "intake hand-over"


class NotOnThisDeviceError(HTTPException):
    """A form that is not the one for which this device was handed over, or whose hand-over has ended."""

    def __init__(self) -> None:
        super().__init__(410, "This form is not open on this device, or not any more.")


def intake_link(services: Services, stored: StoredIntake) -> str:
    """The address that the patient opens; it works for two weeks."""
    return f"/intake/{_token(services, SENT, stored.document_id)}"


def link_to_newer(
    services: Services, token: str, *, shown: StoredIntake, newest: StoredIntake | None
) -> str | None:
    """Where a link that was sent leads once a newer form is begun and open; None where it leads to its own.

    It works no longer than the link that led there. A form of a chart that was joined to this one is opened by its own
    link only: were the join a mistake, somebody else's answers would stand on it.
    """
    if newest is None or newest.document_id == shown.document_id or newest.intake.next_group is None:
        return None
    if newest.person_id != shown.person_id:
        return None
    key = services.key_for("patient link")
    try:
        link = signed_link(token, purpose=SENT, key=key)
    except LinkUnusableError:
        return None  # a device is handed over for one form
    return f"/intake/{make_link(replace(link, subject=newest.document_id), key=key)}"


def hand_over_token(services: Services, stored: StoredIntake) -> str:
    """What opens the form on the device that carries it as :data:`HANDED_OVER_COOKIE` too, until staff sign in there.

    The device keeps the address for whoever presses Back after that, so the address alone opens nothing.
    """
    return _token(services, HAND_OVER, stored.document_id)


async def form_behind(request: Request, services: Clinic, token: str) -> str:
    """The document of the form that a token opens on this device. Raises LinkUnusableError, NotOnThisDeviceError."""
    key, now = services.key_for("patient link"), services.clock()
    handed = request.cookies.get(HANDED_OVER_COOKIE)
    try:
        link, is_here = read_link(token, purpose=HAND_OVER, key=key, now=now), handed == token
    except LinkUnusableError:
        link, is_here = read_link(token, purpose=SENT, key=key, now=now), handed is None
    if not is_here:
        raise NotOnThisDeviceError
    return link.subject


FormBehind = Annotated[str, Depends(form_behind)]


def _token(services: Services, purpose: str, document_id: str) -> str:
    link = PatientLink(purpose=purpose, subject=document_id, until=services.clock() + LINK_LASTS)
    return make_link(link, key=services.key_for("patient link"))
