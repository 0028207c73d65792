"""Claims, in a real browser: a name and a password open the day; what was typed for longer than a session lasts, or
while the server was away, stays on the page until it is sent by who wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from live_clinic import chromium, served, signed_in, violations
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables import sessions
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

PASSWORD = "four unrelated words here"
NOTE = "Half an hour of what the patient told."


def test_name_and_password_open_the_day(services: Services) -> None:
    with writing(services.engine) as connection:
        add_account(
            connection,
            sign_in_name="desk",
            full_name="Test Desk",
            role=Role.FRONT_DESK,
            password=PASSWORD,
            actor="test",
        )
    with served(services) as address, chromium() as browser:
        page = browser.new_page(base_url=address)
        page.goto("/today")
        page.get_by_label("Sign-in name").fill("desk")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
        page.context.close()


@contextmanager
def note_of_half_an_hour(services: Services, staff: dict[Role, Account], patient: Person) -> Iterator[Page]:
    """A clinician's page on which a note was typed for longer than a session lasts."""
    with served(services) as address, chromium() as browser:
        page = signed_in(browser, address, services, staff[Role.CLINICIAN])
        page.clock.install()
        page.goto(f"/patients/{patient.id}/exam")
        page.get_by_label("What the patient says").fill(NOTE)
        page.clock.fast_forward("31:00")
        yield page
        page.context.close()


def sign_in_again(page: Page, services: Services, account: Account) -> None:
    """As in another tab of the same browser."""
    with writing(services.engine) as connection:
        token = open_session(connection, account.id)
    address = page.url.split("/patients")[0]
    page.context.add_cookies([{"name": session_cookie(services.settings), "value": token, "url": address}])


def kept_notes(services: Services, patient: Person) -> list[str]:
    with reading(services.engine) as connection:
        return [one.note.text for one in notes_of(connection, patient.id)]


def test_a_note_outlives_the_session_it_was_typed_in(
    services: Services, staff: dict[Role, Account], patient: Person
) -> None:
    with note_of_half_an_hour(services, staff, patient) as page:
        with writing(services.engine) as connection:
            connection.execute(sessions.delete())
        page.get_by_role("button", name="Keep and sign").click()
        expect(page.get_by_role("alert")).to_contain_text("Not sent: you were signed out.")
        assert violations(page) == []
        expect(page.get_by_label("What the patient says")).to_have_value(NOTE)
        assert kept_notes(services, patient) == []
        sign_in_again(page, services, staff[Role.CLINICIAN])
        page.get_by_role("button", name="Keep and sign").click()
        expect(page.get_by_text("The note is kept and signed.")).to_be_visible()
        assert kept_notes(services, patient) == [NOTE]


def test_a_note_is_neither_lost_to_a_server_that_is_away_nor_signed_by_somebody_else(
    services: Services, staff: dict[Role, Account], patient: Person
) -> None:
    with note_of_half_an_hour(services, staff, patient) as page:
        page.context.set_offline(True)
        page.get_by_role("button", name="Keep and sign").click()
        expect(page.get_by_role("alert")).to_contain_text("Not sent: the clinic's server does not answer.")
        page.context.set_offline(False)
        sign_in_again(page, services, staff[Role.ADMINISTRATOR])
        page.get_by_role("button", name="Keep and sign").click()
        expect(page.get_by_role("alert")).to_contain_text("somebody else is signed in in this browser now")
        expect(page.get_by_label("What the patient says")).to_have_value(NOTE)
        assert kept_notes(services, patient) == []
