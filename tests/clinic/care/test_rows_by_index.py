"""Claims: what a page asks about all documents, or about the changes of a visit, is found in an index, also in a chart
that an earlier version made; a plain booking writes nothing that the index of changes would have to hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.clinic.care.newest_rows import newest_due, newest_of_people, rows_since, unsigned_rows
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.booking_changes import recent_changes
from spondyl.clinic.chart.booking_erasure import erase_bookings
from spondyl.clinic.chart.documents import newest_of_each
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.tables.booking import booking_changes
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.who_came import _called_off

NEW = {
    "documents": {"ix_documents_due", "ix_documents_newest", "ix_documents_recent"},
    "booking_changes": {"ix_booking_changes_appointment", "ix_booking_changes_at"},
}
Asking = Callable[[sa.Connection], object]


def plans(connection: sa.Connection, ask: Asking) -> list[str]:
    """How the embedded file would find the rows of every statement that ``ask`` sends."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    ask(connection)
    sa.event.remove(connection, "before_cursor_execute", note)
    return [
        row[-1]
        for statement, values in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (
            lambda c: rows_since(c, kind="intake", since=now_of(c)),
            "ix_documents_recent (kind=? AND made_at>?)",
        ),
        (lambda c: unsigned_rows(c, kind="exam"), "ix_documents_recent (kind=?)"),
        (
            lambda c: newest_due(c, kind="plan", first=date(2026, 1, 1), last=date(2027, 1, 1)),
            "COVERING INDEX ix_documents_due (kind=? AND due_on>? AND due_on<?)",
        ),
        (lambda c: unsigned_rows(c, kind="exam", person_id="ana"), "ix_documents_newest (person_id=?"),
        (
            lambda c: newest_of_people(c, kinds=("intake", "exam"), people=["ana", "bo"]),
            "COVERING INDEX ix_documents_newest (person_id=?",
        ),
        (
            lambda c: newest_of_each(c, kind="exam", person_id="ana"),
            "COVERING INDEX ix_documents_newest (person_id=?",
        ),
        (lambda c: _called_off(c, ["a"]), "ix_booking_changes_appointment (appointment=?)"),
        (lambda c: recent_changes(c, visit="a"), "ix_booking_changes_appointment (appointment=?)"),
        (lambda c: recent_changes(c, person="ana"), "ix_booking_changes_appointment (appointment=?)"),
    ],
)
def test_rows_are_found_by_an_index(embedded_engine: sa.Engine, ask: Asking, index: str) -> None:
    with reading(embedded_engine) as connection:
        found = plans(connection, ask)
    assert any(index in one for one in found), found
    assert not [
        one for one in found if one.split()[:2] in (["SCAN", "documents"], ["SCAN", "booking_changes"])
    ]


def test_a_visit_that_is_erased_is_looked_for_among_its_own_changes(embedded_engine: sa.Engine) -> None:
    """Once to delete them, and once by the foreign key for each visit that is deleted."""
    with writing(embedded_engine) as connection:
        found = plans(connection, lambda one: erase_bookings(one, "ana"))
    of_changes = [one for one in found if "booking_changes" in one]
    assert len(of_changes) == 2
    assert all("ix_booking_changes_appointment (appointment=?)" in one for one in of_changes), found


def test_a_chart_of_an_earlier_version_gets_the_indexes(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        for name in ("ix_documents_newest", "ix_documents_recent", "ix_booking_changes_appointment"):
            connection.execute(sa.text(f"DROP INDEX {name}"))
        connection.execute(sa.text("CREATE INDEX ix_documents_person_id_kind ON documents (person_id, kind)"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0011_absent_things'"))
    upgrade(engine)
    with reading(engine) as connection:
        look = sa.inspect(connection)
        found = {table: {one["name"] for one in look.get_indexes(table)} for table in NEW}
    assert found == NEW


def test_a_plain_booking_is_no_change(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(utc(3, 18)), person=bookings.people[0], actor="desk")
        assert connection.execute(sa.select(sa.func.count()).select_from(booking_changes)).scalar_one() == 0
