"""A calendar, a day's page and a list of films left open show what is new, and nothing is replaced under a hand."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from clinic_apps import Browser as Client
from clinic_charts import Clock
from live_clinic import served, signed_in, violations
from spondyl.booking import Wish
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import sessions
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services

MEANWHILE = "Something changed meanwhile: this page is up to date again."


@pytest.fixture
def desk(
    browser_program: Browser, services: Services, staff: dict[Role, Account], clock: Clock
) -> Iterator[Page]:
    """The front desk's browser, whose clock the test moves on."""
    clock.advance(timedelta(hours=-1))  # Monday 2 March 2026, 07:00 in California
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.FRONT_DESK])
        page.clock.install()
        yield page
        page.context.close()


def booked_by_another(services: Services, person: Person) -> None:
    with writing(services.engine) as connection:
        wish = Wish(visit_type="follow-up", office="yorba-linda", provider="lind", person=person.id)
        slot = next_free(connection, wish)[0]
        book(connection, slot, person=person.id, actor="another", change=new_id())


def looked(page: Page) -> None:
    """Let the page's clock run until it has looked again and has the answer."""
    with page.expect_response(lambda answer: answer.request.headers.get("x-only-looking") == "1"):
        page.clock.run_for(16_000)


def moving(page: Page, *, seconds: int) -> None:
    """Move the pointer once a second of the page's clock."""
    for step in range(seconds):
        page.mouse.move(300 + 10 * step, 300)
        page.clock.run_for(1_000)


@pytest.mark.parametrize("address", ["/calendar?day=2026-03-02", "/today"])
def test_a_page_left_open_shows_what_another_booked(
    desk: Page, services: Services, patient: Person, address: str
) -> None:
    desk.goto(address)
    visit = desk.get_by_role("link", name=patient.full_name)
    expect(visit).to_have_count(0)
    looked(desk)
    desk.clock.run_for(3_000)
    expect(desk.locator("[data-said]")).to_be_empty()  # nothing was new: nothing is said
    booked_by_another(services, patient)
    looked(desk)
    desk.clock.run_for(3_000)
    expect(visit).to_be_visible()
    expect(desk.get_by_text(MEANWHILE)).to_be_visible()
    assert violations(desk) == []
    desk.clock.run_for(10_000)
    expect(desk.locator("[data-said]")).to_be_empty()


def test_nothing_is_replaced_under_a_hand_and_the_focus_stays(
    desk: Page, services: Services, patient: Person
) -> None:
    booked_by_another(services, patient)
    desk.goto("/calendar?day=2026-03-02")
    visits = desk.locator("[data-board] .visit")
    visits.first.focus()
    booked_by_another(services, patient)
    with desk.expect_response(lambda answer: answer.request.headers.get("x-only-looking") == "1"):
        moving(desk, seconds=16)
    moving(desk, seconds=4)
    expect(visits).to_have_count(1)
    desk.clock.run_for(3_000)
    expect(visits).to_have_count(2)
    expect(visits.first).to_be_focused()


def test_a_visit_that_is_dragged_stays_in_hand(desk: Page, services: Services, patient: Person) -> None:
    booked_by_another(services, patient)
    desk.goto("/calendar?day=2026-03-02")
    visits = desk.locator("[data-board] .visit")
    visits.first.hover()
    desk.mouse.down()
    desk.mouse.move(400, 420, steps=4)
    expect(desk.locator(".drop").first).to_be_attached()
    booked_by_another(services, patient)
    looked(desk)
    desk.clock.run_for(5_000)
    expect(visits).to_have_count(1)
    expect(desk.locator(".undo-list li")).to_have_count(2)  # below the board, which waits
    assert desk.locator("[data-said]").all_text_contents() != [MEANWHILE]
    expect(desk.locator(".drop").first).to_be_attached()
    desk.keyboard.press("Escape")
    desk.mouse.up()
    desk.clock.run_for(5_000)
    expect(visits).to_have_count(2)
    expect(desk.get_by_text(MEANWHILE)).to_be_visible()


def test_a_moved_visit_can_be_dragged_from_where_it_stands_now(
    desk: Page, services: Services, patient: Person
) -> None:
    desk.goto("/calendar?day=2026-03-02")
    booked_by_another(services, patient)
    looked(desk)
    desk.clock.run_for(3_000)
    desk.locator("[data-board] .visit").first.hover()
    desk.mouse.down()
    desk.mouse.move(400, 420, steps=4)
    expect(desk.locator(".drop").first).to_be_attached()
    desk.mouse.up()


