"""Let an administrator in again who can no longer sign in: who holds the clinic's key file makes a link for that."""

from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import Account, all_accounts, kept_name
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import utc_now
from spondyl.clinic.chart.keys import derive
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_home import ClinicHome
from spondyl.clinic.opened import opened_chart
from spondyl.clinic.web.front.recovery import KEY, LASTS, recovery_path


class AdministratorUnknownError(LookupError):
    """No administrator is meant, or one of several; the message names those there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A page that sets a new password for an account, once; ``path`` is its address without the server's."""

    account: Account
    path: str
    hours: int = int(LASTS.total_seconds() // 3600)


def make_recovery(home: ClinicHome, name: str | None) -> Recovery:
    """A link for the administrator of this sign-in name, or for the only one; that it was made is in the audit log."""
    with opened_chart(home) as (engine, secret), writing(engine) as connection:
        owner = _administrator(connection, name)
        path = recovery_path(connection, owner, key=derive(secret, KEY), now=utc_now())
        subject = f"account {owner.sign_in_name}"
        record(connection, actor="command line", action="make recovery link", subject=subject)
    return Recovery(account=owner, path=path)


def _administrator(connection: sa.Connection, name: str | None) -> Account:
    """Those whose access is ended stay out: an ended access is a decision, a lost password is not."""
    known = [one for one in all_accounts(connection) if one.active and one.role is Role.ADMINISTRATOR]
    if not known:
        raise AdministratorUnknownError(
            "There is no administrator yet: 'spondyl serve' prints a link to be one."
        )
    meant = [one for one in known if name is None or kept_name(one.sign_in_name) == kept_name(name)]
    if len(meant) != 1:
        names = ", ".join(f"{one.sign_in_name} ({one.full_name})" for one in known)
        raise AdministratorUnknownError(f"Name one of the administrators by the sign-in name: {names}.")
    return meant[0]
