"""Claims: whoever changes a visit by its link changes that visit, as they saw it, and books no second one."""

import re
from collections.abc import Callable

import pytest

from clinic_apps import Browser
from practices import two_offices
from public_pages import held_address, offered
from spondyl.booking import Appointment
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.people import find_people
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
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
