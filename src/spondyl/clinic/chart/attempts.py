"""Failed sign-ins, counted per account and per address, so that nobody can try passwords at will."""

from datetime import timedelta

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import plain_name
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables import sign_in_attempts
from spondyl.clinic.chart.tables.column_types import new_id

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


def note_attempt(connection: sa.Connection, *, sign_in_name: str, address: str, succeeded: bool) -> None:
    """Remember an attempt; forgets those older than a day."""
    now = now_of(connection)
    connection.execute(sign_in_attempts.delete().where(sign_in_attempts.c.at < now - timedelta(days=1)))
    values = {"id": new_id(), "sign_in_name": _counted(sign_in_name), "address": address}
    connection.execute(sign_in_attempts.insert().values(**values, at=now, succeeded=succeeded))


def too_many(connection: sa.Connection, *, sign_in_name: str, address: str) -> bool:
    """True when this account or this address failed too often in the last quarter of an hour."""
    failed = sa.and_(
        sign_in_attempts.c.at > now_of(connection) - WINDOW, sign_in_attempts.c.succeeded.is_(False)
    )
    of_account = sa.select(sa.func.count()).where(
        failed, sign_in_attempts.c.sign_in_name == _counted(sign_in_name)
    )
    of_address = sa.select(sa.func.count()).where(failed, sign_in_attempts.c.address == address)
    return (
        connection.execute(of_account).scalar_one() >= PER_ACCOUNT
        or connection.execute(of_address).scalar_one() >= PER_ADDRESS
    )


def _counted(sign_in_name: str) -> str:
    """The name by which attempts are counted: the account's own, so that a space more is not another ten guesses."""
    return plain_name(sign_in_name)[:100]
