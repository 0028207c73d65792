"""A new password for an administrator who has none to sign in with any more, by the link that the terminal printed."""

from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.clinic.chart.accounts import (
    Account,
    AccountInvalidError,
    account,
    password_mark,
    set_password,
)
from spondyl.clinic.chart.passkeys import passkeys_of, remove_passkeys
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.front.sign_in import begin_session
from spondyl.clinic.web.page import page
from spondyl.clinic.web.patient_link import LinkUnusableError, PatientLink, make_link, read_link
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/recover", include_in_schema=False, dependencies=[Depends(open_to_all())])
LASTS = timedelta(hours=1)
KEY = "recovery link"
_PURPOSE = "recovery"
_USED = "This link was used, or is too old. Run 'spondyl recover-access' on the server again."


def recovery_path(connection: sa.Connection, owner: Account, *, key: bytes, now: datetime) -> str:
    """The page that sets this account's password, once: the link names the password that it replaces.

    ``key`` is ``services.key_for(KEY)``.
    """
    subject = f"{owner.id} {password_mark(connection, owner.id)}"
    return f"/recover/{make_link(PatientLink(purpose=_PURPOSE, subject=subject, until=now + LASTS), key=key)}"


@router.get("/{token}")
def recovery_page(request: Request, services: Clinic, token: str) -> Response:
    """The form for the new password."""
    with reading(services.engine) as connection:
        owner = _owner(connection, services, token)
    return _form(request, services, owner, problem=None)


@router.post("/{token}")
def recover(
    request: Request,
    services: Clinic,
    token: str,
    password: Annotated[str, Form(max_length=200)] = "",
    without_passkeys: Annotated[bool, Form()] = False,
) -> Response:
    """Set the password and sign in; the link works no more."""
    with reading(services.engine) as connection:
        owner = _owner(connection, services, token)
    try:
        with writing(services.engine) as connection:
            _owner(connection, services, token)
            set_password(connection, owner.id, password=password, actor=KEY)
            if without_passkeys:
                remove_passkeys(connection, owner.id, actor=KEY)
    except AccountInvalidError as error:
        return _form(request, services, owner, problem=str(error))
    return begin_session(request, services, owner, how=KEY, then="/today")


def _owner(connection: sa.Connection, services: Services, token: str) -> Account:
    """Whose link this is; of two who send it at once the second finds it used."""
    try:
        link = read_link(token, purpose=_PURPOSE, key=services.key_for(KEY), now=services.clock())
    except LinkUnusableError as error:
        raise HTTPException(410, _USED) from error
    account_id, _, mark = link.subject.partition(" ")
    owner = account(connection, account_id)
    if (
        mark != password_mark(connection, owner.id)
        or not owner.active
        or owner.role is not Role.ADMINISTRATOR
    ):
        raise HTTPException(410, _USED)
    return owner


def _form(request: Request, services: Services, owner: Account, *, problem: str | None) -> Response:
    with reading(services.engine) as connection:
        keys = passkeys_of(connection, owner.id)
    shown = {"account": owner, "passkeys": keys, "problem": problem}
    return page(request, "front/recover.html", shown, status=422 if problem else 200)
