"""Who changes the waitlist waits here first, so that nobody who holds a visit waits for somebody who holds the line."""

import sqlalchemy as sa

from spondyl.clinic.chart.audit import write_turn_lane
from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.postgres_turn import Turn, take_turn


def take_waitlist_turn(connection: sa.Connection) -> None:
    """Take the turn until the transaction ends, before any visit is locked: the line first, then visits, then claims.

    Taking it again is free. The embedded file has one writer anyway. What is read of the line afterwards stands.
    """
    take_turn(connection, Turn.WAITLIST)
    if not is_embedded(connection):
        write_turn_lane(connection)
