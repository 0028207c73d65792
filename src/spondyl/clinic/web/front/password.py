"""Try a password: counted before it is looked at, and in the log when it is wrong."""

import sqlalchemy as sa
from fastapi import Request

from spondyl.clinic.chart.accounts import Account, password_fits
from spondyl.clinic.chart.attempts import attempt_succeeded, begin_attempt
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services


def tried(
    request: Request, services: Services, *, name: str, password: str, signed_in: bool = False
) -> Account | None:
    """The active account with this name and password, or None. Raises ``TooManyAttemptsError``.

    ``signed_in``: who tries has the account's page open already, and has no more guesses than at the sign-in.
    """
    address = client_address(request)
    with writing(services.engine) as connection:
        attempt = begin_attempt(connection, sign_in_name=name, address=address)
    account = password_fits(services.engine, sign_in_name=name, password=password)
    with writing(services.engine) as connection:
        if account is not None:
            attempt_succeeded(connection, attempt)
        elif signed_in:
            told = {"actor": name, "action": "wrong password", "subject": f"account {name}"}
            record(connection, **told, detail={"address": address})
        else:
            refused(connection, {"address": address})
    return account


def refused(connection: sa.Connection, detail: dict[str, str]) -> None:
    """Write in the log that somebody was not let in. The name that was typed stays out: it may be a password."""
    record(connection, actor="nobody", action="sign-in refused", subject="sign-in", detail=detail)


def client_address(request: Request) -> str:
    """The network address that the request came from."""
    return request.client.host if request.client else "unknown"
