"""Claims, in a real browser: STOP works by every key, by mouse and by touch; a page that is closed, left, hidden, hung
or cut off stops the session; back again it shows what was delivered and arms nothing; axe finds nothing anywhere."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from adjust_course import consented
from audit_rows import entries
from care_course import answer_intake
from cut_network import Network, network
from live_clinic import PATIENCE_MS, served, signed_in, violations
from spondyl.clinic.adjust.feed import CHANNELS, HEAD, LOST, Feed
from spondyl.clinic.care.adjustment_record import StoredAdjustment, adjustments_of
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services


@dataclass(frozen=True)
class Room:
    """The clinician's page and the chart behind it."""

    page: Page
    services: Services
    patient: Person

    def stored(self) -> StoredAdjustment:
        with reading(self.services.engine) as connection:
            return adjustments_of(connection, self.patient.id)[0]

    def ended(self) -> StoredAdjustment:
        """The session once it is kept."""
        end_s = time.monotonic() + PATIENCE_MS / 1e3
        while time.monotonic() < end_s:
            stored = self.stored()
            if stored.outcome is not None:
                return stored
            time.sleep(0.05)
        raise AssertionError("The session never ended.")


@pytest.fixture
def room(
    browser_program: Browser, services: Services, staff: dict[Role, Account], patient: Person
) -> Iterator[Room]:
    consented(services, patient)
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], touch=True)
        yield Room(page=page, services=services, patient=patient)
        page.context.close()


def set_up(room: Room) -> None:
    """From the tab to a running session: one segment, at most 60 N."""
    make_ready(room)
    expect(room.page.locator("[data-link]")).to_have_text("connected")


def make_ready(room: Room) -> None:
    """From the tab to the page of the session."""
    page = room.page
    page.goto(f"/patients/{room.patient.id}/adjust")
    page.get_by_role("button", name="the rest is").click()
    page.get_by_label("Maximum, newtons").fill("60")
    page.get_by_label("Read from").select_option("L4")
    page.get_by_label("to", exact=True).select_option("L4")
    page.get_by_text("Chosen by the clinician").click()
    page.get_by_label("Segment to treat").select_option("L4")
    page.get_by_role("button", name="Begin the session").click()


def first_pulse(room: Room) -> None:
    """In the survey. A busy machine may look only after its last pulse, so any of its steps will do; the test of the
    session itself stops in each of them on purpose."""
    step = re.compile("Going|Reading|Tip off|Waits")
    expect(room.page.locator("[data-doing]")).to_contain_text(step)


def test_a_force_has_a_true_minus_and_zero_has_none(room: Room) -> None:
    set_up(room)
    said = room.page.evaluate(
        """async () => {
          const { numberWords } = await import("/static/adjust/number_words.js");
          return [-0.14, -0.04, 0, 12.06].map((value) => numberWords(value, 1));
        }"""
    )
    assert said == ["\u22120.1", "0.0", "0.0", "12.1"]
    room.page.keyboard.press("Escape")
    room.ended()
    expect(room.page.locator("[data-force]")).not_to_contain_text("-")


def test_one_click_answers_no_question_that_the_patient_said_yes_to(room: Room) -> None:
    stored = answer_intake(room.services, room.patient, pain=6, roland=14, blood_thinner="yes")
    with writing(room.services.engine) as connection:
        add_review(
            connection, stored, cleared=frozenset({"blood_thinner"}), reason="INR 2.1 today.", actor="lind"
        )
    page = room.page
    page.goto(f"/patients/{room.patient.id}/adjust")
    page.get_by_role("button", name="the rest is").click()
    expect(page.get_by_role("button", name="the rest is")).to_be_hidden()
    expect(page.locator("[data-left]")).to_have_text("1 of 27 questions have no answer yet")
    expect(
        page.get_by_role("group", name="Bleeding disorder").get_by_role("radio", checked=True)
    ).to_have_count(0)
    assert violations(page) == []


