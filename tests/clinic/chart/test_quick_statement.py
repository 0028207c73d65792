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
WRITE_HEAD = QuickStatement(
    "head",
    "INSERT INTO audit_heads (lane, sequence, seal) VALUES (CAST(%(lane)s AS int), 7, '') RETURNING sequence",
)
ODD = ["plain", 'a "quoted" one', "back\\slash", "{a,b}", "", "NULL", "ÁñŻ 脊椎", "two\nlines", "it's 100 %"]


def part(connection: sa.Connection, which: int) -> list[str | None]:
    return PARTS.row(
        connection, {"none": None, "parts": array_text(map(quoted, ODD)), "which": str(which + 1)}
    )


def lanes_over_90(engine: sa.Engine) -> list[int]:
    with reading(engine) as connection:
        found = connection.exec_driver_sql("SELECT lane FROM audit_heads WHERE lane >= 90 ORDER BY lane")
        return list(found.scalars())


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
    with pytest.raises(RuntimeError), writing(postgres_engine) as connection:
        assert WRITE_HEAD.row(connection, {"lane": "90"}) == ["7"]
        raise RuntimeError
    with writing(postgres_engine) as connection:
        WRITE_HEAD.row(connection, {"lane": "91"})
    with pytest.raises(psycopg.IntegrityError), writing(postgres_engine) as connection:
        WRITE_HEAD.row(connection, {"lane": "91"})
    assert lanes_over_90(postgres_engine) == [91]


def test_nothing_is_cut_off_at_the_character_nul(postgres_engine: sa.Engine) -> None:
    with pytest.raises(ValueError, match="NUL"), writing(postgres_engine) as connection:
        PARTS.row(connection, {"none": "a\0b", "parts": "{}", "which": "1"})


def test_alone_it_is_committed_when_its_row_comes_back(postgres_engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError), writing(postgres_engine) as connection:
        assert WRITE_HEAD.row_committed(connection, {"lane": "92"}) == ["7"]
        assert lanes_over_90(postgres_engine) == [92]
        raise RuntimeError
    assert lanes_over_90(postgres_engine) == [92]


def test_alone_it_is_left_to_a_transaction_that_is_under_way(postgres_engine: sa.Engine) -> None:
    with writing(postgres_engine) as connection:
        part(connection, 0)
        assert WRITE_HEAD.row_committed(connection, {"lane": "93"}) is None
    assert lanes_over_90(postgres_engine) == []


def test_alone_it_is_prepared_again_after_the_driver_took_everything_back(postgres_engine: sa.Engine) -> None:
    for lane in ("94", "95"):
        with writing(postgres_engine) as connection:
            assert WRITE_HEAD.row_committed(connection, {"lane": lane}) == ["7"]
            driver_in_transaction(connection).execute("DEALLOCATE ALL")
    assert lanes_over_90(postgres_engine) == [94, 95]


def test_what_the_database_refuses_at_the_commit_itself_is_an_error(postgres_engine: sa.Engine) -> None:
    """The row comes first and the commit after it: only what comes last says whether it stands."""
    with writing(postgres_engine) as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE CONSTRAINT TRIGGER refuse_at_the_end AFTER INSERT ON audit_heads "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    with pytest.raises(psycopg.IntegrityError, match="too late"), writing(postgres_engine) as connection:
        WRITE_HEAD.row_committed(connection, {"lane": "96"})
    assert lanes_over_90(postgres_engine) == []


@pytest.mark.parametrize("how", ["row", "row_committed"])
def test_a_server_that_goes_away_meanwhile_is_an_operational_error(
    postgres_engine: sa.Engine, how: str
) -> None:
    end_it = QuickStatement("end_it", "SELECT pg_terminate_backend(pg_backend_pid()), CAST(%(one)s AS text)")
    with (
        pytest.raises((psycopg.OperationalError, OperationalError)),
        writing(postgres_engine) as connection,
    ):
        ask = end_it.row if how == "row" else end_it.row_committed
        ask(connection, {"one": "1"})
    with writing(postgres_engine) as connection:
        assert part(connection, 0)[1] == "plain"


@pytest.mark.alone
@pytest.mark.parametrize("how", ["row", "row_committed"])
def test_other_threads_run_while_it_waits_for_the_server(postgres_engine: sa.Engine, how: str) -> None:
    slow = QuickStatement("slow", "SELECT pg_sleep(CAST(%(seconds)s AS float))")

    def wait() -> None:
        with writing(postgres_engine) as connection:
            ask = slow.row if how == "row" else slow.row_committed
            ask(connection, {"seconds": "0.5"})

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
