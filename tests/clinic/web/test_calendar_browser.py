"""Claims, in a real browser: clicks within budget; a visit is dragged; an ill provider's day moves and comes back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from clinic_charts import Clock
from live_clinic import clicks, count_clicks, served, signed_in, violations
from spondyl.booking import Wish
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.templates import WEB


@pytest.fixture
def desk(
    browser_program: Browser, services: Services, staff: dict[Role, Account], clock: Clock
) -> Iterator[Page]:
    clock.advance(timedelta(hours=-1))  # Monday 2 March 2026, 07:00 in California
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
        for number in range(3):
            details = PersonDetails(given_name=f"Test{number}", family_name="Sick-Day", synthetic=True)
            other = add_person(connection, details, actor="test")
            wish = Wish(visit_type="follow-up", office="yorba-linda", provider="lind", person=other.id)
            book(connection, next_free(connection, wish)[0], person=other.id, actor="test")
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.FRONT_DESK])
        count_clicks(page)
        yield page
        page.context.close()


def booked(services: Services, patient: Person) -> int:
    with reading(services.engine) as connection:
        return len(appointments_of(connection, patient.id))


def test_a_follow_up_takes_four_clicks_at_most(desk: Page, services: Services, patient: Person) -> None:
    desk.goto("/today")
    desk.get_by_label("Find a patient").fill("Neil")
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Neil").click()
    desk.get_by_role("link", name="Visits", exact=True).click()
    assert violations(desk) == []
    desk.locator(".choices button").first.click()
    expect(desk.get_by_text("Booked:")).to_be_visible()
    assert booked(services, patient) == 1
    assert clicks(desk) <= 4


def test_a_walk_in_takes_five_clicks_at_most(desk: Page, services: Services, patient: Person) -> None:
    desk.goto("/today")
    desk.get_by_label("Find a patient").fill("Neil")
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Neil").click()
    desk.get_by_role("link", name="Visits", exact=True).click()
    desk.get_by_role("main").get_by_role("link", name="Today").click()
    assert violations(desk) == []
    desk.locator(".choices button").first.click()
    expect(desk.get_by_text("Booked: Monday 2 March")).to_be_visible()
    assert booked(services, patient) == 1
    assert clicks(desk) <= 5


@pytest.mark.parametrize("visits", [pytest.param(12, marks=pytest.mark.nightly), 24])
def test_a_whole_course_takes_eight_clicks_at_most(
    desk: Page, services: Services, patient: Person, visits: int
) -> None:
    desk.goto(f"/patients/{patient.id}")
    desk.get_by_role("link", name="Visits", exact=True).click()
    desk.get_by_role("link", name=f"{visits} visits").click()
    assert violations(desk) == []
    desk.get_by_role("button", name=f"Book all {visits} visits").click()
    expect(desk.get_by_text(f"All {visits} visits are booked")).to_be_visible()
    assert booked(services, patient) == visits
    assert clicks(desk) <= 8
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text(f"Undone: {visits} visits are as they were")).to_be_visible()
    assert booked(services, patient) == 0


def an_ill_provider_s_day_is_moved_by_proposals_and_undone(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    assert violations(desk) == []
    before = desk.locator(".visit").all_text_contents()
    desk.get_by_role("link", name="Away").first.click()
    assert violations(desk) == []
    desk.get_by_label("Not this one: I will drag it").last.check()
    desk.get_by_role("button", name="send messages").click()
    expect(desk.get_by_text("2 visits moved")).to_be_visible()
    expect(desk.get_by_text("1 visit still needs a new time")).to_be_visible()
    expect(desk.locator('[data-column="lind"] .visit')).to_have_count(1)
    ends = "one => one.getBoundingClientRect().bottom"  # the shade of who is away until midnight
    assert (
        desk.locator(".away").evaluate(ends) <= desk.locator('[data-column="lind"] > span').evaluate(ends) + 1
    )
    changes = desk.get_by_role("region", name="Last changes")
    assert "Dr Mara Lind is away" in changes.inner_text()  # as the name is written
    outside = desk.get_by_role("region", name="Visits outside the hours")
    assert "Dr Mara Lind is away then." in outside.inner_text()  # whom to call is not lost after the notice
    desk.get_by_role("button", name="Undo").first.click()
    expect(desk.locator('[data-column="lind"] .visit')).to_have_count(3)
    assert desk.locator(".visit").all_text_contents() == before


def test_a_visit_is_dragged_to_a_free_place(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    visit = desk.locator('[data-column="lind"] .visit').first
    start = visit.bounding_box()
    assert start
    desk.mouse.move(start["x"] + 30, start["y"] + 8)
    desk.mouse.down()
    desk.mouse.move(start["x"] + 30, start["y"] + 60, steps=4)
    mark = desk.locator('[data-column="park"] .drop', has_text="10:00")
    expect(mark).to_be_visible()
    assert desk.locator('[data-column="lind"] .drop', has_text="5:00 pm").count() == 0  # the shift is over
    mark.scroll_into_view_if_needed()
    target = mark.bounding_box()
    assert target
    desk.mouse.move(target["x"] + 20, target["y"] + 8, steps=6)
    desk.mouse.up()
    expect(desk.get_by_text("Moved to Monday 2 March, 10:00 am")).to_be_visible()
    expect(desk.locator('[data-column="park"] .visit')).to_have_count(1)


def lift(desk: Page, visit: str) -> None:
    """Take a visit in the hand."""
    box = desk.locator(visit).first.bounding_box()
    assert box
    x, y = box["x"] + 30, box["y"] + 8
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x, y + 20, steps=4)


def a_visit_that_is_dropped_where_it_cannot_go_stays_and_that_is_said(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    before = desk.locator(".visit").all_text_contents()
    lift(desk, '[data-column="lind"] .visit')
    expect(desk.locator(".drop").first).to_be_visible()
    # Its own place is not offered: dropped there it would be "moved", and somebody written to, for nothing.
    own = desk.locator('[data-column="lind"] .visit').first.get_attribute("class") or ""
    start = next(one for one in own.split() if one.startswith("from-"))
    assert desk.locator(f'[data-column="lind"] .drop.{start}').count() == 0
    taken = desk.locator('[data-column="lind"] .visit').nth(1).bounding_box()
    assert taken
    desk.mouse.move(taken["x"] + 40, taken["y"] + 5, steps=4)
    desk.mouse.up()
    expect(desk.get_by_text("Not moved. Drop a visit on a marked place")).to_be_visible()
    assert desk.locator(".drop").count() == 0
    assert desk.locator(".visit").all_text_contents() == before


def free_places_that_come_after_the_visit_was_let_go_are_not_marked(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    late: list[Route] = []

    def held_back(route: Route) -> None:
        late.append(route)

    desk.route("**/free?*", held_back)
    with desk.expect_request("**/free?*"):
        lift(desk, '[data-column="lind"] .visit')
    desk.mouse.up()
    expect(desk.locator(".dragged")).to_have_count(0)
    with desk.expect_response("**/free?*"):
        late[0].continue_()
    desk.wait_for_timeout(200)
    assert desk.locator(".drop").count() == 0
    desk.unroute("**/free?*")


def the_calendar_works_by_keyboard(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    desk.locator(".visit").first.focus()
    desk.keyboard.press("Alt+ArrowDown")  # the browser's own
    expect(desk.locator(".visit").first).to_be_focused()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Sick-Day")
    assert violations(desk) == []
    desk.locator(".choices button").first.focus()
    desk.locator(".choices form").first.evaluate(
        "form => { form.dataset.sent = 'yes'; }"
    )  # and no answer comes
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("No message can go out")).to_be_visible()


def an_override_needs_a_reason_and_says_so_on_the_board(desk: Page) -> None:
    desk.goto("/calendar?day=2026-03-02")
    desk.locator(".visit").nth(1).click()
    desk.get_by_text("Put it where something stands already").click()
    desk.get_by_label("Time").fill("08:00")
    desk.get_by_label("Why").fill("in great pain")
    desk.get_by_role("button", name="Move it there all the same").click()
    expect(desk.get_by_text("whatever stood there")).to_be_visible()
    expect(desk.locator(".visit.over")).to_have_count(1)
    assert violations(desk) == []


def test_visits_are_dragged_moved_and_chosen_by_keys(desk: Page) -> None:
    """On one day's board: what does not change it comes first."""
    free_places_that_come_after_the_visit_was_let_go_are_not_marked(desk)
    a_visit_that_is_dropped_where_it_cannot_go_stays_and_that_is_said(desk)
    an_ill_provider_s_day_is_moved_by_proposals_and_undone(desk)
    an_override_needs_a_reason_and_says_so_on_the_board(desk)
    the_calendar_works_by_keyboard(desk)