def test_samples_that_are_missing_are_counted_on_the_page(room: Room) -> None:
    feed, block = Feed(), np.full((len(CHANNELS), 20), 20.0, dtype=np.float32)
    for first_ms in (1000, 1020, 1047, 1067, 1070):
        feed.block(first_ms, block[:, : 3 if first_ms == 1067 else 20])
    lost = HEAD.pack(LOST, 0, 2.0)
    room.page.route("**/stream?*", lambda route: route.fulfill(body=feed.after(0)[2] + lost))
    make_ready(room)
    expect(room.page.locator("[data-lost]")).to_have_text("7 samples lost, 2 blocks among them")
    # A feed that is over without an end was broken: the page holds no session that it cannot see.
    assert "whose connection broke" in room.ended().stopped_by


def delivered_words(stored: StoredAdjustment) -> str:
    """How the page of an ended session counts what was delivered."""
    count = len((stored.outcome or {})["delivered"])
    return f"{count} {'pulse' if count == 1 else 'pulses'},"


def leave(room: Room) -> None:
    room.page.goto("/today")


def hang(room: Room) -> None:
    room.page.evaluate("setTimeout(() => { const end = Date.now() + 6000; while (Date.now() < end); }, 0)")


def touch_stop(room: Room) -> None:
    box = room.page.locator("[data-stop]").bounding_box()
    assert box and box["height"] >= 88 and box["width"] >= 200
    room.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


WAYS: dict[str, tuple[Callable[[Room], None], str]] = {
    "Space": (lambda room: room.page.keyboard.press("Space"), "STOP key"),
    "Escape": (lambda room: room.page.keyboard.press("Escape"), "STOP key"),
    "mouse": (lambda room: room.page.locator("[data-stop]").click(), "STOP button"),
    "touch": (touch_stop, "STOP button"),
    "page closed": (lambda room: room.page.close(), "page"),
    "page left": (leave, "page"),
    "network gone": (lambda room: room.page.context.set_offline(True), "page"),
    "page hung": (hang, "page"),
}


EVERY_TIME = ("Space", "touch", "page closed", "network gone")
"""One of each kind: a key, a finger, a page that goes, a page that stays but cannot speak. The others are nightly."""


@pytest.mark.parametrize(
    "way", [way if way in EVERY_TIME else pytest.param(way, marks=pytest.mark.nightly) for way in WAYS]
)
def test_every_way_stops_in_a_pulse_and_nothing_begins_again(room: Room, way: str) -> None:
    press, by = WAYS[way]
    set_up(room)
    first_pulse(room)
    pressed_s = time.monotonic()
    press(room)
    stored = room.ended()
    took_s = time.monotonic() - pressed_s
    print(f"{way}: ended and kept after {took_s * 1e3:.0f} ms")
    outcome = stored.outcome
    assert outcome is not None and outcome["stopped_because"] == "stop_pressed"
    assert by in stored.stopped_by and outcome["is_safe"] is True
    assert len(outcome["delivered"]) <= 3
    assert not any(one["purpose"] == "treat" for one in outcome["delivered"])
    context = room.page.context
    context.set_offline(False)
    again = context.new_page() if room.page.is_closed() else room.page
    again.goto(f"/patients/{room.patient.id}/adjust/{stored.run}")
    expect(again.get_by_text(delivered_words(stored))).to_be_visible()
    expect(again.get_by_text("Stopped by").first).to_be_visible()
    assert again.locator("[data-live]").count() == 0, "no page holds it again"
    time.sleep(0.5)
    assert len((room.stored().outcome or {})["delivered"]) == len(outcome["delivered"])


def test_space_on_a_focused_button_stops_and_does_not_press_it(room: Room) -> None:
    set_up(room)
    expect(room.page.get_by_text("How much does it hurt now")).to_be_visible(timeout=PATIENCE_MS)
    room.page.locator('[data-pain="3"]').focus()
    room.page.keyboard.press("Space")
    stored = room.ended()
    assert "STOP key" in stored.stopped_by
    assert room.page.locator('[data-pain="3"]').get_attribute("aria-pressed") == "false"


def test_pain_that_the_server_does_not_take_stops_the_session(room: Room) -> None:
    set_up(room)
    room.page.context.clear_cookies()  # signed out meanwhile: the heartbeat goes on, and no word is taken any more
    room.page.locator('[data-pain="8"]').click()
    stored = room.ended()
    assert "could not hand on" in stored.stopped_by
    assert not any(one["purpose"] == "treat" for one in (stored.outcome or {})["delivered"])


