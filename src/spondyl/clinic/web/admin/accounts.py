"""Accounts of the staff: add one, change its role, end its access, set a password."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Form, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from spondyl.clinic.chart.accounts import (
    Account,
    AccountInvalidError,
    account,
    add_account,
    all_accounts,
    change_account,
    set_oidc_subject,
    set_password,
)
from spondyl.clinic.chart.passkeys import passkeys_of, remove_passkeys
from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[AdministratorOnly])
LIST = "/admin/accounts"


class SentChange(BaseModel):
    """What the form of an account sends; ``seen``: how the account stood when it was shown."""

    role: Annotated[str, Field(max_length=20)] = ""
    active: Annotated[str, Field(max_length=5)] = "no"
    full_name: Annotated[str | None, Field(max_length=200)] = None
    seen: Annotated[str | None, Field(max_length=300)] = None


@router.get("")
def administration(request: Request) -> Response:
    """The first page of the administration."""
    return see_other(request, LIST)


@router.get("/accounts")
def accounts(request: Request, services: Clinic) -> Response:
    """Every account, and the form for a new one."""
    return _list(request, services, sent={"name": "", "full_name": "", "role": "front_desk"}, problem=None)


@router.post("/accounts")
def new_account(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    name: Annotated[str, Form(max_length=100)] = "",
    full_name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add an account. The password is a first one: its owner changes it under "Your account"."""
    try:
        with writing(services.engine) as connection:
            made = add_account(
                connection,
                sign_in_name=name,
                full_name=full_name,
                role=_role(role),
                password=password or None,
                actor=viewer.actor,
            )
    except AccountInvalidError as error:
        sent = {"name": name, "full_name": full_name, "role": role}
        return _list(request, services, sent=sent, problem=str(error))
    if made.has_password:
        return see_other(request, LIST, notice=f"{made.full_name} can sign in as {made.sign_in_name}.")
    not_yet = f"{made.full_name} is added, but cannot sign in yet: set a first password here, or the single sign-on."
    return see_other(request, f"{LIST}/{made.id}", problem=not_yet)


@router.get("/accounts/{account_id}")
def one_account(request: Request, services: Clinic, account_id: str) -> Response:
    """One account and what can be changed."""
    return _one(request, services, account_id, problem=None)


@router.post("/accounts/{account_id}")
def change(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    account_id: str,
    sent: Annotated[SentChange, Form()],
) -> Response:
    """Change role, access and full name; the account's sessions end at once."""
    try:
        with writing(services.engine) as connection:
            change_account(
                connection,
                account_id,
                role=_role(sent.role),
                active=sent.active == "yes",
                full_name=sent.full_name,
                seen=sent.seen,
                actor=viewer.actor,
            )
    except AccountInvalidError as error:
        return _one(request, services, account_id, problem=str(error))
    return see_other(request, LIST, notice="The account is changed; its sessions are ended.")


@router.post("/accounts/{account_id}/password")
def new_password(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    account_id: str,
    password: Annotated[str, Form(max_length=200)] = "",
    without_passkeys: Annotated[bool, Form()] = False,
) -> Response:
    """Set a password for somebody who forgot theirs; with it their passkeys may go, which a password does not stop."""
    try:
        with writing(services.engine) as connection:
            set_password(connection, account_id, password=password, actor=viewer.actor)
            if without_passkeys:
                remove_passkeys(connection, account_id, actor=viewer.actor)
    except AccountInvalidError as error:
        return _one(request, services, account_id, problem=str(error))
    return see_other(request, LIST, notice="The new password is set; the account's sessions are ended.")


@router.post("/accounts/{account_id}/passkeys/remove")
def passkeys_lost(request: Request, services: Clinic, viewer: Administrator, account_id: str) -> Response:
    """Take the passkeys of somebody away whose device is lost."""
    try:
        with writing(services.engine) as connection:
            remove_passkeys(connection, account_id, actor=viewer.actor)
    except AccountInvalidError as error:
        return _one(request, services, account_id, problem=str(error))
    return see_other(request, LIST, notice="The account's passkeys are removed; its sessions are ended.")


@router.post("/accounts/{account_id}/single-sign-on")
def single_sign_on(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    account_id: str,
    subject: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Say which person at the identity provider this account belongs to; empty: none."""
    try:
        with writing(services.engine) as connection:
            set_oidc_subject(connection, account_id, subject=subject.strip() or None, actor=viewer.actor)
    except AccountInvalidError as error:
        return _one(request, services, account_id, problem=str(error))
    return see_other(request, LIST, notice="The account's single sign-on is changed; its sessions are ended.")


def _role(text: str) -> Role:
    if text not in [role.value for role in STAFF]:
        raise HTTPException(422, f"{text!r} is not a role of the staff.")
    return Role(text)


def _has_way_in(connection: sa.Connection, one: Account) -> bool:
    return one.has_password or bool(one.oidc_subject) or bool(passkeys_of(connection, one.id))


def _list(request: Request, services: Services, *, sent: dict[str, str], problem: str | None) -> Response:
    with reading(services.engine) as connection:
        found = all_accounts(connection)
        shut_out = {one.id for one in found if not _has_way_in(connection, one)}
    shown = {"accounts": found, "shut_out": shut_out, "sent": sent, "problem": problem, "roles": STAFF}
    return page(request, "admin/accounts.html", shown, status=422 if problem else 200)


def _one(request: Request, services: Services, account_id: str, *, problem: str | None) -> Response:
    with reading(services.engine) as connection:
        found = account(connection, account_id)
        keys = passkeys_of(connection, account_id)
    shown = {"account": found, "passkeys": keys, "roles": STAFF, "problem": problem}
    return page(request, "admin/account.html", shown, status=422 if problem else 200)