def test_a_calendar_left_open_over_night_stays_on_its_day(
    desk: Page, services: Services, patient: Person, clock: Clock
) -> None:
    booked_by_another(services, patient)
    desk.goto("/calendar")
    visits = desk.locator("[data-board] .visit")
    expect(visits).to_have_count(1)
    clock.advance(timedelta(days=1))
    with writing(services.engine) as connection:
        connection.execute(sessions.update().values(created_at=clock(), seen_at=clock()))
    looked(desk)
    desk.clock.run_for(3_000)
    expect(desk.get_by_role("heading", level=1)).to_contain_text("2 March")
    expect(visits).to_have_count(1)
    expect(desk.locator("[data-board]")).to_have_attribute("data-day", "2026-03-02")


def test_a_page_without_news_says_that_it_may_be_old(desk: Page) -> None:
    desk.goto("/today")

    def nothing(route: Route) -> None:
        route.abort()

    desk.route("**/today", nothing)
    old = desk.get_by_text("what you see here may be old")
    for _ in range(5):
        with desk.expect_event("requestfailed"):
            desk.clock.run_for(16_000)
    expect(old).to_be_visible()
    desk.unroute("**/today", nothing)
    looked(desk)
    expect(old).to_have_count(0)


def test_a_page_whose_person_was_signed_out_says_so(desk: Page, services: Services) -> None:
    desk.goto("/today")
    with writing(services.engine) as connection:
        connection.execute(sessions.delete())
    looked(desk)
    expect(desk.get_by_text("You were signed out")).to_be_visible()


def test_who_only_looks_does_not_keep_a_session_alive(
    browser: Callable[[Role], Client], services: Services, clock: Clock
) -> None:
    client = browser(Role.FRONT_DESK)
    seen = sa.select(sessions.c.seen_at)
    clock.advance(timedelta(minutes=20))
    assert client.get("/today", headers={"X-Only-Looking": "1"}).status_code == 200
    with reading(services.engine) as connection:
        assert connection.execute(seen).scalar_one() == clock.moment - timedelta(minutes=20)
    clock.advance(timedelta(minutes=11))
    assert client.get("/today", headers={"X-Only-Looking": "1"}).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "/patients/{patient}/films/list",
        "/api/v1/films/none/progress",
        "/patients/{patient}/adjust/none/panels",
        "/patients/{patient}/adjust/none/state",
        "/patients/{patient}/adjust/none/stream",
    ],
)
def test_what_a_page_asks_again_and_again_does_not_keep_a_session_alive(
    browser: Callable[[Role], Client], services: Services, clock: Clock, patient: Person, address: str
) -> None:
    client, seen = browser(Role.CLINICIAN), sa.select(sessions.c.seen_at)
    clock.advance(timedelta(minutes=20))
    assert client.get(address.format(patient=patient.id)).status_code in (200, 404)
    with reading(services.engine) as connection:
        assert connection.execute(seen).scalar_one() == clock.moment - timedelta(minutes=20)
    assert client.get(f"/patients/{patient.id}/films").status_code == 200
    with reading(services.engine) as connection:
        assert connection.execute(seen).scalar_one() == clock.moment


def test_the_list_of_films_looks_again_after_the_server_did_not_answer(desk: Page, patient: Person) -> None:
    """One lost answer left "being read" on the page for ever."""
    answers: list[Callable[[Route], None]] = [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=503, body="busy"),
        lambda route: route.fulfill(body='<ul class="film-list" data-busy="false"><li>Measured</li></ul>'),
    ]

    def being_read(route: Route) -> None:
        busy = r'\1<ul class="film-list" data-busy="true"><li>Being read</li></ul>'
        page = re.sub("(<section[^>]*data-film-list[^>]*>)", busy, route.fetch().text())
        route.fulfill(body=page, content_type="text/html")

    def look(route: Route) -> None:
        answers.pop(0)(route)

    desk.route("**/films", being_read)
    desk.route("**/films/list?*", look)
    desk.goto(f"/patients/{patient.id}/films")
    expect(desk.get_by_text("Being read")).to_be_visible()
    for _ in range(200):
        if answers:
            desk.clock.run_for(1_300)
            desk.wait_for_timeout(20)
    assert not answers, "the page looks no more"
    expect(desk.get_by_text("Measured")).to_be_visible()