def test_a_dose_that_is_declined_by_a_page_signed_out_meanwhile_ends_the_session(room: Room) -> None:
    set_up(room)
    room.page.locator('[data-pain="3"]').click()
    decline = room.page.get_by_role("button", name="Decline")
    expect(decline).to_be_visible(timeout=PATIENCE_MS)
    room.page.context.clear_cookies()
    decline.click()
    stored = room.ended()
    assert "declined" in stored.stopped_by
    assert not any(one["purpose"] == "treat" for one in (stored.outcome or {})["delivered"])


def test_a_stop_from_another_page_asks_nothing_first_however_old_the_page(room: Room) -> None:
    set_up(room)
    other, asked = room.page.context.new_page(), list[str]()
    other.clock.install()
    other.goto(f"/patients/{room.patient.id}/adjust")
    other.on("request", lambda request: asked.append(request.url))
    other.clock.fast_forward("05:00")
    with other.expect_request(lambda request: urlsplit(request.url).path.endswith("/stop")):
        other.get_by_role("button", name="STOP that session").click()
    assert "from another page" in room.ended().stopped_by
    assert not [one for one in asked if one.endswith("/sign-in/still")]


def test_an_answer_to_stop_that_comes_after_the_end_takes_nothing_away(room: Room) -> None:
    """The stop itself goes by a beacon; the request whose answer is shown is held back until the end was told."""
    late: list[Route] = []

    def held_back(route: Route) -> None:
        if route.request.resource_type == "fetch":
            late.append(route)
        else:
            route.continue_()

    set_up(room)
    room.page.route("**/stop?by=button", held_back)
    first_pulse(room)
    room.page.locator("[data-stop]").click()
    room.ended()
    done = room.page.get_by_role("link", name="See what was done")
    expect(done).to_be_visible()
    assert late
    for route in late:
        route.fulfill(json={"stopped": True, "by": "the STOP button"})
    room.page.evaluate("fetch('/health').then(() => new Promise(requestAnimationFrame))")
    expect(done).to_be_visible()
    expect(room.page.locator("[data-stop-state]")).to_contain_text("is kept")
    expect(room.page.get_by_text("stops too")).to_have_count(0)


