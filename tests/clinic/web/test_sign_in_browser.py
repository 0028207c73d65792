"""Claim: in a real browser, a name and a password typed into the sign-in page open the day; forms are sent once."""

from playwright.sync_api import expect

from live_clinic import chromium, served
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services

PASSWORD = "four unrelated words here"


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
