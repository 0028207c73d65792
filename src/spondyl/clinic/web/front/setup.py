"""Make the first administrator, by the one-time link that the terminal printed."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.clinic.chart.accounts import (
    AccountExistsError,
    AccountInvalidError,
    add_first_administrator,
    all_accounts,
)
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.front.sign_in import begin_session
from spondyl.clinic.web.page import page
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/setup", include_in_schema=False, dependencies=[Depends(open_to_all())])
_USED = (
    "This set-up link is not valid, or an administrator exists already. Without one, start the server again: "
    "its terminal prints a new link."
)


@router.get("/{token}")
def setup_page(request: Request, services: Clinic, token: str) -> Response:
    """The form for the first administrator."""
    _check(services, token)
    return page(request, "front/setup.html", {"problems": {}, "name": "", "full_name": ""})


@router.post("/{token}")
def set_up(
    request: Request,
    services: Clinic,
    token: str,
    name: Annotated[str, Form(max_length=100)],
    full_name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    """Make the account and sign it in; the link works no more."""
    _check(services, token)
    try:
        with writing(services.engine) as connection:
            account = add_first_administrator(
                connection, sign_in_name=name, full_name=full_name, password=password, actor="set-up link"
            )
    except AccountExistsError as error:
        raise HTTPException(410, _USED) from error
    except AccountInvalidError as error:
        shown = {"problems": {error.field: str(error)}, "name": name, "full_name": full_name}
        return page(request, "front/setup.html", shown, status=422)
    return begin_session(request, services, account, how="set-up link", then="/today")


def _check(services: Services, token: str) -> None:
    expected = services.setup_token
    if expected is None or not hmac.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(410, _USED)
    with reading(services.engine) as connection:
        if all_accounts(connection):
            raise HTTPException(410, _USED)
