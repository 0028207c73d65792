"""Claims: whenever the demo is made, its day's page shows a working day: today's visits, or the way to the next."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.chart.appointment_rows import appointments_between
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo.bookings import seed_bookings
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.patients import seed_patients
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.web.services import Services

EARLY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""Half past midnight of a Monday in California."""
NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
Open = Callable[[Role], Browser]


def seeded_at(services: Services, clock: Clock, moment: datetime) -> None:
    clock.moment = moment
    with writing(services.engine) as connection:
        people = seed_patients(connection)
    seed_bookings(DemoClinic(services=services, staff={}, people=people, films={}))


@pytest.mark.parametrize("moment", [EARLY, NOON])
def test_on_a_weekday_every_provider_has_visits_today(
    services: Services, clock: Clock, browser: Open, moment: datetime
) -> None:
    seeded_at(services, clock, moment)
    shown = browser(Role.FRONT_DESK).get("/today").text
    assert "Today’s visits" in shown
    for provider in ("Dr Mara Lind", "Dr Luis Ortega", "Dr Jun Park"):
        assert shown.count(provider) >= 3, provider
    assert shown.count("Dr Mara Lind") >= 8
    assert ("arrived" in shown) == (moment is NOON)


def test_who_has_been_here_is_who_was_booked_before_now(services: Services, clock: Clock) -> None:
    seeded_at(services, clock, NOON)
    with reading(services.engine) as connection:
        visits = appointments_between(
            connection, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        )
        assert verify(connection).sound
    assert len(visits) > 60
    for visit in visits:
        assert (visit.status.value == "arrived") == (visit.start < NOON), visit


def test_at_the_weekend_the_page_names_the_next_day_and_leads_there(
    services: Services, clock: Clock, browser: Open
) -> None:
    seeded_at(services, clock, SATURDAY)
    desk = browser(Role.FRONT_DESK)
    shown = desk.get("/today").text
    assert "The offices are closed today." in shown
    assert "The next visits: Monday 9 March" in shown
    assert 'href="/calendar?day=2026-03-09"' in shown
    assert shown.count("Dr Mara Lind") >= 8


def test_once_the_letters_are_files_the_front_desk_reads_that_all_is_well(
    services: Services, clock: Clock, browser: Open
) -> None:
    seeded_at(services, clock, NOON)
    BookingKeeper(services, base="http://localhost").look()
    shown = browser(Role.FRONT_DESK).get("/calendar").text
    said = re.search(r"Messages: (\d+) sent in the last 7 days, (\d+) reminders? to go within a day\.", shown)
    assert said
    assert int(said[1]) == len(list((services.data_dir / "letters").iterdir())) > 50
    assert "need a look" not in shown
    assert "on their way" not in shown


def test_one_working_day_is_closed_and_nobody_is_booked_on_it(
    services: Services, clock: Clock, browser: Open
) -> None:
    seeded_at(services, clock, NOON)
    with reading(services.engine) as connection:
        assert {one.closed for one in practice_of(connection).offices} == {(date(2026, 3, 9),)}
        assert not appointments_between(
            connection, datetime(2026, 3, 9, 8, tzinfo=UTC), datetime(2026, 3, 10, 7, tzinfo=UTC)
        )
    desk = browser(Role.FRONT_DESK)
    assert "no office opens on Monday 9 March" in desk.get("/calendar?day=2026-03-09").text
    week = desk.get("/calendar?day=2026-03-11&view=week").text
    assert week.count('<span class="small">Closed</span>') == 1
    assert "no office opens" not in desk.get("/calendar?day=2026-03-10").text
