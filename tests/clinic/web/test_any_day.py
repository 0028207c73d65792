"""Claims: the front desk books any free time from this moment on, today too and between two visits that stand, with
whichever provider is free."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from clinic_apps import Browser
from clinic_bookings import Bookings, prepared, slot_at
from clinic_charts import Clock
from practices import utc
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services


@pytest.fixture
def chart(services: Services, clock: Clock) -> Bookings:
    """Monday 2 March 2026, 9:10 in California: the offices are open until one."""
    clock.advance(timedelta(hours=1, minutes=10))
    return prepared(services.engine, clock)


def times_of(page: str) -> list[str]:
    """The values of the times on offer."""
    return [unescape(one) for one in re.findall(r'<button class="button" name="to" value="([^"]+)"', page)]


def test_a_walk_in_is_booked_today(
    chart: Bookings, browser: Callable[[Role], Browser], services: Services
) -> None:
    desk, person = browser(Role.FRONT_DESK), chart.people[0]
    address = f"/patients/{person}/visits"
    front = desk.get(f"{address}?visit=follow&office=yl").text
    assert all(not one.startswith("2026-03-02") for one in times_of(front))
    (today,) = re.findall(r'href="([^"]+&amp;day=2026-03-02)"', front)
    shown = desk.get(unescape(today)).text
    times = times_of(shown)
    # A quarter past nine is five minutes away, and takes the five minutes before it.
    assert times[0].startswith("2026-03-02T17:15:00+00:00|yl|ana") and "Monday 2 March, Dr. Ben" in shown
    assert len({one.split("|")[2] for one in times}) == 2
    assert desk.submit(f"{address}/book", visit="follow", to=times[0]).status_code == 303
    with reading(services.engine) as connection:
        (visit,) = appointments_of(connection, person)
    assert visit.start == utc(2, 17, 15)
    again = desk.submit(f"/patients/{chart.people[1]}/visits/book", visit="follow", to=times[0])
    assert again.headers["location"].endswith("/visits?visit=follow&office=yl&day=2026-03-02")


def test_an_extra_visit_is_booked_between_two_that_stand(
    chart: Bookings, browser: Callable[[Role], Browser], services: Services
) -> None:
    desk, person = browser(Role.FRONT_DESK), chart.people[0]
    with writing(services.engine) as connection:
        for day in (3, 9):
            book(connection, slot_at(utc(day, 18)), person=person, actor="desk")
    address = f"/patients/{person}/visits?visit=follow&office=yl"
    assert min(times_of(desk.get(address).text)) > "2026-03-11"
    assert min(times_of(desk.get(f"{address}&day=2026-03-05").text)).startswith("2026-03-05T17:15")
    own = times_of(desk.get(f"{address}&day=2026-03-03").text)  # nobody is in two rooms at once
    assert own and all(not one.startswith("2026-03-03T18:00") for one in own)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-04", "Nothing is free on Wednesday 4 March."),  # the office is closed
        ("2026-02-27", "Nothing is free on Friday 27 February."),
    ],
)
def test_a_day_without_a_free_time_says_so(
    chart: Bookings, browser: Callable[[Role], Browser], day: str, words: str
) -> None:
    shown = browser(Role.FRONT_DESK).get(
        f"/patients/{chart.people[0]}/visits?visit=follow&office=yl&day={day}"
    )
    assert shown.status_code == 200 and words in shown.text and times_of(shown.text) == []


def test_a_day_at_the_ends_of_the_calendar_is_none(
    chart: Bookings, browser: Callable[[Role], Browser]
) -> None:
    for day in ("", "0001-01-01", "9999-12-31"):
        shown = browser(Role.FRONT_DESK).get(f"/patients/{chart.people[0]}/visits?day={day}")
        assert shown.status_code == 200 and "Another day" in shown.text
