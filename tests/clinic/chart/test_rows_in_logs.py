"""Claims: no error of PostgreSQL that is raised, and so may be logged, quotes a row or a value of the chart; the start
says which settings would let the server's own log quote one, and how to change them."""

import traceback
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.postgres_log import KEEPS_ROWS_OUT, log_warning
from spondyl.clinic.chart.quick_statement import QuickStatement
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import reading, writing

ZENOBIA = PersonDetails(given_name="Zenobia", family_name="Quill", phone="714 555 0199")
_NAMELESS = (
    "UPDATE people SET folded_name = NULL WHERE family_name = %(id)s RETURNING id"  # DETAIL repeats the row
)


def by_sqlalchemy(connection: sa.Connection) -> None:
    connection.execute(people.update().values(folded_name=None))


def many(connection: sa.Connection) -> None:
    values = [{"one": "Quill"}, {"one": "Zenobia"}]
    connection.execute(
        people.update().where(people.c.given_name == sa.bindparam("one")).values(phone=None), values
    )


def wrong_value(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SELECT CAST(family_name AS integer) FROM people")


def quick(connection: sa.Connection) -> None:
    QuickStatement("nameless", _NAMELESS).row(connection, {"id": ZENOBIA.family_name})


def quick_within(connection: sa.Connection) -> None:
    connection.execute(sa.select(people.c.id))
    quick(connection)


def quick_alone(connection: sa.Connection) -> None:
    QuickStatement("alone", _NAMELESS).row_committed(connection, {"id": ZENOBIA.family_name})


@pytest.mark.parametrize("ask", [by_sqlalchemy, many, wrong_value, quick, quick_within, quick_alone])
def test_an_error_quotes_no_row(postgres_engine: sa.Engine, ask: Callable[[sa.Connection], None]) -> None:
    import psycopg

    with writing(postgres_engine) as connection:
        add_person(connection, ZENOBIA, actor="desk")
    with pytest.raises((DBAPIError, psycopg.Error)) as raised, postgres_engine.connect() as connection:
        ask(connection)
    logged = "".join(traceback.format_exception(raised.value))
    assert "null value in column" in logged or "invalid input syntax for type integer" in logged
    assert not [word for word in ("Zenobia:", "714 555", "Quill, ", '"Quill"', "DETAIL") if word in logged]


def test_the_start_names_the_settings_that_would_put_rows_into_the_server_s_log(
    postgres_engine: sa.Engine, embedded_engine: sa.Engine
) -> None:
    with reading(postgres_engine) as connection:
        connection.exec_driver_sql("SET log_parameter_max_length_on_error = -1")
        told = log_warning(connection)
        assert told and all(f"SET {name} = {value};" in told for name, value in KEEPS_ROWS_OUT.items())
        for name, value in KEEPS_ROWS_OUT.items():
            connection.exec_driver_sql(f"SET {name} = {value}")
        assert log_warning(connection) is None
    with reading(embedded_engine) as connection:
        assert log_warning(connection) is None
