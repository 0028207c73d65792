"""Claim: a test's PostgreSQL chart is empty and as it was migrated, also where one was lent before: rows are deleted,
and what is otherwise changed, or still open, is not lent again."""

import sqlalchemy as sa

from clinic_charts import SECRET
from postgres_charts import PostgresCharts
from postgres_server import PostgresServer
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.engine import open_engine
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing

CHANGES = (
    "ALTER TABLE audit DISABLE TRIGGER audit_no_delete",
    "UPDATE alembic_version SET version_num = 'earlier'",
    "CREATE TABLE another (id int)",
    "DROP TABLE signatures",
    "ANALYZE alembic_version",
)


def test_a_chart_whose_rows_alone_were_changed_is_emptied_and_lent_again(
    postgres: PostgresServer, postgres_charts: PostgresCharts
) -> None:
    unused = PostgresCharts(postgres, like=postgres_charts.like)  # none that is nearly full already
    with unused.lent() as first:
        engine = open_engine(first, key=SECRET)
        with writing(engine) as connection:
            add_account(
                connection,
                sign_in_name="ana",
                full_name="Ana",
                role=Role.CLINICIAN,
                password=None,
                actor="test",
            )
        engine.dispose()
    with unused.lent() as second:
        engine = open_engine(second, key=SECRET)
        assert second == first
        tables = [one for one in sa.inspect(engine).get_table_names() if one != "alembic_version"]
        with engine.connect() as connection:
            counts = {
                one: connection.exec_driver_sql(f"SELECT count(*) FROM {one}").scalar() for one in tables
            }
        assert len(counts) > 20 and set(counts.values()) == {0}
        engine.dispose()


def test_a_chart_that_was_otherwise_changed_or_is_still_open_is_not(postgres_charts: PostgresCharts) -> None:
    lent = list[str]()
    for change in CHANGES:
        with postgres_charts.lent() as url:
            engine = sa.create_engine(url)
            with engine.begin() as connection:
                connection.exec_driver_sql(change)
            engine.dispose()
        lent.append(url)
    with postgres_charts.lent() as url:
        left_open = sa.create_engine(url).connect()
    lent.append(url)
    with postgres_charts.lent() as url:
        assert len({*lent, url}) == len(CHANGES) + 2
    left_open.invalidate()
