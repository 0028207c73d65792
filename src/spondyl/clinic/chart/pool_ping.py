"""Ask a connection to a server whether it still lives, but only one that nobody used for a while.

Asking before every transaction costs a way to the server and back each time.
"""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

PAUSE_S = 2.0
_IDLE_SINCE = "spondyl_idle_since_s"


def ping_after_a_pause(engine: sa.Engine, *, pause_s: float = PAUSE_S) -> None:
    """Have the pool replace connections that are dead after ``pause_s`` seconds in it."""
    dialect: Any = engine.dialect

    def note(_: Any, record: Any) -> None:
        record.info[_IDLE_SINCE] = time.monotonic()

    def ask(dbapi_connection: Any, record: Any, _: Any) -> None:
        since = record.info.get(_IDLE_SINCE)
        if since is None or time.monotonic() - since < pause_s:
            return
        # _do_ping_w_event is what pool_pre_ping itself calls: false when the server is gone.
        if not dialect._do_ping_w_event(dbapi_connection):
            raise DisconnectionError("the server ended this connection while nobody used it")

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)
