"""Staff accounts: add, change, check a password."""

import functools
import hashlib
import secrets
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.postgres_turn import Turn, take_turn
from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.chart.tables import accounts, passkeys, sessions
from spondyl.clinic.chart.tables.column_types import new_id

PASSWORD_LENGTH = 12
LAST_ADMINISTRATOR = (
    "This is the last administrator who can sign in; make another one first, with a password, or nobody could "
    "manage accounts."
)
CHANGED_MEANWHILE = (
    "Somebody else changed this account while the page was open, and nothing was changed now. It is shown as it is; "
    "look at it, then save what should be."
)
NO_ACCOUNTS = {
    "clinic": "the clinic's program",
    "demo": "set-up of the demo",
    "nobody": "nobody signed in",
    "patient link": "patient by link",
}
"""Who acts without an account and whose name in the log is no words yet. No account takes such a name."""


class AccountInvalidError(ValueError):
    """An account cannot be as entered; the message says why, and ``field`` in which field of the form."""

    def __init__(self, why: str, *, field: str = "") -> None:
        super().__init__(why)
        self.field = field


class AccountUnknownError(LookupError):
    """There is no such account."""


class AccountExistsError(RuntimeError):
    """A first administrator is asked for where there are accounts already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member of the staff. An inactive account cannot sign in; accounts stay: the log names them."""

    id: str
    sign_in_name: str
    full_name: str
    role: Role
    active: bool
    has_password: bool
    oidc_subject: str | None
    created_at: datetime

    @property
    def standing(self) -> str:
        """What a form shows to be changed, as it travels with the form."""
        return f"{self.role.value}|{'yes' if self.active else 'no'}|{self.full_name}"


def add_account(
    connection: sa.Connection,
    *,
    sign_in_name: str,
    full_name: str,
    role: Role,
    password: str | None,
    actor: str,
) -> Account:
    """Add an account; without a password it signs in by passkey or single sign-on only."""
    name, shown_name = _checked_name(sign_in_name), _checked_full_name(full_name)
    if role not in STAFF:
        raise AccountInvalidError(f"The role {role.value!r} is not one of the staff's.")
    take_turn(connection, Turn.ACCOUNTS)
    if _row_named(connection, name) is not None:
        raise AccountInvalidError(f"The sign-in name {name!r} is taken; choose another.", field="name")
    account_id = new_id()
    values = {"id": account_id, "sign_in_name": name, "full_name": shown_name, "role": role.value}
    hashed = None if password is None else hash_password(password)
    connection.execute(
        accounts.insert().values(**values, password_hash=hashed, active=True, created_at=now_of(connection))
    )
    record(
        connection, actor=actor, action="add account", subject=f"account {name}", detail={"role": role.value}
    )
    return account(connection, account_id)


def add_first_administrator(
    connection: sa.Connection, *, sign_in_name: str, full_name: str, password: str, actor: str
) -> Account:
    """Add the account that adds all others; raises ``AccountExistsError`` when there is one, also one added at once."""
    take_turn(connection, Turn.ACCOUNTS)
    if all_accounts(connection):
        raise AccountExistsError("An administrator exists already.")
    return add_account(
        connection,
        sign_in_name=sign_in_name,
        full_name=full_name,
        role=Role.ADMINISTRATOR,
        password=password,
        actor=actor,
    )


def account(connection: sa.Connection, account_id: str) -> Account:
    """The account with this identifier; raises ``AccountUnknownError``."""
    return _one(connection, accounts.c.id == account_id)


