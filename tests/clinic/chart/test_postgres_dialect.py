"""Claim: a transaction on PostgreSQL that is ended straight through libpq ends like any other."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic_charts import watched
from spondyl.clinic.chart.tables import audit_heads
from spondyl.clinic.chart.transaction import reading, writing


def write_lane(connection: sa.Connection, lane: int) -> None:
    connection.execute(audit_heads.insert().values(lane=lane, sequence=1, seal=""))


def lanes(engine: sa.Engine) -> list[int]:
    with reading(engine) as connection:
        found = connection.execute(sa.select(audit_heads.c.lane).where(audit_heads.c.lane >= 90))
        return sorted(found.scalars())


def check_at_commit(engine: sa.Engine, table: str, words: str) -> None:
    """Have the database run PL/pgSQL when a transaction that wrote into a table is committed."""
    with writing(engine) as connection:
        connection.exec_driver_sql(
            f"CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {words} RETURN NULL; END'"
        )
        connection.exec_driver_sql(
            f"CREATE CONSTRAINT TRIGGER late AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION at_commit()"
        )


def test_what_the_database_refuses_at_the_commit_is_an_error_and_undone(postgres_engine: sa.Engine) -> None:
    refuse = "RAISE EXCEPTION ''too late'' USING ERRCODE = ''integrity_constraint_violation'';"
    check_at_commit(postgres_engine, "audit_heads", refuse)
    with pytest.raises(IntegrityError, match="too late"), writing(postgres_engine) as connection:
        write_lane(connection, 90)
    assert lanes(postgres_engine) == []


def test_a_server_that_goes_before_the_commit_is_an_error_and_the_next_gets_another_connection(
    postgres_engine: sa.Engine,
) -> None:
    with pytest.raises(DBAPIError) as raised, writing(postgres_engine) as connection:
        write_lane(connection, 91)
        end_backend(postgres_engine, connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    assert raised.value.connection_invalidated
    with writing(postgres_engine) as connection:
        write_lane(connection, 92)
    assert lanes(postgres_engine) == [92]


def end_backend(engine: sa.Engine, pid: int) -> None:
    ended = psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    with ended:
        ended.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_was_left_in_a_transaction_is_undone(postgres_engine: sa.Engine) -> None:
    with postgres_engine.connect() as connection:
        write_lane(connection, 93)
    with writing(postgres_engine) as connection:
        write_lane(connection, 94)
    assert lanes(postgres_engine) == [94]


@pytest.mark.alone
def test_other_threads_run_while_it_commits(postgres_engine: sa.Engine) -> None:
    check_at_commit(postgres_engine, "audit_heads", "PERFORM pg_sleep(0.5);")

    def write() -> None:
        with writing(postgres_engine) as connection:
            write_lane(connection, 95)

    took_s, longest_pause_s = watched(write)
    assert took_s >= 0.5
    assert longest_pause_s < 0.4
    assert lanes(postgres_engine) == [95]
