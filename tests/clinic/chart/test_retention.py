"""Claims: a chart is kept through the same day of the year, by the clinic's clock, so many years after its last entry;
to erase it earlier a ground is chosen, and the log holds no word that was typed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from clinic_charts import Clock
from practices import two_offices
from spondyl.clinic.chart.erasure import (
    ErasureRefusedError,
    Ground,
    check_erasable,
    erase_person,
    kept_through,
    overdue,
)
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.tables import audit, people
from spondyl.clinic.chart.transaction import reading, writing

ANA = PersonDetails(given_name="Ana", family_name="Ruiz")
PACIFIC = ZoneInfo("America/Los_Angeles")


def kept_on(engine: sa.Engine, person_id: str, *, years: int) -> bool:
    """Whether the list and the form say so; both must say the same."""
    with reading(engine) as connection:
        listed = [one.person.id for one in overdue(connection, retention_years=years).shown]
        try:
            check_erasable(connection, person_id, retention_years=years, ground=None)
        except ErasureRefusedError:
            assert listed == []
            return True
        assert listed == [person_id]
        return False


@pytest.mark.parametrize(
    ("entered", "years", "last_day"),
    [
        (datetime(2016, 1, 1, 20, tzinfo=PACIFIC), 10, date(2026, 1, 1)),  # three leap days between
        (datetime(2026, 3, 2, 20, tzinfo=PACIFIC), 10, date(2036, 3, 2)),  # the next day in UTC
        (datetime(2025, 3, 1, 9, tzinfo=PACIFIC), 1, date(2026, 3, 1)),
        (datetime(2024, 2, 29, 9, tzinfo=PACIFIC), 10, date(2034, 3, 1)),
    ],
)
def test_a_chart_is_kept_through_its_last_day_by_the_clinics_clock(
    engine: sa.Engine, clock: Clock, entered: datetime, years: int, last_day: date
) -> None:
    clock.moment = entered.astimezone(UTC)
    with writing(engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        ana = add_person(connection, ANA, actor="test").id
        assert kept_through("America/Los_Angeles", entered, retention_years=years) == last_day
    midnight = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), PACIFIC)
    clock.moment = midnight.astimezone(UTC) - timedelta(seconds=1)
    assert kept_on(engine, ana, years=years)
    clock.moment = midnight.astimezone(UTC)
    assert not kept_on(engine, ana, years=years)


def test_the_log_says_in_the_clinics_own_words_why_a_chart_was_erased_early(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        ana = add_person(connection, replace(ANA, synthetic=True), actor="test").id
        with pytest.raises(ErasureRefusedError, match="kept through 2036-03-02; to erase it now, choose why"):
            erase_person(connection, ana, retention_years=10, ground=None, actor="admin")
        erase_person(connection, ana, retention_years=10, ground=Ground.ORDER, actor="admin")
        (detail,) = connection.execute(
            sa.select(audit.c.detail).where(audit.c.action == "erase person")
        ).scalars()
    assert detail == '{"document_versions":0,"reason":"a court or an authority ordered it"}'


def test_ten_thousand_charts_are_listed_by_few_questions_to_the_database(
    embedded_engine: sa.Engine, clock: Clock
) -> None:
    with writing(embedded_engine) as connection:
        first = add_person(connection, ANA, actor="test")
        row = dict(connection.execute(sa.select(people)).mappings().one())
        many = [{**row, "id": f"{number:032d}", "record_number": 2000 + number} for number in range(9_999)]
        connection.execute(people.insert(), many)
    clock.advance(timedelta(days=11 * 366))
    asked: list[str] = []
    event.listen(embedded_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with reading(embedded_engine) as connection:
        found = overdue(connection, retention_years=10)
    assert (found.count, len(found.shown)) == (10_000, 200)
    assert len(asked) < 10 and first.created_at == found.shown[0].last_entry_at
