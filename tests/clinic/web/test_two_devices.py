"""Claims: of two devices with one form, no tick and no newer answer is lost, whichever reaches the clinic last."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from care_course import answer_intake
from clinic_apps import Browser
from clinic_charts import Clock
from live_clinic import PATIENCE_MS, served
from spondyl.assessment.intake import Intake, Stop
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import KIND, begin, newest
from spondyl.clinic.chart.documents import load, save
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
Send = Callable[..., None]


@pytest.fixture
def link(services: Services, patient: Person) -> str:
    with writing(services.engine) as connection:
        return intake_link(services, begin(connection, patient.id, actor="test"))


@pytest.fixture
def send(browser: Open, link: str) -> Send:
    """Send one answer, of which ``minutes`` have passed since it was given."""
    device = browser(Role.NOBODY)

    def sent(item: str, *marks: str, unmarked: list[str] | None = None, minutes: int = 0) -> None:
        body: dict[str, object] = {"item": item, "marks": list(marks), "age_ms": minutes * 60_000}
        more = {} if unmarked is None else {"unmarked": unmarked}
        headers = {"X-CSRF": device.csrf(link)}
        assert device.post(f"{link}/answer", json=body | more, headers=headers).status_code == 200

    return sent


def kept(services: Services, patient: Person) -> Intake:
    with reading(services.engine) as connection:
        stored = newest(connection, patient.id)
    assert stored is not None
    return stored.intake


def test_a_tick_is_an_answer_of_its_own(
    send: Send, services: Services, patient: Person, clock: Clock
) -> None:
    for sentence in "12345":
        send("function_first", sentence, unmarked=[])
    send("function_first", "8", unmarked=[])
    assert kept(services, patient).of("function_first") == ("1", "2", "3", "4", "5", "8")
    clock.advance(timedelta(minutes=10))
    send("function_first", unmarked=["8"])
    send("function_first", "8", unmarked=[], minutes=5)
    send("function_first", unmarked=["1"], minutes=5)
    assert kept(services, patient).of("function_first") == ("2", "3", "4", "5"), "the 8 is gone since then"
    send("where", "low_back", unmarked=[])
    send("where", "neck", unmarked=[])
    assert kept(services, patient).of("where") == ("neck", "low_back")


def test_the_answer_that_was_given_last_stands_whichever_arrives_last(
    send: Send, services: Services, patient: Person, clock: Clock
) -> None:
    clock.advance(timedelta(minutes=30))
    send("pain_week", "9")
    send("pain_week", "2", minutes=10)
    assert kept(services, patient).one("pain_week") == "9"
    clock.advance(timedelta(minutes=30))
    send("pain_week", "4", minutes=10)
    assert kept(services, patient).one("pain_week") == "4"


def test_a_clock_that_was_set_back_loses_no_answer(
    send: Send, services: Services, patient: Person, clock: Clock
) -> None:
    send("pain_week", "9")
    clock.advance(timedelta(hours=-2))
    send("pain_week", "3", minutes=1)
    assert kept(services, patient).one("pain_week") == "3"


def test_an_older_yes_that_arrives_late_is_remembered_and_no_look_from_before_covers_it(
    send: Send, services: Services, patient: Person, clock: Clock
) -> None:
    clock.advance(timedelta(minutes=30))
    send("saddle_numbness", "no")
    with writing(services.engine) as connection:
        stored = newest(connection, patient.id)
        assert stored is not None
        everything = frozenset({"saddle_numbness"})
        add_review(connection, stored, cleared=everything, reason="Asked and examined: none.", actor="test")
    clock.advance(timedelta(minutes=1))
    send("saddle_numbness", "yes", minutes=20)
    intake = kept(services, patient)
    assert (intake.one("saddle_numbness"), intake.raised) == ("no", {"saddle_numbness"})
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.EVERYTHING


def test_a_form_from_before_the_times_were_kept_is_read_and_answered(
    browser: Open, services: Services, patient: Person
) -> None:
    stored = answer_intake(services, patient, pain=6, roland=14)
    with writing(services.engine) as connection:
        body = dict(load(connection, stored.document_id).body)
        del body["given_at"]
        save(
            connection,
            kind=KIND,
            person_id=patient.id,
            body=body,
            actor="test",
            document_id=stored.document_id,
            after_version=stored.version,
        )
    link, phone = intake_link(services, stored), browser(Role.NOBODY)
    late = {"item": "pain_week", "marks": ["3"], "age_ms": 60_000}
    assert phone.post(f"{link}/answer", json=late, headers={"X-CSRF": phone.csrf(link)}).status_code == 200
    assert kept(services, patient).one("pain_week") == "3"


def test_only_what_was_changed_on_a_page_without_scripts_is_an_answer(
    browser: Open, send: Send, services: Services, patient: Person, link: str
) -> None:
    send("where", "low_back", unmarked=[])
    send("complaint", "It aches\nat night")
    plain = browser(Role.NOBODY)
    page = plain.get(link).text
    shown = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("version", "opened_at")}
    send("where", "neck", unmarked=[])
    send("complaint", "It aches by day")
    send("pain_week", "9")
    fields = {"csrf": plain.csrf(link), **shown, "complaint": "It aches\r\nat night", "where": "left_calf"}
    assert plain.post(link, data=fields).status_code == 303
    intake = kept(services, patient)
    assert intake.one("complaint") == "It aches by day" and intake.one("pain_week") == "9"
    assert set(intake.of("where")) == {"neck", "left_calf"}, "low back was unticked, the neck was not shown"


@pytest.mark.parametrize("version", ["0", "999999", "1" * 40, "-1", "x", "\u0661"])
def test_a_page_that_names_no_version_takes_nothing_away(
    browser: Open, send: Send, services: Services, patient: Person, link: str, version: str
) -> None:
    send("where", "low_back", unmarked=[])
    plain = browser(Role.NOBODY)
    fields = {"csrf": plain.csrf(link), "version": version, "pain_week": "9"}
    assert plain.post(link, data=fields).status_code == 303
    intake = kept(services, patient)
    assert intake.of("where") == ("low_back",) and intake.one("pain_week") == "9"


@pytest.mark.parametrize(
    "body",
    [{"item": "fever", "marks": ["yes"]}, {"item": "where", "marks": ["tail"]}],
    ids=["no list", "no such"],
)
def test_a_tick_that_the_question_does_not_take_is_refused(
    browser: Open, link: str, body: dict[str, object]
) -> None:
    phone = browser(Role.NOBODY)
    sent = phone.post(f"{link}/answer", json=body | {"unmarked": []}, headers={"X-CSRF": phone.csrf(link)})
    assert sent.status_code == 422


def test_a_telephone_and_a_tablet_with_one_form_lose_nothing_of_each_other(
    browser_program: Chromium, services: Services, patient: Person, link: str, clock: Clock
) -> None:
    with served(services) as address:
        phone, tablet = (_opened(browser_program, f"{address}{link}") for _ in range(2))
        for place in ("Neck", "Low back"):
            phone.locator("[data-map] label").filter(has_text=place).first.locator("input").check(force=True)
        _saved(phone)
        tablet.locator("[data-map] input[value=left_calf]").check(force=True)
        _saved(tablet)
        clock.advance(timedelta(minutes=1))  # in one instant that answer is the later which was sent sooner
        phone.locator("[data-map] input[value=neck]").uncheck(force=True)
        _saved(phone)
        assert set(kept(services, patient).of("where")) == {"low_back", "left_calf"}
        clock.advance(timedelta(minutes=10))
        phone.context.set_offline(True)
        phone.locator("[name=pain_week][value='2']").check(force=True)
        phone.locator("[data-map] input[value=neck]").check(force=True)
        phone.locator("[data-map] input[value=low_back]").uncheck(force=True)
        expect(phone.locator("[data-state]")).to_contain_text("No connection")
        phone.wait_for_timeout(50)
        tablet.locator("[name=pain_week][value='9']").check(force=True)
        _saved(tablet)
        phone.context.set_offline(False)
        _saved(phone)
        intake = kept(services, patient)
        assert intake.one("pain_week") == "9", "it was given after the other"
        assert set(intake.of("where")) == {"neck", "left_calf"}
        for one in (phone, tablet):
            one.context.close()


def _opened(browser: Chromium, address: str) -> Page:
    """The form with every screen in sight, as the test goes to several."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    page.locator("body.by-screens").wait_for()
    page.evaluate("document.querySelectorAll('#intake .screen').forEach((one) => { one.hidden = false; })")
    page.evaluate("document.querySelector('.as-list').open = true")
    return page


def _saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_text("Saved")
