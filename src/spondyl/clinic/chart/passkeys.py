"""Passkeys of accounts: the public half of a key that stays in the person's device."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import (
    Account,
    AccountUnknownError,
    account,
    an_administrator_stays,
    end_sessions,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables import passkeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey: WebAuthn's credential identifier (base64url), COSE public key (hex) and signature counter."""

    credential_id: str
    account_id: str
    public_key: str
    sign_count: int
    label: str
    created_at: datetime


def add_passkey(
    connection: sa.Connection,
    *,
    owner: Account,
    credential_id: str,
    public_key: str,
    sign_count: int,
    label: str,
) -> None:
    """Add a passkey that has proved itself."""
    values = {"credential_id": credential_id, "account_id": owner.id, "public_key": public_key}
    named = label.strip()[:60] or "Passkey"
    connection.execute(
        passkeys.insert().values(**values, sign_count=sign_count, label=named, created_at=now_of(connection))
    )
    subject = f"account {owner.sign_in_name}"
    record(
        connection, actor=owner.sign_in_name, action="add passkey", subject=subject, detail={"label": named}
    )


def passkeys_of(connection: sa.Connection, account_id: str) -> list[Passkey]:
    """An account's passkeys, the oldest first."""
    rows = connection.execute(
        sa.select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.created_at)
    ).mappings()
    return [Passkey(**row) for row in rows]


def passkey(connection: sa.Connection, credential_id: str) -> tuple[Passkey, Account] | None:
    """A passkey with its account; None when it is not known or the account may not sign in."""
    row = (
        connection.execute(sa.select(passkeys).where(passkeys.c.credential_id == credential_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    owner = account(connection, row["account_id"])
    return (Passkey(**row), owner) if owner.active else None


def note_use(connection: sa.Connection, credential_id: str, *, sign_count: int) -> None:
    """Keep the counter, by which a copied passkey shows."""
    changed = passkeys.update().where(passkeys.c.credential_id == credential_id).values(sign_count=sign_count)
    connection.execute(changed)


def remove_passkeys(connection: sa.Connection, account_id: str, *, actor: str) -> int:
    """Forget every passkey of an account, whose device was lost, and end its sessions; returns how many there were."""
    name = account(connection, account_id).sign_in_name
    with an_administrator_stays(connection):
        gone = connection.execute(passkeys.delete().where(passkeys.c.account_id == account_id)).rowcount
    end_sessions(connection, account_id)
    record(
        connection, actor=actor, action="remove passkeys", subject=f"account {name}", detail={"count": gone}
    )
    return gone


def remove_passkey(connection: sa.Connection, credential_id: str, *, account: Account) -> None:
    """Forget a passkey of this account; raises ``AccountUnknownError`` and ``AccountInvalidError``."""
    mine = sa.and_(passkeys.c.credential_id == credential_id, passkeys.c.account_id == account.id)
    with an_administrator_stays(connection):
        gone = connection.execute(passkeys.delete().where(mine)).rowcount
    if gone == 0:
        raise AccountUnknownError("This account has no such passkey.")
    name = account.sign_in_name
    record(connection, actor=name, action="remove passkey", subject=f"account {name}")
