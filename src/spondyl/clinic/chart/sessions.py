"""Sessions of signed-in staff: a random token in the cookie, only its hash in the database."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import Account, account
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables import sessions

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long a session lasts without use, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that is alive. ``stale`` asks the caller to ``touch`` it."""

    token_hash: str
    account: Account
    stale: bool


def hash_token(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(connection: sa.Connection, account_id: str) -> str:
    """A new session's token (256 random bits). Signing in always makes a new one."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = now_of(connection)
    values = {"token_hash": hash_token(token), "account_id": account_id, "created_at": now, "seen_at": now}
    connection.execute(sessions.insert().values(**values))
    return token


def find_session(connection: sa.Connection, token: str, *, lifetime: Lifetime) -> Session | None:
    """The session of a token when it is alive and its account active."""
    row = connection.execute(
        sa.select(sessions).where(sessions.c.token_hash == hash_token(token))
    ).one_or_none()
    now = now_of(connection)
    if row is None or now >= row.created_at + lifetime.absolute:
        return None
    # Of a clock that was far ahead and was set back a session would live for as long as that.
    if abs(now - row.seen_at) >= lifetime.idle:
        return None
    owner = account(connection, row.account_id)
    if not owner.active:
        return None
    return Session(token_hash=row.token_hash, account=owner, stale=now >= row.seen_at + SEEN_EVERY)


def signed_in_at(connection: sa.Connection, token_hash: str) -> datetime:
    """When a session that is alive began."""
    return connection.execute(
        sa.select(sessions.c.created_at).where(sessions.c.token_hash == token_hash)
    ).scalar_one()


def touch(connection: sa.Connection, token_hash: str) -> None:
    """Note that the session is in use."""
    connection.execute(
        sessions.update().where(sessions.c.token_hash == token_hash).values(seen_at=now_of(connection))
    )


def close_session(connection: sa.Connection, token: str) -> None:
    """End a session at once."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == hash_token(token)))


def drop_expired(connection: sa.Connection, *, lifetime: Lifetime) -> int:
    """Delete sessions that can never be used again; returns how many."""
    oldest: datetime = now_of(connection) - lifetime.absolute
    idle: datetime = now_of(connection) - lifetime.idle
    dead = sa.or_(sessions.c.created_at <= oldest, sessions.c.seen_at <= idle)
    return connection.execute(sessions.delete().where(dead)).rowcount
