"""Claims, in a real browser: a drag that fails says so where one looks, and changes no provider or work unasked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from clinic_charts import Clock
from live_clinic import served, signed_in
from spondyl.booking import Appointment, Wish
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.freed_times import move_and_offer
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services

MONDAY = "/calendar?day=2026-03-02"
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft"

FAR_FROM_ITS_HOUR = """Math.max(...[...document.querySelectorAll('.visit')].map((one) => {
  const time = one.querySelector('strong').textContent;
  const hour = [...document.querySelectorAll('.hour')].find((word) => word.textContent === time);
  return Math.abs(one.getBoundingClientRect().top - hour.getBoundingClientRect().top);
}))"""
"""How far, in px, the visit that stands farthest from its hour does."""


@pytest.fixture
def visit(services: Services, clock: Clock) -> Appointment:
    """The one visit of Monday 2 March, 8:00 in Yorba Linda with Dr Lind; it is 7:00 in California."""
    clock.advance(timedelta(hours=-1))
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
        return _booked(connection, "Ana", "Ruiz", "lind")


def _booked(connection: sa.Connection, given: str, family: str, provider: str) -> Appointment:
    who = add_person(connection, PersonDetails(given_name=given, family_name=family), actor="test")
    wish = Wish(visit_type="follow-up", office="yorba-linda", provider=provider, person=who.id)
    return book(connection, next_free(connection, wish)[0], person=who.id, actor="test")


@pytest.fixture
def desk(
    browser_program: Browser, services: Services, staff: dict[Role, Account], visit: Appointment
) -> Iterator[Page]:
    assert visit.live
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.FRONT_DESK])
        yield page
        page.context.close()


def drop(desk: Page, column: str, time: str) -> None:
    """Take the first visit and drop it on a marked place."""
    box = desk.locator(".visit").first.bounding_box()
    assert box
    desk.mouse.move(box["x"] + 30, box["y"] + 8)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 30, box["y"] + 40, steps=4)
    mark = desk.locator(f'[data-column="{column}"] .drop', has_text=time)
    expect(mark).to_be_visible()
    mark.scroll_into_view_if_needed()
    target = mark.bounding_box()
    assert target
    desk.mouse.move(target["x"] + 20, target["y"] + 3, steps=6)
    desk.mouse.up()


def now_of_visit(services: Services, visit: Appointment) -> Appointment:
    with reading(services.engine) as connection:
        return appointment(connection, visit.key)


def test_a_drag_without_a_server_says_so_keeps_the_page_and_works_later(
    desk: Page, services: Services, visit: Appointment
) -> None:
    desk.goto(MONDAY)
    desk.route("**/sign-in/still", lambda route: route.abort())
    drop(desk, "lind", "10:00 am")
    told = desk.get_by_role("alert")
    expect(told).to_contain_text(
        "Not sent: the clinic's server does not answer. The visit stays where it was."
    )
    expect(told).to_be_in_viewport()
    assert now_of_visit(services, visit) == visit
    desk.unroute("**/sign-in/still")
    drop(desk, "lind", "8:15 am")  # which the visit itself covers
    expect(
        desk.get_by_text("Moved to Monday 2 March, 8:15 am, with Dr Mara Lind at Yorba Linda.")
    ).to_be_visible()


def test_a_drag_after_signing_out_says_so(desk: Page, services: Services, visit: Appointment) -> None:
    desk.goto(MONDAY)
    cookies = desk.context.cookies()

    def free_places_then_signed_out(route: Route) -> None:
        answer = route.fetch()
        desk.context.clear_cookies()
        route.fulfill(response=answer)

    desk.route("**/free?*", free_places_then_signed_out)
    drop(desk, "lind", "10:00 am")
    expect(desk.get_by_role("alert")).to_contain_text(
        "Not sent: you were signed out. The visit stays where it was."
    )
    expect(desk.get_by_role("alert")).to_be_visible()
    assert now_of_visit(services, visit) == visit
    desk.context.add_cookies(
        [{"name": one["name"], "value": one["value"], "url": desk.url} for one in cookies]
    )
    desk.unroute("**/free?*")
    drop(desk, "lind", "10:00 am")
    expect(desk.get_by_text("Moved to Monday 2 March, 10:00 am")).to_be_visible()


def test_a_visit_let_go_before_the_free_places_came_is_said_not_to_have_moved(desk: Page) -> None:
    desk.goto(MONDAY)
    late: list[Route] = []

    def held_back(route: Route) -> None:
        late.append(route)

    desk.route("**/free?*", held_back)
    box = desk.locator(".visit").first.bounding_box()
    assert box
    desk.mouse.move(box["x"] + 30, box["y"] + 8)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 30, box["y"] + 40, steps=4)
    expect(desk.get_by_text("Looking for free places")).to_be_visible()
    desk.mouse.up()
    expect(desk.get_by_text("Not moved: the free places had not come yet.")).to_be_visible()


def test_a_visit_that_somebody_else_moved_meanwhile_stays_where_they_put_it(
    desk: Page, services: Services, visit: Appointment, staff: dict[Role, Account]
) -> None:
    desk.goto(MONDAY)
    with writing(services.engine) as connection:
        wish = Wish(visit_type="follow-up", office="yorba-linda", provider="lind", person=visit.person)
        later = next_free(connection, wish, limit=100)[30]
        actor = f"account {staff[Role.CLINICIAN].id}"
        theirs = move_and_offer(connection, visit, later, actor=actor)
    drop(desk, "lind", "10:00 am")
    expect(desk.get_by_role("alert")).to_contain_text("NOT moved: the visit was changed meanwhile")
    assert now_of_visit(services, visit) == theirs


def test_by_office_a_visit_keeps_its_provider_and_the_view_stays(
    desk: Page, services: Services, visit: Appointment
) -> None:
    desk.goto(f"{MONDAY}&by=office&show=yorba-linda")
    drop(desk, "yorba-linda", "10:00 am")
    expect(
        desk.get_by_text("Moved to Monday 2 March, 10:00 am, with Dr Mara Lind at Yorba Linda.")
    ).to_be_visible()
    assert now_of_visit(services, visit).placement.provider == "lind"
    expect(desk.get_by_label("Columns of a day")).to_have_value("office")
    expect(desk.locator(f"#visit-{visit.key}")).to_be_focused()


def test_visits_at_one_time_stand_beside_each_other_however_many(desk: Page, services: Services) -> None:
    with writing(services.engine) as connection:
        practice = sample_practice()
        lind, room = practice.providers[0], practice.rooms[1]
        more = [replace(lind, key=f"more-{number}", name=f"Dr More {number}") for number in range(6)]
        rooms = [replace(room, key=f"room-{number}", name=f"Room {number}") for number in range(6)]
        grown = replace(practice, providers=(*practice.providers, *more), rooms=(*practice.rooms, *rooms))
        save_practice(connection, grown, actor="test")
        for number, one in enumerate(more):
            _booked(connection, f"Test{number}", "Vega", one.key)
    desk.goto(f"{MONDAY}&by=office")
    boxes = desk.evaluate(
        "[...document.querySelectorAll('.visit')].map((one) => one.getBoundingClientRect())"
        ".map((box) => [box.left, box.right]).sort((a, b) => a[0] - b[0])"
    )
    assert len(boxes) == 7
    assert all(left[1] <= right[0] for left, right in pairwise(boxes))
    # However many lines the head of a column has, 8:00 am is as high in each as among the hours.
    for width in (1440, 1280, 768):
        desk.set_viewport_size({"width": width, "height": 900})
        for board in ("by=room", "view=week", "by=provider"):
            desk.goto(f"{MONDAY}&{board}")
            expect(desk.locator(".visit")).to_have_count(7)
            assert desk.evaluate(FAR_FROM_ITS_HOUR) <= 2, (width, board)


def test_names_of_any_length_and_direction_leave_the_times_readable_on_a_telephone(
    browser_program: Browser, services: Services, staff: dict[Role, Account], visit: Appointment
) -> None:
    assert visit.live
    with writing(services.engine) as connection:
        long = _booked(connection, LONG, LONG, "lind")
        _booked(connection, "\u202eAna", "Ruiz", "lind")
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.FRONT_DESK], width=390)
        for place in (
            "/today",
            f"/patients/{long.person}/visits",
            "/calendar/away?provider=lind&day=2026-03-02",
        ):
            page.goto(place)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, place
        assert page.locator(".repair legend").count() == page.locator(".repair legend bdi").count() == 3
        page.context.close()