def test_a_clinician_reads_the_reason_accepts_and_sees_the_record_checked(room: Room) -> None:
    """The journey: sets a maximum, reads, accepts a proposal after reading its reason, sees pulse and answer."""
    page = room.page
    page.goto(f"/patients/{room.patient.id}/adjust")
    assert violations(page) == []
    set_up(room)
    expect(page.get_by_text("How much does it hurt now")).to_be_visible(timeout=PATIENCE_MS)
    assert violations(page) == []
    page.locator('[data-pain="3"]').click()
    accept = page.get_by_role("button", name="Accept 3 pulses of")
    expect(accept).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Reason: spinous process")).to_be_visible()
    assert violations(page) == []
    box = page.locator("[data-trace]").bounding_box()
    expect(page.get_by_text("(proposed, not accepted)")).to_be_visible()
    accept.click()
    expect(page.get_by_text("Accepted")).to_be_visible()
    expect(page.get_by_text("(proposed, not accepted)")).to_have_count(0)
    assert page.locator("[data-trace]").bounding_box() == box, "nothing jumps"
    expect(page.locator("svg.wave")).to_be_visible()
    expect(page.locator("[data-lost]")).to_have_text("0 samples lost")
    given = page.locator(".doses tbody tr").first.locator("td").nth(1)
    expect(given).to_have_text("3")
    page.get_by_role("button", name="STOP").click()
    stored = room.ended()
    expect(page.locator('[data-pain="3"]')).to_be_disabled()
    page.get_by_role("link", name="See what was done").click()
    expect(page.get_by_role("heading", name="Last pulse to treat")).to_be_visible()
    expect(page.get_by_text("identical", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    assert violations(page) == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take the record").click()
    assert taken.value.path().read_bytes() == stored.path(room.services.data_dir).read_bytes()
    report = page.request.get(f"/patients/{room.patient.id}/adjust/{stored.run}/report")
    assert report.ok and report.body().startswith(b"%PDF")
    with reading(room.services.engine) as connection:
        actions = {one.action for one in entries(connection, subject=room.patient.subject)}
    assert {"save adjustment", "accept dose", "end adjustment", "take adjustment record"} <= actions


@dataclass(frozen=True)
class FarRoom(Room):
    """The network between the page and the server can break."""

    network: Network


@pytest.fixture
def far_room(
    browser_program: Browser, services: Services, staff: dict[Role, Account], patient: Person
) -> Iterator[FarRoom]:
    consented(services, patient)
    with served(services) as address, network(address) as between:
        page = signed_in(browser_program, between.address, services, staff[Role.CLINICIAN])
        yield FarRoom(page=page, services=services, patient=patient, network=between)
        page.context.close()


def told_lost(room: Room, why: str) -> None:
    """The page says that the session is over, and leads to what it gave."""
    page, stored = room.page, room.ended()
    expect(page.get_by_text(why)).to_be_visible()
    expect(page.locator("[data-doing]")).to_have_text("Stopped")
    expect(page.locator("[data-link]")).to_have_text("session over")
    time.sleep(1.0)
    expect(page.locator("[data-link]")).to_have_text("session over", timeout=100)
    page.get_by_role("link", name="See what was delivered").click()
    expect(page.get_by_text(delivered_words(stored))).to_be_visible()
    assert "page" in stored.stopped_by


def test_a_page_whose_network_broke_and_came_back_says_that_the_session_is_over(far_room: FarRoom) -> None:
    set_up(far_room)
    first_pulse(far_room)
    far_room.network.cut()
    expect(far_room.page.locator("[data-link]")).to_contain_text("No connection")
    far_room.ended()
    far_room.network.mend()
    told_lost(far_room, "The connection between this page and the session broke.")


def test_a_page_whose_feed_hangs_says_that_the_session_is_over(far_room: FarRoom) -> None:
    set_up(far_room)
    first_pulse(far_room)
    far_room.network.freeze()
    expect(far_room.page.locator("[data-link]")).to_contain_text("No connection")
    far_room.ended()
    far_room.network.mend()
    told_lost(far_room, "Its end did not come to this page")


def test_a_page_whose_feed_alone_hangs_stops_the_session(far_room: FarRoom) -> None:
    """Beats pass, so that the server would go on pressing while the page shows nothing of it: none goes before the
    feed has given its first frame."""
    set_up(far_room)
    first_pulse(far_room)
    far_room.network.freeze_only(b"/stream?")
    told_lost(far_room, "The connection between this page and the session broke.")
    assert "whose connection broke" in far_room.stored().stopped_by
    far_room.page.clock.install()
    far_room.page.route("**/stream?*", lambda _: None)
    make_ready(far_room)
    expect(far_room.page.locator("[data-doing]")).to_have_text("Connecting")
    far_room.page.clock.fast_forward("00:20")
    told_lost(far_room, "The connection between this page and the session broke.")
    assert (far_room.stored().outcome or {})["delivered"] == []


def test_a_page_of_a_server_begun_anew_says_that_the_session_is_over(far_room: FarRoom) -> None:
    set_up(far_room)
    first_pulse(far_room)
    far_room.network.cut()
    far_room.ended()
    with served(far_room.services) as address:
        far_room.network.server = address
        far_room.network.mend()
        told_lost(far_room, "The server was started anew meanwhile.")


def test_a_page_signed_out_meanwhile_keeps_what_it_shows_and_asks_for_nothing_but_stop(room: Room) -> None:
    set_up(room)
    room.page.context.clear_cookies()
    expect(room.page.get_by_text("You were signed out: no answer can be given any more.")).to_be_visible()
    expect(room.page.locator("[data-next]")).to_contain_text("press STOP")
    expect(room.page.get_by_text("How much does it hurt now")).to_have_count(0)
    expect(room.page.locator("[data-panels] .doses")).to_be_visible()
    expect(room.page.locator("[type=password]")).to_have_count(0)
    room.page.locator("[data-stop]").click()
    assert "STOP button" in room.ended().stopped_by
    expect(room.page.get_by_role("link", name="See what was done")).to_be_visible()
