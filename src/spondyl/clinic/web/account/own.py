"""One's own account: what it may do, its password, its passkeys."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from spondyl.clinic.chart.accounts import Account, AccountInvalidError, set_password
from spondyl.clinic.chart.attempts import TooManyAttemptsError
from spondyl.clinic.chart.passkeys import passkeys_of, remove_passkey
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.front.password import tried
from spondyl.clinic.web.front.sign_in import begin_session
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/account", include_in_schema=False)
_WRONG = "The present password is not right; nothing was changed."
_TOO_MANY = "There were too many wrong passwords; try again in 15 minutes. Nothing was changed."


@router.get("")
def own_account(request: Request, services: Clinic, viewer: AnyStaff) -> Response:
    """The account's page."""
    return _own(request, services, viewer, problem=None)


@router.post("/password")
def change_password(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    present: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Set a new password after the present one was given; every other session of the account ends."""
    assert viewer.account is not None
    account = viewer.account
    if account.has_password and (problem := _refused(request, services, account, present)):
        return _own(request, services, viewer, problem=problem)
    try:
        with writing(services.engine) as connection:
            set_password(connection, account.id, password=password, actor=viewer.actor)
    except AccountInvalidError as error:
        return _own(request, services, viewer, problem=str(error))
    return begin_session(request, services, account, how="new password", then="/account")


@router.post("/passkeys/{credential_id}/remove")
def remove(request: Request, services: Clinic, viewer: AnyStaff, credential_id: str) -> Response:
    """Forget one of the account's passkeys."""
    assert viewer.account is not None
    try:
        with writing(services.engine) as connection:
            remove_passkey(connection, credential_id, account=viewer.account)
    except AccountInvalidError as error:
        return _own(request, services, viewer, problem=str(error))
    return see_other(request, "/account", notice="The passkey is removed.")


def _refused(request: Request, services: Services, account: Account, present: str) -> str | None:
    """Why this is not the account's password; None when it is."""
    try:
        name = account.sign_in_name
        found = tried(request, services, name=name, password=present, signed_in=True)
    except TooManyAttemptsError:
        return _TOO_MANY
    return None if found else _WRONG


def _own(request: Request, services: Services, viewer: Viewer, *, problem: str | None) -> Response:
    assert viewer.account is not None
    with reading(services.engine) as connection:
        keys = passkeys_of(connection, viewer.account.id)
    shown = {"account": viewer.account, "passkeys": keys, "problem": problem}
    return page(request, "account/own.html", shown, status=422 if problem else 200)
