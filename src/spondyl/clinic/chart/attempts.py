"""Attempts to sign in, counted per account and per address, so that nobody can try passwords at will."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import kept_name
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.postgres_turn import Turn, take_turn
from spondyl.clinic.chart.tables import sign_in_attempts
from spondyl.clinic.chart.tables.column_types import ID_LENGTH, new_id

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


class TooManyAttemptsError(Exception):
    """This account or this address failed too often in the last quarter of an hour."""

    def __init__(self) -> None:
        super().__init__(
            "There were too many failed sign-ins by this name or from this address; try again in 15 minutes."
        )


class ChallengeUsedError(Exception):
    """An answer to this challenge was looked at before; each is good once."""


def begin_attempt(connection: sa.Connection, *, sign_in_name: str, address: str) -> str:
    """Count an attempt as failed before its password is looked at, so that many at once get no more; its identifier.

    Forgets attempts older than a day. Raises ``TooManyAttemptsError``.
    """
    name = _counted(sign_in_name)
    of_account = _failed(connection, sign_in_attempts.c.sign_in_name == name)
    if of_account >= PER_ACCOUNT:
        raise TooManyAttemptsError
    return _begin(connection, new_id(), name, address)


def begin_proof(connection: sa.Connection, *, challenge: bytes, address: str) -> str:
    """Count an answer to a passkey's challenge as failed before it is looked at; its identifier.

    It counts for the address alone: no number of tries finds a signature, and who guesses at an account's password must
    not shut its passkey out. Raises ``TooManyAttemptsError`` and ``ChallengeUsedError``.
    """
    attempt = hashlib.sha256(challenge).hexdigest()[:ID_LENGTH]
    take_turn(connection, Turn.SIGN_IN)
    if connection.execute(sa.select(sign_in_attempts.c.id).where(sign_in_attempts.c.id == attempt)).first():
        raise ChallengeUsedError
    return _begin(connection, attempt, "", address)


def attempt_succeeded(connection: sa.Connection, attempt: str) -> None:
    """Take an attempt out of the count of failed ones."""
    changed = sign_in_attempts.update().where(sign_in_attempts.c.id == attempt).values(succeeded=True)
    connection.execute(changed)


def _begin(connection: sa.Connection, attempt: str, name: str, address: str) -> str:
    if _failed(connection, sign_in_attempts.c.address == address) >= PER_ADDRESS:
        raise TooManyAttemptsError
    now = now_of(connection)
    connection.execute(sign_in_attempts.delete().where(sign_in_attempts.c.at < now - timedelta(days=1)))
    values = {"id": attempt, "sign_in_name": name, "address": address, "at": now, "succeeded": False}
    connection.execute(sign_in_attempts.insert().values(**values))
    return attempt


def _failed(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    take_turn(connection, Turn.SIGN_IN)
    now = now_of(connection)
    # Not those of a clock that was far ahead and was set back: they would lock the name until that time comes.
    lately = sa.and_(sign_in_attempts.c.at > now - WINDOW, sign_in_attempts.c.at < now + WINDOW)
    counted = sa.select(sa.func.count()).where(lately, sign_in_attempts.c.succeeded.is_(False), which)
    return connection.execute(counted).scalar_one()


def _counted(sign_in_name: str) -> str:
    """The name by which attempts are counted: the account's own, so that a space more is not another ten guesses."""
    return kept_name(sign_in_name)[:100]
