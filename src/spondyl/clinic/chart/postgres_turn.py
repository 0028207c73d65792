"""Turns on PostgreSQL: who must see what others wrote waits for them. The embedded file has one writer anyway."""

from enum import IntEnum

import sqlalchemy as sa

from spondyl.clinic.chart.engine import is_embedded

_TAKE = sa.text("SELECT pg_advisory_xact_lock(:of)")
_TAKE_OF_NAME = sa.text("SELECT pg_advisory_xact_lock(:of, hashtext(:name))")


class Turn(IntEnum):
    """What turns are taken for, by the number of PostgreSQL's advisory lock."""

    WAITLIST = 7406381
    """The line of those who wait for a time is read and written by one at a time."""
    RECORD_NUMBER = 7406382
    """No two new patients take one record number."""
    SIGN_IN = 7406383
    """Each attempt to sign in counts those before it."""
    ACCOUNTS = 7406384
    """No two accounts take one name, or one person at the provider; a set-up link makes one account."""
    SAME_NAME = 7406385
    """Two who look for one name, as after a double press, find the same chart; there is one of each name."""


def take_turn(connection: sa.Connection, of: Turn, name: str | None = None) -> None:
    """Wait until nobody else has this turn, or this one of a name, and keep it till the transaction ends.

    Taking it again is free.
    """
    if is_embedded(connection):
        return
    if name is None:
        connection.execute(_TAKE, {"of": of})
    else:
        connection.execute(_TAKE_OF_NAME, {"of": of, "name": name})