@pytest.mark.parametrize("lanes", [2, 3, 4])
def test_visits_side_by_side_keep_their_time_of_day_in_one_line(browser_program: Browser, lanes: int) -> None:
    page = _week_on_a_tablet(
        browser_program,
        "".join(
            f'<a class="visit booked from-3 for-9 lanes-{lanes} lane-{lane}"><strong>10:30 am</strong> Test-Vega</a>'
            for lane in range(lanes)
        ),
    )
    lines = page.evaluate(
        "[...document.querySelectorAll('.visit strong')].map((one) => one.getClientRects().length)"
    )
    assert lines == [1] * lanes * 6
    page.close()


def test_a_narrow_visit_shows_its_state_by_a_mark_and_nothing_is_cut_at_its_edge(
    browser_program: Browser,
) -> None:
    """The word stood beside the time as "(ar", or below the edge: then colour alone told it."""
    page = _week_on_a_tablet(
        browser_program,
        "".join(
            f'<a class="visit {low} arrived from-3 lanes-3 lane-{lane}"><strong>10:30 am</strong> '
            '<bdi>Esperanza Test-Vega</bdi> <span class="what">Consultation with X-ray</span> '
            '<span class="state">(arrived)</span></a>'
            for lane, low in enumerate(("for-9", "short for-5", "short for-4"))
        ),
    )
    beyond = page.evaluate(
        "[...document.querySelectorAll('.visit')].map((one) => Math.max(...[...one.querySelectorAll('strong, bdi')]"
        ".map((part) => part.getBoundingClientRect().right)) - one.getBoundingClientRect().right)"
    )
    assert len(beyond) == 18 and max(beyond) <= 0
    mark = page.evaluate("getComputedStyle(document.querySelector('.visit strong'), '::after').content")
    assert "✓" in mark
    page.close()


def _week_on_a_tablet(browser: Browser, visits: str) -> Page:
    """Six days with these visits, of the calendar's own styles; scrolled sideways in 600 pixels."""
    page = browser.new_page(viewport={"width": 820, "height": 1180})
    styles = (WEB / name for name in ("shell/static/spondyl.css", "calendar/static/calendar.css"))
    column = f'<section class="board-column"><div class="cells">{visits}</div></section>'
    page.set_content(
        "".join(f"<style>{one.read_text()}</style>" for one in styles)
        + f'<div class="board-box" style="width: 600px"><div class="board">{column * 6}</div></div>'
    )
    return page


def test_every_tab_of_a_patient_is_in_sight_on_a_tablet(
    browser_program: Browser, services: Services, staff: dict[Role, Account], patient: Person
) -> None:
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN])
        for width in (768, 820, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"/patients/{patient.id}")
            tabs = page.locator(".tabs")
            assert tabs.locator("a").count() >= 9
            assert tabs.evaluate("one => one.scrollWidth - one.clientWidth") == 0, width
        page.context.close()
