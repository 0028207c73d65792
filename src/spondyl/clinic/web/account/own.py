"""One's own account: what it may do, its password, its passkeys."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from spondyl.clinic.chart.accounts import AccountInvalidError, set_password
from spondyl.clinic.chart.passkeys import passkeys_of, remove_passkey, remove_passkeys
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.account.again import unproved
from spondyl.clinic.web.front.sign_in import begin_session
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import at_localhost, host_is_number
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/account", include_in_schema=False)


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
    without_passkeys: Annotated[bool, Form()] = False,
) -> Response:
    """Set a new password after the present one was given; every other session of the account ends."""
    assert viewer.account is not None
    account = viewer.account
    if problem := unproved(request, services, viewer, present=present):
        return _own(request, services, viewer, problem=problem)
    try:
        with writing(services.engine) as connection:
            set_password(connection, account.id, password=password, actor=viewer.actor)
            if without_passkeys:
                remove_passkeys(connection, account.id, actor=viewer.actor)
    except AccountInvalidError as error:
        return _own(request, services, viewer, problem=str(error))
    return begin_session(request, services, account, how="new password", then="/account")


@router.post("/passkeys/{credential_id}/remove")
def remove(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    credential_id: str,
    present: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Forget one of the account's passkeys, after the present password was given."""
    assert viewer.account is not None
    if problem := unproved(request, services, viewer, present=present):
        return _own(request, services, viewer, problem=problem)
    try:
        with writing(services.engine) as connection:
            remove_passkey(connection, credential_id, account=viewer.account)
    except AccountInvalidError as error:
        return _own(request, services, viewer, problem=str(error))
    return see_other(request, "/account", notice="The passkey is removed.")


def _own(request: Request, services: Services, viewer: Viewer, *, problem: str | None) -> Response:
    assert viewer.account is not None
    with reading(services.engine) as connection:
        keys = passkeys_of(connection, viewer.account.id)
    shown = {"account": viewer.account, "passkeys": keys, "problem": problem}
    shown |= {"numbered": host_is_number(request), "at_localhost": at_localhost(request, "/account")}
    return page(request, "account/own.html", shown, status=422 if problem else 200)
