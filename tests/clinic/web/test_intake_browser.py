"""Claims, in a real browser on a telephone: the form survives reload and lost network, stops at a red flag with or
without network, works by keyboard, and axe finds nothing on any of its screens in either language and colour."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_charts import Clock
from live_clinic import PATIENCE_MS, served, signed_in, violations
from spondyl.assessment.intake import INTAKE, Group, Intake
from spondyl.clinic.care.intake_record import begin, keep, newest
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

DARK_ONES = ("complaint", "where", "pain", "function_first", "done")
"""Between them these hold every kind of field; axe takes two seconds a screen."""


@pytest.fixture
def phone(browser_program: Browser, services: Services, patient: Person) -> Iterator[Page]:
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    with served(services) as address:
        context = browser_program.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, base_url=address
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(link)
        yield page
        context.close()


def kept(services: Services, patient: Person) -> Intake:
    with reading(services.engine) as connection:
        stored = newest(connection, patient.id)
    assert stored is not None
    return stored.intake


def leave(services: Services, patient: Person, groups: tuple[Group, ...]) -> None:
    """Finish these screens, whatever is answered on them."""
    with writing(services.engine) as connection:
        stored = newest(connection, patient.id)
        assert stored is not None
        left = frozenset(group.key for group in groups)
        keep(connection, stored, replace(stored.intake, finished=left), actor="test")


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_text("Saved")


def press_next(page: Page) -> None:
    page.locator(".screen:not([hidden]) [data-next]").click()


def fill_complaint(page: Page) -> None:
    page.get_by_label("In your own words: what is the trouble?").fill("Low back, since I moved house")
    page.get_by_label("Less than 6 weeks").check()
    page.get_by_label("About the same").check()
    press_next(page)


def a_patient_goes_on_where_she_stopped(phone: Page, services: Services, patient: Person) -> None:
    fill_complaint(phone)
    expect(phone.get_by_role("heading", name="Important questions first")).to_be_visible()
    saved(phone)
    phone.reload()
    expect(phone.get_by_role("heading", name="Important questions first")).to_be_visible()
    assert kept(services, patient).one("complaint") == "Low back, since I moved house"


def a_screen_with_an_open_question_stays_and_says_so(phone: Page) -> None:
    press_next(phone)
    here = phone.locator(".screen:not([hidden])")
    marked = here.get_by_text("Please answer this one too.")
    expect(marked).to_have_count(2)
    expect(here.locator(".open-question")).to_have_count(2)
    expect(
        here.get_by_text("2 questions on this screen have no answer yet; they are marked.")
    ).to_be_visible()
    assert phone.evaluate("document.activeElement.closest('[data-required]').dataset.question") == "since"
    assert violations(phone) == []
    phone.get_by_label("Less than 6 weeks").check()
    expect(marked).to_have_count(1)
    expect(here.get_by_text("1 question on this screen has no answer yet; it is marked.")).to_be_visible()
    phone.get_by_label("About the same").check()
    expect(here.locator("[data-problem]")).to_be_hidden()
    expect(phone.get_by_role("heading", name="What brings you here?")).to_be_visible()


def lost_network_keeps_the_answers_and_sends_them_later(
    phone: Page, services: Services, patient: Person
) -> None:
    phone.context.set_offline(True)
    for number in range(5):
        phone.locator(".screen:not([hidden]) fieldset").nth(number).get_by_label("No", exact=True).check()
    expect(phone.locator("[data-state]")).to_contain_text("No connection")
    press_next(phone)
    expect(phone.get_by_role("heading", name="A few more of these")).to_be_visible()
    assert kept(services, patient).one("saddle_numbness") == ""
    phone.context.set_offline(False)
    phone.reload()
    expect(phone.get_by_role("heading", name="A few more of these")).to_be_visible()
    saved(phone)
    assert kept(services, patient).one("both_legs") == "no"
    assert "red_flags_nerves" in kept(services, patient).finished


def the_last_page_says_that_everything_is_saved_only_when_it_is(
    phone: Page, services: Services, patient: Person
) -> None:
    leave(services, patient, INTAKE[:-1])
    phone.reload()
    phone.context.set_offline(True)
    list(walk(phone))
    kept_words, waits = (
        phone.get_by_text("Everything is saved."),
        phone.get_by_text("Not everything is sent yet."),
    )
    expect(waits).to_be_visible()
    expect(kept_words).to_be_hidden()
    phone.context.set_offline(False)
    expect(kept_words).to_be_visible()
    expect(waits).to_be_hidden()
    assert kept(services, patient).next_group is None


def test_a_form_whose_link_is_over_stops_and_a_new_link_sends_what_it_kept(
    phone: Page, services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    phone.reload()
    fill_complaint(phone)
    saved(phone)
    clock.advance(timedelta(days=15))
    phone.locator("[data-question=both_legs]").get_by_label("No", exact=True).check()
    expect(phone.get_by_role("heading", name="This form has stopped")).to_be_focused()
    expect(phone.locator(".screen:visible a.call").first).to_be_visible()
    expect(phone.locator("[data-next]:visible")).to_have_count(0)
    assert violations(phone) == []
    with reading(services.engine) as connection:
        stored = newest(connection, patient.id)
    assert stored is not None and stored.intake.of("both_legs") == ()
    tab = phone.context.new_page()
    tab.goto(intake_link(services, stored))
    saved(tab)
    expect(tab.locator("[data-question=both_legs]").get_by_label("No", exact=True)).to_be_checked()
    assert kept(services, patient).one("both_legs") == "no"
    assert tab.evaluate("localStorage.length + sessionStorage.length") == 0


def test_what_stopped_on_a_telephone_is_forgotten_after_two_weeks(phone: Page, clock: Clock) -> None:
    clock.advance(timedelta(days=15))
    phone.get_by_label("Less than 6 weeks").check()
    expect(phone.get_by_role("heading", name="This form has stopped")).to_be_visible()
    clock.advance(timedelta(days=-15))
    tab = phone.context.new_page()
    tab.clock.install(time=datetime.now(UTC) + timedelta(days=15))
    tab.goto(phone.url)
    expect(tab.get_by_label("Less than 6 weeks")).not_to_be_checked()
    assert tab.evaluate("localStorage.length") == 0


def test_an_emergency_stands_above_a_form_that_has_stopped(phone: Page, clock: Clock) -> None:
    fill_complaint(phone)
    saved(phone)
    clock.advance(timedelta(days=15))
    phone.locator("[data-question=saddle_numbness]").get_by_label("Yes").check()
    message = phone.get_by_role("alertdialog")
    expect(message.get_by_text("do not wait for us")).to_be_visible()
    expect(message.get_by_role("heading", name="Please get emergency care now")).to_be_focused()
    message.get_by_role("button", name="I answered by mistake").click()
    expect(phone.get_by_role("heading", name="This form has stopped")).to_be_focused()


def saddle_numbness_shows_the_page_at_once_with_or_without_network(
    phone: Page, services: Services, patient: Person, is_offline: bool
) -> None:
    phone.context.set_offline(is_offline)
    phone.locator("[data-question=saddle_numbness]").get_by_label("Yes").check()
    message = phone.get_by_role("alertdialog")
    expect(message.get_by_role("heading", name="Please get emergency care now")).to_be_focused()
    expect(message.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    if is_offline:
        expect(message.get_by_text("do not wait for us")).to_be_visible()
    else:
        saved(phone)
        assert kept(services, patient).raised == {"saddle_numbness"}
        phone.reload()
        expect(message).to_be_visible()
    assert violations(phone) == []
    message.get_by_role("button", name="I answered by mistake").click()
    expect(message).to_be_hidden()
    phone.context.set_offline(False)
    answer_no(phone)


def the_body_map_works_by_keyboard_touch_and_list(phone: Page, services: Services, patient: Person) -> None:
    leave(services, patient, INTAKE[:3])
    phone.reload()
    low_back = phone.get_by_role("checkbox", name="Low back").first
    low_back.focus()
    phone.keyboard.press("Space")
    phone.locator("[data-region=left_calf]").tap()
    phone.get_by_text("The same as a list").click()
    phone.get_by_label("Neck").last.check()
    expect(phone.locator("[data-chosen]")).to_have_text("Neck, Low back, Left calf or heel")
    saved(phone)
    assert set(kept(services, patient).of("where")) == {"low_back", "left_calf", "neck"}


def walk(page: Page) -> Iterator[str]:
    """Answer the whole form harmlessly; yields before each screen is left."""
    while page.locator(".screen:not([hidden])").get_attribute("data-group") != "done":
        screen = page.locator(".screen:not([hidden])")
        for question in screen.locator("[data-required]").all():
            kind = "No" if question.get_by_label("No", exact=True).count() else None
            (question.get_by_label(kind, exact=True) if kind else question.locator("label").first).click()
        yield str(screen.get_attribute("data-group"))
        press_next(page)
    yield "done"


@pytest.mark.parametrize("is_dark", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_every_screen_passes_axe_and_nothing_goes_elsewhere(phone: Page, is_dark: bool) -> None:
    phone.emulate_media(color_scheme="dark" if is_dark else "light", reduced_motion="reduce")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.get_by_role("button", name="Español").click()
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.locator("body.by-screens").wait_for()
    screens: list[str] = []
    for screen in walk(phone):
        screens.append(screen)
        if is_dark and screen not in DARK_ONES:
            continue
        assert violations(phone) == [], screen
        assert phone.locator(".screen:visible").count() == 1, screen
        wide = phone.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{screen} is {wide} px too wide for a telephone"
    assert screens == [*(group.key for group in INTAKE), "done"]
    saved(phone)
    expect(phone.get_by_text("The clinician will ask you more")).to_be_hidden()
    base = phone.url.split("/intake/")[0]
    assert {url for url in asked if not url.startswith(base)} == set()


def a_page_whose_cookie_is_over_still_sends_its_answers_and_only_then_says_that_the_clinic_sees_them(
    phone: Page, services: Services, patient: Person
) -> None:
    phone.context.clear_cookies()
    phone.locator("[name=saddle_numbness][value=yes]").check()
    expect(phone.locator("[data-message]:not([hidden]) [data-told]")).to_be_visible()
    saved(phone)
    assert kept(services, patient).one("saddle_numbness") == "yes"
    take_back(phone)


def an_answer_that_the_clinic_does_not_take_stays_on_the_telephone_and_nothing_says_it_arrived(
    phone: Page, services: Services, patient: Person
) -> None:
    phone.route("**/answer", lambda route: route.fulfill(status=403, body="{}"))
    phone.locator("[name=saddle_numbness][value=yes]").check()
    expect(phone.locator("[data-message]:not([hidden]) [data-untold]")).to_be_visible()
    expect(phone.locator("[data-message]:not([hidden]) [data-told]")).to_be_hidden()
    phone.unroute("**/answer")
    expect(phone.locator("[data-message]:not([hidden]) [data-told]")).to_be_visible()
    assert kept(services, patient).one("saddle_numbness") == "yes"
    take_back(phone)


def test_an_answer_that_nobody_takes_is_sent_ever_more_rarely(phone: Page) -> None:
    sent: list[float] = []
    phone.clock.install()
    phone.reload()
    phone.route("**/answer", lambda route: sent.append(0.0) or route.fulfill(status=503, body="{}"))
    phone.get_by_label("Less than 6 weeks").check()
    expect(phone.locator("[data-state]")).to_contain_text("No connection")
    for _ in range(60):  # five minutes
        phone.clock.run_for(5_000)
        phone.wait_for_load_state("networkidle")
    # At 0, 3, 9, 21, 45, 93 and 189 s; every 3 s it would be a hundred.
    assert 5 <= len(sent) <= 8
    phone.unroute("**/answer")
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    saved(phone)


def test_back_from_the_form_on_the_desks_tablet_does_not_show_the_chart(
    browser_program: Browser, services: Services, staff: dict[Role, Account], patient: Person
) -> None:
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test")
    with served(services) as address:
        tablet = signed_in(browser_program, address, services, staff[Role.FRONT_DESK])
        tablet.goto(f"/patients/{patient.id}/intake")
        tablet.get_by_role("button", name="Open the form on this device").click()
        expect(tablet.get_by_role("heading", name="What brings you here?")).to_be_visible()
        tablet.go_back()
        expect(tablet.get_by_role("heading", name="Sign in")).to_be_visible()
        assert patient.full_name not in tablet.content()
        tablet.context.close()


def a_message_is_read_in_the_other_language_also_before_the_clinic_has_the_answer(
    phone: Page, is_offline: bool
) -> None:
    if is_offline:
        phone.route("**/answer", lambda route: route.abort())
    phone.locator("[data-question=saddle_numbness]").get_by_label("Yes").check()
    message = phone.get_by_role("alertdialog")
    expect(message.get_by_role("heading", name="Please get emergency care now")).to_be_focused()
    if not is_offline:
        saved(phone)
    message.get_by_role("button", name="Español").click()
    expect(message.get_by_role("button", name="Respondí por error")).to_be_visible()
    expect(message.get_by_role("link", name="Llamar al 911")).to_be_visible()
    assert violations(phone) == []
    message.get_by_role("button", name="English").click()
    expect(message.get_by_role("button", name="Español")).to_be_visible()
    phone.locator("body.by-screens").wait_for()  # the page's script has begun
    phone.unroute("**/answer")
    take_back(phone)


def who_goes_on_after_a_message_is_back_at_the_question(phone: Page) -> None:
    item = phone.evaluate(
        "[...document.querySelectorAll('[data-stops]')].find("
        "(one) => document.querySelector(`[data-message=${one.dataset.stops}] [data-go-on]`)).dataset.item"
    )
    yes = phone.locator(f'[data-item="{item}"][data-stops]')
    while not yes.is_visible():
        for question in phone.locator(".screen:not([hidden]) [data-required]").all():
            question.get_by_label("No", exact=True).check()
        press_next(phone)
    yes.check()
    phone.get_by_role("alertdialog").get_by_role("button", name="Go on with the questions").click()
    expect(yes).to_be_focused()


def take_back(page: Page) -> None:
    page.get_by_role("button", name="I answered by mistake").locator("visible=true").click()
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    answer_no(page)


def answer_no(page: Page) -> None:
    page.locator("[data-question=saddle_numbness]").get_by_label("No", exact=True).check()
    saved(page)


def test_a_form_is_filled_in_with_open_questions_and_a_lost_network(
    phone: Page, services: Services, patient: Person
) -> None:
    a_screen_with_an_open_question_stays_and_says_so(phone)
    a_patient_goes_on_where_she_stopped(phone, services, patient)
    lost_network_keeps_the_answers_and_sends_them_later(phone, services, patient)
    the_body_map_works_by_keyboard_touch_and_list(phone, services, patient)
    the_last_page_says_that_everything_is_saved_only_when_it_is(phone, services, patient)


def test_a_red_flag_stops_the_form_whatever_the_network_does(
    phone: Page, services: Services, patient: Person, clock: Clock
) -> None:
    """The answer is taken back after each claim, and time goes on: what is older than what is kept changes nothing."""
    fill_complaint(phone)
    saved(phone)
    for is_offline in (False, True):
        clock.advance(timedelta(minutes=1))
        saddle_numbness_shows_the_page_at_once_with_or_without_network(phone, services, patient, is_offline)
        clock.advance(timedelta(minutes=1))
        a_message_is_read_in_the_other_language_also_before_the_clinic_has_the_answer(phone, is_offline)
    clock.advance(timedelta(minutes=1))
    an_answer_that_the_clinic_does_not_take_stays_on_the_telephone_and_nothing_says_it_arrived(
        phone, services, patient
    )
    clock.advance(timedelta(minutes=1))
    a_page_whose_cookie_is_over_still_sends_its_answers_and_only_then_says_that_the_clinic_sees_them(
        phone, services, patient
    )
    who_goes_on_after_a_message_is_back_at_the_question(phone)
