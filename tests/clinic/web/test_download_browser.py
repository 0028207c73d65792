"""Claims, in a real browser: a file of records can be fetched again from the page that stays, two clicks are one, and
the page says that it has begun; on a telephone the tab of the page and the whole bar are in sight."""

from playwright.sync_api import Browser, expect

from audit_rows import entries
from live_clinic import served, signed_in
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services


def test_the_export_is_fetched_twice_from_one_page(
    browser_program: Browser, services: Services, staff: dict[Role, Account]
) -> None:
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.ADMINISTRATOR])
        page.goto("/admin/export")
        page.locator("[name=reason]").select_option("move to another system")
        button = page.get_by_role("button", name="Export everything")
        with page.expect_download():
            button.dblclick()
        expect(page.get_by_text("The download has begun.")).to_be_visible()
        expect(page.locator("form[data-again]")).not_to_have_attribute("data-sent", "yes")
        with page.expect_download():
            button.click()
        page.context.close()
    with reading(services.engine) as connection:
        begun = [one for one in entries(connection, limit=50) if "export" in one.action]
    assert len([one for one in begun if one.action == "export clinic"]) == 2, begun


def test_the_tab_of_the_page_and_the_whole_bar_are_in_sight_on_a_telephone(
    browser_program: Browser, services: Services, staff: dict[Role, Account], patient: Person
) -> None:
    with writing(services.engine) as connection:
        add_account(
            connection,
            sign_in_name="long",
            full_name="Wolfeschlegelsteinhausenbergerdorffwelche-" * 2,
            role=Role.CLINICIAN,
            password=None,
            actor="test",
        )
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=390)
        page.goto(f"/restrict/{patient.id}")
        expect(page.get_by_text("Wolfeschlegel")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        # The bar at the top too: each step of the day, who is signed in, and the way out.
        for link in page.locator(".rail nav a, .rail .who, .rail .plain").all():
            expect(link).to_be_in_viewport(ratio=0.99)
        for tab in ("records", "plan", "intake"):
            page.goto(f"/patients/{patient.id}/{tab}")
            expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.99)
        page.context.close()
