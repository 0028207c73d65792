"""Claims: a device that is handed over opens that one form, and what it opened before for somebody else it opens no
more, whoever presses Back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from clinic_apps import Browser
from live_clinic import PATIENCE_MS, served
from spondyl.clinic.care.intake_record import begin, newest
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
PASSWORD = "the row of chairs by the window"
SECRET = "Nobody else may read this"


@pytest.fixture
def two(services: Services, patient: Person) -> tuple[Person, Person]:
    """Two patients with a form each, and a member of the front desk with a password."""
    with writing(services.engine) as connection:
        other = add_person(connection, PersonDetails(given_name="Bo", family_name="Other"), actor="test")
        for one in (patient, other):
            begin(connection, one.id, actor="test")
        add_account(
            connection,
            sign_in_name="mara",
            full_name="Mara",
            role=Role.FRONT_DESK,
            password=PASSWORD,
            actor="test",
        )
    return patient, other


def handed_over(tablet: Browser, person: Person) -> str:
    """Sign in at the tablet and open the form of that patient there; its address."""
    assert tablet.submit("/sign-in", name="mara", password=PASSWORD).status_code == 303
    address = tablet.submit(f"/patients/{person.id}/intake/hand-over").headers["location"]
    assert "spondyl_session" not in tablet.cookies and tablet.get(address).status_code == 200
    return address


def refused(tablet: Browser, address: str) -> bool:
    """Whether a form is neither read nor changed at that address."""
    csrf = tablet.csrf()
    answer = {"item": "complaint", "marks": ["changed"]}
    sent = [
        tablet.get(address),
        tablet.post(f"{address}/answer", json=answer, headers={"X-CSRF": csrf}),
        tablet.post(f"{address}/next", json={"group": "where"}, headers={"X-CSRF": csrf}),
        tablet.post(f"{address}/language", data={"csrf": csrf, "language": "es"}),
        tablet.post(address, data={"csrf": csrf, "complaint": "changed"}),
    ]
    return {one.status_code for one in sent} == {410}


def test_a_tablet_that_goes_to_the_next_patient_opens_nothing_of_the_one_before(
    browser: Open, services: Services, two: tuple[Person, Person]
) -> None:
    first, second = two
    tablet = browser(Role.NOBODY)
    of_first = handed_over(tablet, first)
    assert tablet.submit("/sign-in", name="mara", password=PASSWORD).status_code == 303
    assert refused(tablet, of_first), "staff have it back: the hand-over is over"
    tablet.cookies.delete("spondyl_session")
    assert refused(tablet, of_first)
    of_second = handed_over(tablet, second)
    assert refused(tablet, of_first)
    assert tablet.get(of_second).status_code == 200
    with reading(services.engine) as connection:
        stored = newest(connection, first.id)
    assert stored is not None and stored.version == 1
    told = tablet.get(of_first, headers={"Accept-Language": "es"}).text
    assert "Este formulario no está abierto aquí" in told and "devuelva este aparato en recepción" in told


def test_a_form_that_was_sent_to_somebody_does_not_open_on_a_device_handed_over_for_another(
    browser: Open, services: Services, two: tuple[Person, Person]
) -> None:
    tablet = browser(Role.NOBODY)
    here = handed_over(tablet, two[1])
    with reading(services.engine) as connection:
        stored = newest(connection, two[0].id)
    assert stored is not None
    sent = intake_link(services, stored)
    assert refused(tablet, sent)
    assert browser(Role.NOBODY).get(sent).status_code == 200
    assert refused(browser(Role.NOBODY), here), "the address of a hand-over opens nothing elsewhere"


def test_five_backs_on_a_shared_tablet_show_no_answer_of_the_patient_before(
    browser_program: Chromium, services: Services, two: tuple[Person, Person]
) -> None:
    with served(services) as address:
        context = browser_program.new_context(base_url=address)
        context.set_default_timeout(PATIENCE_MS)
        tablet = context.new_page()
        _hand_over(tablet, two[0])
        of_first = tablet.url
        tablet.get_by_label("In your own words: what is the trouble?").fill(SECRET)
        tablet.get_by_label("Less than 6 weeks").check()
        expect(tablet.locator("[data-state]")).to_have_text("Saved")
        _hand_over(tablet, two[1])
        been = set[str]()
        for _ in range(9):
            tablet.go_back()
            been.add(tablet.url)
            typed = "[...document.querySelectorAll('textarea')].map((one) => one.value).join()"
            assert SECRET not in tablet.content() + tablet.evaluate(typed), tablet.url
            if tablet.url == of_first:
                expect(tablet.get_by_role("heading", name="This form is not open here")).to_be_visible()
        assert of_first in been
        context.close()


def test_a_form_that_stops_on_a_shared_tablet_keeps_its_answers_in_that_window_alone(
    browser_program: Chromium, services: Services, two: tuple[Person, Person]
) -> None:
    with served(services) as address:
        context = browser_program.new_context(base_url=address)
        context.set_default_timeout(PATIENCE_MS)
        tablet = context.new_page()
        _hand_over(tablet, two[0])
        context.clear_cookies(name="spondyl_handed_over")  # as when staff sign in beside it
        tablet.get_by_label("Less than 6 weeks").check()
        expect(tablet.get_by_role("heading", name="This form has stopped")).to_be_focused()
        expect(tablet.get_by_text("say that the form has stopped")).to_be_visible()
        assert tablet.evaluate("localStorage.length") == 0
        _hand_over(tablet, two[1])
        expect(tablet.get_by_label("Less than 6 weeks")).not_to_be_checked()
        _hand_over(tablet, two[0])
        expect(tablet.locator("[data-state]")).to_have_text("Saved")
        expect(tablet.get_by_label("Less than 6 weeks")).to_be_checked()
        context.close()


def _hand_over(tablet: Page, person: Person) -> None:
    tablet.goto("/sign-in")
    tablet.get_by_label("Sign-in name").fill("mara")
    tablet.get_by_label("Password").fill(PASSWORD)
    tablet.get_by_role("button", name="Sign in", exact=True).click()
    tablet.wait_for_url("**/today*")
    tablet.goto(f"/patients/{person.id}/intake")
    tablet.get_by_role("button", name="Open the form on this device").click()
    expect(tablet.get_by_role("heading", name="What brings you here?")).to_be_visible()