def kept_name(sign_in_name: str) -> str:
    """A sign-in name as accounts keep it, however it was typed: capitals and spaces around it do not count.

    Nor does how an accent was typed: composed (NFC, Unicode Standard Annex 15) or, as a Mac may send it, apart.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", sign_in_name.strip()).casefold())


def account_named(connection: sa.Connection, sign_in_name: str) -> Account:
    """The account with this sign-in name; raises ``AccountUnknownError``."""
    row = _row_named(connection, sign_in_name)
    if row is None:
        raise AccountUnknownError("There is no such account.")
    return _account(row)


def all_accounts(connection: sa.Connection) -> list[Account]:
    """Every account, by name."""
    return [_account(row) for row in connection.execute(sa.select(accounts).order_by(accounts.c.full_name))]


def display_names(connection: sa.Connection) -> dict[str, str]:
    """The full name behind every sign-in name, of those who left too."""
    rows = connection.execute(sa.select(accounts.c.sign_in_name, accounts.c.full_name))
    return {row.sign_in_name: row.full_name for row in rows}


def change_account(
    connection: sa.Connection,
    account_id: str,
    *,
    role: Role,
    active: bool,
    actor: str,
    full_name: str | None = None,
    seen: str | None = None,
) -> Account:
    """Change role, access or full name; ends the account's sessions. The last administrator who can sign in stays one.

    ``seen`` is the ``standing`` that whoever changes it was shown: a page that was open while a colleague ended the
    access does not give it back. What was signed keeps the name that it says.
    """
    take_turn(connection, Turn.ACCOUNTS)
    before = account(connection, account_id)
    if seen is not None and seen != before.standing:
        raise AccountInvalidError(CHANGED_MEANWHILE)
    if role not in STAFF:
        raise AccountInvalidError(f"The role {role.value!r} is not one of the staff's.")
    keeps = role is Role.ADMINISTRATOR and active
    was_one = before.role is Role.ADMINISTRATOR and before.active
    if was_one and not keeps and not _administrators(connection) - {account_id}:
        raise AccountInvalidError(LAST_ADMINISTRATOR)
    now_named = before.full_name if full_name is None else _checked_full_name(full_name)
    values = {"role": role.value, "active": active, "full_name": now_named}
    connection.execute(accounts.update().where(accounts.c.id == account_id).values(**values))
    end_sessions(connection, account_id)
    detail: dict[str, Any] = {"role": role.value, "active": active}
    if now_named != before.full_name:
        detail |= {"name_before": before.full_name, "name": now_named}
    subject = f"account {before.sign_in_name}"
    record(connection, actor=actor, action="change account", subject=subject, detail=detail)
    return account(connection, account_id)


def set_password(connection: sa.Connection, account_id: str, *, password: str, actor: str) -> None:
    """Set a new password; ends the account's sessions."""
    name = account(connection, account_id).sign_in_name
    hashed = hash_password(password)
    connection.execute(accounts.update().where(accounts.c.id == account_id).values(password_hash=hashed))
    end_sessions(connection, account_id)
    record(connection, actor=actor, action="set password", subject=f"account {name}")


def password_mark(connection: sa.Connection, account_id: str) -> str:
    """What changes with every new password, and tells nothing of it. Held until the transaction ends."""
    held = sa.select(accounts.c.password_hash).where(accounts.c.id == account_id).with_for_update()
    return hashlib.sha256((connection.execute(held).scalar_one() or "").encode()).hexdigest()[:16]


def set_oidc_subject(connection: sa.Connection, account_id: str, *, subject: str | None, actor: str) -> None:
    """Tie an account to a person at the identity provider, by "issuer|subject"; None unties it. Ends its sessions."""
    name = account(connection, account_id).sign_in_name
    take_turn(connection, Turn.ACCOUNTS)
    others = sa.and_(accounts.c.oidc_subject == subject, accounts.c.id != account_id)
    if subject and connection.execute(sa.select(accounts.c.id).where(others)).one_or_none():
        raise AccountInvalidError(
            "Another account is tied to this person at the provider; untie that one first."
        )
    with an_administrator_stays(connection):
        connection.execute(accounts.update().where(accounts.c.id == account_id).values(oidc_subject=subject))
    end_sessions(connection, account_id)
    record(connection, actor=actor, action="set single sign-on", subject=f"account {name}")


def end_sessions(connection: sa.Connection, account_id: str) -> None:
    """Sign an account out everywhere."""
    connection.execute(sessions.delete().where(sessions.c.account_id == account_id))


