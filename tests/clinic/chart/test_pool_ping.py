"""A connection that the server ended while nobody used it is replaced before anybody gets it."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from spondyl.clinic.chart.pool_ping import ping_after_a_pause


def pinged(monkeypatch: pytest.MonkeyPatch, *, pause_s: float, alive: bool) -> tuple[int, bool]:
    """How often a connection used twice was asked, and whether the second user got the same one."""
    engine = sa.create_engine("sqlite://", poolclass=QueuePool)
    asked: list[Any] = []

    def ping(connection: Any) -> bool:
        asked.append(connection)
        return alive

    monkeypatch.setattr(engine.dialect, "_do_ping_w_event", ping)
    ping_after_a_pause(engine, pause_s=pause_s)
    seen: list[Any] = []
    for _ in range(2):
        with engine.connect() as connection:
            seen.append(connection.connection.dbapi_connection)
    engine.dispose()
    return len(asked), seen[0] is seen[1]


def test_a_connection_just_used_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pinged(monkeypatch, pause_s=60, alive=False) == (0, True)


def test_an_idle_connection_is_asked_and_kept_when_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pinged(monkeypatch, pause_s=0, alive=True) == (1, True)


def test_a_dead_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pinged(monkeypatch, pause_s=0, alive=False) == (1, False)
