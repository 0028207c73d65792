"""Claims: kill -9 during writes loses no acknowledged row and leaves the audit chain whole, on both databases.

The full count, 1,000, is benchmarks/chart_kill.py; the figures are in docs/reference/performance.md.
"""

import pytest

from chart_kill import Outcome, place, run


def held(outcome: Outcome, *, strikes: int) -> None:
    assert outcome.lost == 0
    assert outcome.twice == 0
    assert outcome.chain_sound
    assert outcome.acknowledged >= strikes
    assert outcome.audit_rows >= outcome.acknowledged


def test_the_embedded_file_keeps_what_it_acknowledged() -> None:
    with place("embedded") as (url, _):
        held(run(url, kills=15, name="embedded"), strikes=15)


def test_nor_is_one_lost_or_twice_where_writers_carry_each_other_s_bookings() -> None:
    with place("embedded") as (url, _):
        held(run(url, kills=15, beside=3, name="embedded"), strikes=15)


@pytest.mark.usefixtures("postgres")  # says 'not run' where there is none
def test_postgresql_keeps_it_when_writer_or_server_die() -> None:
    with place("postgresql") as (url, crash):
        held(run(url, kills=10, crashes=2, crash=crash, name="postgresql"), strikes=12)


def test_a_lost_row_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: a database that shows nothing loses everything."""
    monkeypatch.setattr("chart_kill.present", lambda _: set())
    with place("embedded") as (url, _):
        assert run(url, kills=1, name="embedded").lost > 0