def account_of_subject(connection: sa.Connection, subject: str) -> Account | None:
    """The active account tied to a person at the identity provider."""
    row = connection.execute(
        sa.select(accounts).where(accounts.c.oidc_subject == subject, accounts.c.active)
    ).one_or_none()
    return _account(row) if row else None


def hash_password(password: str) -> str:
    """The argon2id hash of a password; refuses a short one."""
    if not PASSWORD_LENGTH <= len(password) <= 200:
        raise AccountInvalidError(
            f"The password has {len(password)} characters; it must have {PASSWORD_LENGTH} to 200. "
            "Four unrelated words make a good one.",
            field="password",
        )
    return _hasher().hash(password)


def password_fits(engine: sa.Engine, *, sign_in_name: str, password: str) -> Account | None:
    """The active account with this name and password, or None. Equally slow for an unknown name.

    Opens its own short transaction: argon2 takes tens of milliseconds, and no lock is held meanwhile.
    """
    with engine.connect() as connection:
        row = _row_named(connection, sign_in_name)
    if row is None or not row.active or row.password_hash is None:
        _fits(_unknown_hash(), password)
        return None
    return _account(row) if _fits(row.password_hash, password) else None


@functools.cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id, RFC 9106's low-memory profile: 64 MiB, 3 passes


@functools.cache
def _unknown_hash() -> str:
    return _hasher().hash(secrets.token_hex())


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _checked_name(sign_in_name: str) -> str:
    name = kept_name(sign_in_name)
    if not (2 <= len(name) <= 100 and name.isprintable() and " " not in name):
        raise AccountInvalidError(
            f"The sign-in name {sign_in_name!r} must have 2 to 100 characters and no space.",
            field="name",
        )
    if name in NO_ACCOUNTS:
        raise AccountInvalidError(
            f"The audit log says {name!r} of {NO_ACCOUNTS[name]}; choose another sign-in name.",
            field="name",
        )
    return name


def _checked_full_name(full_name: str) -> str:
    if not full_name.strip() or len(full_name) > 200:
        raise AccountInvalidError(
            "The full name is missing or longer than 200 characters; it stands on signatures.",
            field="full_name",
        )
    return full_name.strip()


@contextmanager
def an_administrator_stays(connection: sa.Connection) -> Generator[None]:
    """Raise ``AccountInvalidError`` when what is done inside takes the last administrator's only way in."""
    before = _administrators(connection)
    yield
    if before and not _administrators(connection):
        raise AccountInvalidError(LAST_ADMINISTRATOR)


def _administrators(connection: sa.Connection) -> set[str]:
    """The administrators who can sign in. Held, so that of two who end each other's role at once one is refused."""
    has_way_in = sa.or_(
        accounts.c.password_hash.is_not(None),
        accounts.c.oidc_subject.is_not(None),
        sa.exists().where(passkeys.c.account_id == accounts.c.id),
    )
    statement = sa.select(accounts.c.id).where(
        accounts.c.role == Role.ADMINISTRATOR.value, accounts.c.active, has_way_in
    )
    found = connection.execute(statement.order_by(accounts.c.id).with_for_update(of=accounts))
    return set(found.scalars())


def _row_named(connection: sa.Connection, sign_in_name: str) -> Any:
    """The account of a sign-in name; None when there is none. Earlier versions kept an accent as it was typed."""
    name = kept_name(sign_in_name)
    spelled = {name, unicodedata.normalize("NFD", name), sign_in_name.strip().casefold()}
    rows = connection.execute(sa.select(accounts).where(accounts.c.sign_in_name.in_(spelled))).all()
    as_typed = [row for row in rows if row.sign_in_name == sign_in_name.strip().casefold()]
    return next(iter(as_typed or rows), None)


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Account:
    row = connection.execute(sa.select(accounts).where(condition)).one_or_none()
    if row is None:
        raise AccountUnknownError("There is no such account.")
    return _account(row)


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        sign_in_name=row.sign_in_name,
        full_name=row.full_name,
        role=Role(row.role),
        active=row.active,
        has_password=row.password_hash is not None,
        oidc_subject=row.oidc_subject,
        created_at=row.created_at,
    )
