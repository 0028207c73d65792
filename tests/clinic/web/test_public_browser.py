"""Claims, in a real browser on a telephone: four taps to a booked visit; axe finds nothing in either language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from live_clinic import PATIENCE_MS, clicks, count_clicks, served, violations
from practices import two_offices
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services


@pytest.fixture
def phone(browser_program: Browser, services: Services) -> Iterator[Page]:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    with served(services) as address:
        context = browser_program.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, base_url=address, locale="en-US"
        )
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()
        context.close()


def test_four_taps_book_a_visit(phone: Page) -> None:
    count_clicks(phone)
    phone.goto("/book")
    assert violations(phone) == []
    phone.get_by_role("button", name="Next free").first.click()
    assert violations(phone) == []
    phone.keyboard.type("Rosa")  # the first field has the cursor already
    phone.get_by_label("Last name").click()
    phone.keyboard.type("Test-Vega")
    phone.get_by_label("Telephone or e-mail").click()
    phone.keyboard.type("714 555 0123")
    phone.get_by_role("button", name="Book this visit").click()
    expect(phone.get_by_text("Keep this page's address")).to_be_visible()
    assert clicks(phone) <= 4
    assert violations(phone) == []


def test_every_public_page_is_clean_in_spanish_and_fits_a_telephone(phone: Page) -> None:
    phone.goto("/book?lang=es")
    phone.get_by_role("link", name="Otras horas").first.click()
    pages = [violations(phone), _overflow(phone)]
    phone.locator(".times button").first.click()
    phone.get_by_label("Nombre").fill("Rosa")
    phone.get_by_label("Apellidos").fill("Test-Vega")
    phone.get_by_label("Teléfono o correo electrónico").fill("rosa@example.org")
    phone.get_by_role("button", name="Reservar esta cita").click()
    phone.get_by_role("link", name="Cambiar la hora").click()
    pages += [violations(phone), _overflow(phone)]
    phone.locator(".times button").nth(1).click()
    phone.get_by_text("Cancelar la cita").click()
    pages += [violations(phone), _overflow(phone)]
    phone.get_by_role("button", name="Sí, cancelarla").click()
    expect(phone.get_by_text("Su cita está cancelada")).to_be_visible()
    assert pages == [[], 0, [], 0, [], 0]


def test_who_changes_the_language_while_typing_keeps_what_was_typed(phone: Page) -> None:
    phone.goto("/book")
    phone.get_by_role("button", name="Next free").first.click()
    phone.get_by_label("First name").fill("Rosa")
    phone.wait_for_load_state()  # nobody types and presses faster than the page comes
    phone.get_by_role("button", name="Español").click()
    expect(phone.get_by_label("Nombre")).to_have_value("Rosa")
    phone.wait_for_load_state()
    assert violations(phone) == []
    phone.get_by_label("Apellidos").fill("Test-Vega")
    phone.get_by_label("Teléfono o correo electrónico").fill("714 555")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_label("Last name")).to_have_value("Test-Vega")
    phone.get_by_label("Last name").press("Enter")  # books, and does not change the language
    expect(phone.get_by_text("That is no telephone number and no e-mail address")).to_be_visible()
    phone.wait_for_load_state()
    phone.get_by_label("Telephone or e-mail").fill("714 555 0123")
    phone.get_by_label("Last name").press("Enter")
    expect(phone.get_by_text("Keep this page's address")).to_be_visible()
    booked = phone.url
    phone.go_back()  # from here the browser would ask whether to send the refused form again
    expect(phone.get_by_text("Keep this page's address")).to_be_visible()
    assert phone.url == booked


def _overflow(page: Page) -> int:
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"))
