"""Claim: to refuse overlaps the embedded file looks into one index and reads no row of the claims besides, also in a
chart that an earlier version made."""

import sqlalchemy as sa

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import reading, writing

OVERLAPPING = (
    "SELECT 1 FROM claims AS other WHERE other.resource = 'provider ana' AND other.lane = 0 AND other.exclusive = 1 "
    "AND (1 OR other.office <> 'yl') AND other.starts_s < 2 AND other.starts_s > 1 AND other.ends_s > 1"
)


def plan(engine: sa.Engine) -> str:
    with reading(engine) as connection:
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {OVERLAPPING}").all())


def test_the_index_holds_all_that_is_asked(embedded_engine: sa.Engine) -> None:
    assert "USING COVERING INDEX ix_claims_overlaps" in plan(embedded_engine)


def test_a_chart_of_an_earlier_version_gets_the_index(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(utc(3, 18)), person=bookings.people[0], actor="desk")
        connection.execute(sa.text("DROP INDEX ix_claims_overlaps"))
        connection.execute(sa.text("CREATE INDEX ix_claims_resource_starts_s ON claims (resource, starts_s)"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0008_folded_names'"))
    upgrade(bookings.engine)
    with reading(bookings.engine) as connection:
        names = {one["name"] for one in sa.inspect(connection).get_indexes("claims")}
    assert "ix_claims_overlaps" in names
    assert "ix_claims_resource_starts_s" not in names
