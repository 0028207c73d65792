"""Claims: whoever changes a visit by its link changes that visit, as they saw it, and books no second one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from care_course import answer_intake
from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from public_pages import held_address, offered
from spondyl.booking import Appointment
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.freed_times import move_and_offer
from spondyl.clinic.chart.people import find_people
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import waiting_entries
from spondyl.clinic.chart.who_came import arrive
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.web.services import Services

NAME = {"given": "Rosa", "family": "Test-Vega", "contact": "rosa@example.org"}
OTHER = {"given": "Otto", "family": "Test-Low", "contact": "otto@example.org"}


@pytest.fixture
def visitor(browser: Callable[[Role], Browser], services: Services) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return browser(Role.NOBODY)


def booked_address(visitor: Browser, day: str = "2026-03-05", name: dict[str, str] = NAME) -> str:
    """The address of a visit at nine, the first time of the day."""
    kept = held_address(visitor, **offered(visitor.get(f"/book/times?office=yl&day={day}").text))
    return visitor.submit(f"{kept}/confirm", **name).headers["location"].split("?")[0]


def visits(services: Services, name: str = "Rosa Test-Vega") -> list[Appointment]:
    with reading(services.engine) as connection:
        (who,) = find_people(connection, name)
        return appointments_of(connection, who.id)


def hidden(page: str, action: str) -> dict[str, str]:
    """What the form sends to an address, but for the token of the browser."""
    form = re.search(rf'action="{re.escape(action)}">(.*?)</form>', page, re.S)
    assert form
    return {
        name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[1]) if name != "csrf"
    }


def links(page: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(/(?:book|visit)[^"]*)"', page)]


def test_other_times_for_a_visit_whose_new_time_was_taken_move_it_too(
    visitor: Browser, browser: Callable[[Role], Browser], services: Services
) -> None:
    address = booked_address(visitor)
    wanted = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    booked_address(browser(Role.NOBODY), "2026-03-03", OTHER)
    taken = visitor.submit(f"{address}/move", **wanted)
    assert taken.status_code == 409
    (others,) = [link for link in links(taken.text.split("<main")[1]) if "office=" in link]
    assert others.startswith(f"{address}/move?")
    visitor.submit(f"{address}/move", **offered(visitor.get(others).text))
    assert len(visits(services)) == 1


def test_who_waited_for_a_visit_that_is_over_can_wait_for_the_next(
    visitor: Browser, services: Services, clock: Clock
) -> None:
    address = booked_address(visitor)
    visitor.submit(f"{address}/wait")
    visitor.get(address)  # which says that they wait
    (visit,) = visits(services)
    clock.moment = visit.start
    with writing(services.engine) as connection:
        arrive(connection, visit.key, actor="test")
        assert len(waiting_entries(connection)) == 1
    clock.advance(timedelta(minutes=1))
    address = booked_address(visitor, "2026-03-12")
    visitor.get(address)  # which says that it is booked
    assert "You are on the waitlist" not in visitor.get(address).text
    visitor.submit(f"{address}/wait")
    visitor.get(address)
    assert "You are on the waitlist: we write or call" in visitor.get(address).text
    assert "le escribimos o llamamos cuando" in visitor.get(f"{address}?lang=es").text
    BookingKeeper(services, base="http://localhost").look()
    with reading(services.engine) as connection:
        (entry,) = waiting_entries(connection)
    assert entry.latest == visits(services)[1].start, "who waits for nothing any more is no longer in line"


def test_of_two_visits_only_the_one_that_is_wanted_earlier_says_so(visitor: Browser) -> None:
    first, second = booked_address(visitor), booked_address(visitor, "2026-03-12")
    visitor.submit(f"{first}/wait")
    visitor.get(first)
    assert ["on the waitlist" in visitor.get(one).text for one in (first, second)] == [True, False]
    visitor.submit(f"{first}/cancel")
    visitor.submit(f"{second}/wait")
    visitor.get(second)
    assert "on the waitlist" in visitor.get(second).text


def test_a_visit_can_be_moved_to_a_time_that_overlaps_the_one_it_has(
    visitor: Browser, services: Services
) -> None:
    address = booked_address(visitor)
    (before,) = visits(services)
    page = visitor.get(f"{address}/move?day=2026-03-05").text
    quarter_past = offered(page)
    assert quarter_past["start"] == (before.start + timedelta(minutes=15)).isoformat(), (
        "nine itself is no move"
    )
    assert visitor.submit(f"{address}/move", **quarter_past).status_code == 303
    (after,) = visits(services)
    assert after.start == before.start + timedelta(minutes=15)


@pytest.mark.parametrize("step", ["cancel", "move"])
def test_what_staff_changed_meanwhile_is_shown_before_a_patient_changes_it(
    visitor: Browser, services: Services, step: str
) -> None:
    address = booked_address(visitor)
    visitor.get(address)  # which says that it is booked
    page = f"{address}?lang=en" if step == "cancel" else f"{address}/move?day=2026-03-03&lang=en"
    sent = hidden(visitor.get(page).text, f"{address}/{step}")
    (before,) = visits(services)
    with writing(services.engine) as connection:
        slot = slot_at(utc(6, 18), room="x1", visit="consult")
        theirs = move_and_offer(connection, before, slot, actor="desk")
    answer = visitor.submit(f"{address}/{step}", **sent)
    shown = visitor.get(answer.headers["location"]).text
    assert "The visit was changed after you opened that page." in shown
    assert "Friday 6 March, 10:00 am" in shown
    assert visits(services) == [theirs]
    again = hidden(visitor.get(page).text, f"{address}/{step}")
    assert visitor.submit(f"{address}/{step}", **again).status_code == 303
    assert visits(services) != [theirs], "having seen it, they decide"


def test_an_answer_that_stops_every_visit_is_told_to_a_clinician_before_the_visit_is_put_off(
    visitor: Browser, services: Services
) -> None:
    address = booked_address(visitor)
    wanted = offered(visitor.get(f"{address}/move?day=2026-03-06").text)
    (visit,) = visits(services)
    with reading(services.engine) as connection:
        (rosa,) = find_people(connection, "Rosa Test-Vega")
    answer_intake(services, rosa, pain=4, roland=4, saddle_numbness="yes")
    for told in (visitor.submit(f"{address}/move", **wanted), visitor.get(f"{address}/move?day=2026-03-06")):
        assert told.status_code == 409 and "Please call the clinic now" in told.text
    assert visits(services) == [visit]
    assert visitor.submit(f"{address}/cancel").status_code == 303


def test_a_time_pressed_in_two_tabs_moves_the_visit_once_and_is_nobody_else_s(
    visitor: Browser, services: Services
) -> None:
    address = booked_address(visitor)
    sent = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    for _ in range(2):
        answer = visitor.submit(f"{address}/move", **sent)
        assert answer.status_code == 303
        assert "Your visit has the new time." in visitor.get(answer.headers["location"]).text
    (visit,) = visits(services)
    assert (visit.start.isoformat(), visit.sequence) == (sent["start"], 1)


def test_a_saved_link_works_until_a_day_after_the_visit_wherever_it_stands(
    visitor: Browser, services: Services, clock: Clock
) -> None:
    address = booked_address(visitor)
    (before,) = visits(services)
    with writing(services.engine) as connection:
        slot = slot_at(utc(12, 17), room="x1", visit="consult")
        after = move_and_offer(connection, before, slot, actor="desk")
    clock.moment = after.start + timedelta(hours=23)
    assert "Thursday 12 March" in visitor.get(address).text
    assert visitor.get(f"{address}/visit.ics").status_code == 200
    clock.advance(timedelta(hours=2))
    late = visitor.get(address)
    assert late.status_code == 404 and "This link is too old to be used." in late.text
