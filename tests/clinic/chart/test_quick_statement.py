"""Claim: a statement given to libpq as it is answers, begins its transaction and fails like any other on PostgreSQL."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from clinic_charts import watched
from spondyl.clinic.chart.engine import driver_in_transaction
from spondyl.clinic.chart.quick_statement import QuickStatement, array_text, quoted
from spondyl.clinic.chart.transaction import reading, writing

PARTS = QuickStatement(
    "parts",
    "SELECT CAST(%(none)s AS text), part, place FROM unnest(CAST(%(parts)s AS text[])) "
    "WITH ORDINALITY AS p(part, place) WHERE place = CAST(%(which)s AS int)",
)
ODD = ["plain", 'a "quoted" one', "back\\slash", "{a,b}", "", "NULL", "ÁñŻ 脊椎", "two\nlines", "it's 100 %"]


def part(connection: sa.Connection, which: int) -> list[str | None]:
    return PARTS.row(
        connection, {"none": None, "parts": array_text(map(quoted, ODD)), "which": str(which + 1)}
    )


def test_texts_come_back_as_they_were_given_whether_it_begins_the_transaction_or_not(
    postgres_engine: sa.Engine,
) -> None:
    for which, odd in enumerate(ODD):
        with writing(postgres_engine) as connection:
            assert part(connection, which) == [None, odd, str(which + 1)]
            assert part(connection, which) == [None, odd, str(which + 1)]


def test_it_is_prepared_again_after_the_driver_took_everything_back(postgres_engine: sa.Engine) -> None:
    for _ in range(3):
        with writing(postgres_engine) as connection:
            assert part(connection, 0)[1] == "plain"
            driver_in_transaction(connection).execute("DEALLOCATE ALL")


def test_what_it_wrote_goes_with_its_transaction(postgres_engine: sa.Engine) -> None:
    values = "VALUES (CAST(%(lane)s AS int), 7, '') RETURNING sequence"
    write_head = QuickStatement("head", f"INSERT INTO audit_heads (lane, sequence, seal) {values}")
    with pytest.raises(RuntimeError), writing(postgres_engine) as connection:
        assert write_head.row(connection, {"lane": "90"}) == ["7"]
        raise RuntimeError
    with writing(postgres_engine) as connection:
        write_head.row(connection, {"lane": "91"})
    with pytest.raises(psycopg.IntegrityError), writing(postgres_engine) as connection:
        write_head.row(connection, {"lane": "91"})
    with reading(postgres_engine) as connection:
        found = connection.exec_driver_sql("SELECT lane FROM audit_heads WHERE lane >= 90").scalars().all()
    assert found == [91]


def test_nothing_is_cut_off_at_the_character_nul(postgres_engine: sa.Engine) -> None:
    with pytest.raises(ValueError, match="NUL"), writing(postgres_engine) as connection:
        PARTS.row(connection, {"none": "a\0b", "parts": "{}", "which": "1"})


@pytest.mark.alone
def test_other_threads_run_while_it_waits_for_the_server(postgres_engine: sa.Engine) -> None:
    slow = QuickStatement("slow", "SELECT pg_sleep(CAST(%(seconds)s AS float))")

    def wait() -> None:
        with writing(postgres_engine) as connection:
            slow.row(connection, {"seconds": "0.5"})

    took_s, longest_pause_s = watched(wait)
    assert took_s >= 0.5
    assert longest_pause_s < 0.4


def test_who_is_interrupted_half_way_leaves_no_connection_to_the_next(
    postgres_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("spondyl.clinic.chart.quick_statement._next_result", interrupted)
        with (
            pytest.raises((KeyboardInterrupt, OperationalError)),
            writing(postgres_engine) as connection,
        ):
            part(connection, 0)
    with writing(postgres_engine) as connection:
        assert part(connection, 0)[1] == "plain"
