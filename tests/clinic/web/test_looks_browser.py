"""Claims, in a real browser: paper is light and bears the patient, a choice is seen in forced colours, and a note that
could not be sent is still there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from care_course import answer_intake, plan_fields
from clinic_apps import Browser as Client
from clinic_charts import Clock
from live_clinic import served, signed_in
from spondyl.booking import Appointment, Wish
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.report.outcomes_words import FEWEST_SHOWN
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services

WHITE, DARK_INK = "rgb(255, 255, 255)", "rgb(28, 36, 39)"
WORDS_OF_PICTURES = """[...document.querySelectorAll('.pictures > svg')].filter((one) => one.checkVisibility())
.flatMap((one) => [...one.querySelectorAll('text')].filter((text) => {
  const box = text.getBBox(), sheet = one.viewBox.baseVal, size = parseFloat(getComputedStyle(text).fontSize);
  return size * one.getBoundingClientRect().width / sheet.width < 11 || box.x < 0 || box.x + box.width > sheet.width;
}).map((text) => text.textContent))"""
"""Words that are smaller than 11 px or cut off."""
WHOLE_NAME = """(one) => {
  const words = document.createRange(), visit = one.closest('.visit').getBoundingClientRect();
  words.selectNodeContents(one);
  const box = words.getBoundingClientRect();
  return box.right <= visit.right && box.bottom <= visit.bottom;
}"""
LINES_BELOW = """(all) => all.map((one) => ({ below: getComputedStyle(one).borderBottomColor,
  ground: getComputedStyle(document.body).backgroundColor, chosen: one.hasAttribute("aria-current") }))"""
GROUND = "(one) => getComputedStyle(one).backgroundColor"


@pytest.fixture
def clinician(browser_program: Browser, services: Services, staff: dict[Role, Account]) -> Iterator[Page]:
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN])
        yield page
        page.context.close()


@pytest.fixture
def planned(browser: Callable[[Role], Client], services: Services, patient: Person) -> str:
    """The address of a signed plan."""
    answer_intake(services, patient, pain=6, roland=14)
    kept = browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/plan", **plan_fields())
    assert kept.status_code == 303, kept.text
    return f"/patients/{patient.id}/plan"


@pytest.mark.parametrize("by", ["switch", "device"])
def test_paper_is_light_also_where_the_screen_is_dark(clinician: Page, by: str, planned: str) -> None:
    clinician.emulate_media(color_scheme="dark" if by == "device" else "light")
    clinician.goto(f"{planned}/sheet")
    if by == "switch":
        clinician.get_by_role("button", name="Dark").click()
    title = clinician.locator(".leaflet-title")
    colour = "(one) => getComputedStyle(one).color"
    assert title.evaluate(colour) != DARK_INK
    clinician.emulate_media(media="print")
    assert title.evaluate(colour) == DARK_INK
    assert clinician.locator(".leaflet").evaluate(GROUND) == WHITE


def test_a_printed_plan_says_whose_it_is_and_what_stops_it_and_a_sheet_has_its_own_head(
    clinician: Page, patient: Person, planned: str
) -> None:
    clinician.emulate_media(media="print")
    clinician.goto(planned)
    expect(clinician.get_by_role("heading", name=patient.full_name)).to_be_visible()
    expect(clinician.get_by_text(f"Record {patient.record_number}")).to_be_visible()
    expect(clinician.locator("main > .notice")).to_be_visible()
    expect(clinician.get_by_role("button", name="Ask for consent")).to_be_hidden()
    clinician.goto(f"/patients/{patient.id}/outcomes")
    expect(clinician.get_by_role("heading", name="Every score")).to_be_visible()
    expect(clinician.get_by_role("heading", name="Enter a score from paper")).to_be_hidden()
    clinician.goto(f"{planned}/consent")
    expect(clinician.locator(".patient-head")).to_be_hidden()
    expect(clinician.get_by_label("Name of the person who agrees")).to_be_hidden()
    expect(clinician.locator(".letterhead")).to_contain_text(patient.full_name)


def test_a_chosen_number_and_the_theme_are_seen_in_forced_colours(clinician: Page, patient: Person) -> None:
    clinician.emulate_media(forced_colors="active")
    clinician.goto(f"/patients/{patient.id}/exam")
    clinician.locator('[name=pain][value="4"]').check()
    numbers = clinician.locator(".note-form label.number")
    assert numbers.nth(4).evaluate(GROUND) != numbers.nth(3).evaluate(GROUND)
    themes = clinician.locator(".theme button")
    grounds = {one.get_attribute("aria-pressed"): one.evaluate(GROUND) for one in themes.all()}
    assert grounds["true"] != grounds["false"]
    lines = clinician.locator(".tabs a").evaluate_all(LINES_BELOW)
    assert len({one["below"] for one in lines if not one["chosen"]} | {lines[0]["ground"]}) == 1
    assert [one["below"] != one["ground"] for one in lines] == [one["chosen"] for one in lines]


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_of_scores_are_read_on_a_telephone_too(
    clinician: Page, services: Services, patient: Person, width: int
) -> None:
    """Every word at least 11 px high, inside its picture, and the page no wider than the screen."""
    with writing(services.engine) as connection:
        others = [
            add_person(
                connection, PersonDetails(given_name="Other", family_name=f"Number {one}"), actor="test"
            )
            for one in range(FEWEST_SHOWN - 1)
        ]
        for person in (patient, *others):
            for week, value in ((0, 14), (6, 7)):
                on = date(2025, 12, 1) + timedelta(weeks=week)
                add_score(connection, person.id, instrument="rmdq", value=value, on=on, actor="test")
    clinician.set_viewport_size({"width": width, "height": 844})
    for address in (f"/patients/{patient.id}/outcomes", "/outcomes"):
        clinician.goto(address)
        assert clinician.locator(".pictures > svg:visible").count() == 1
        assert clinician.evaluate(WORDS_OF_PICTURES) == []
        assert clinician.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("address", ["/today", "plan", "adjust", "/aid/exercise?lang=es"])
def test_no_page_scrolls_sideways_with_large_letters(
    clinician: Page, services: Services, patient: Person, planned: str, address: str
) -> None:
    """A telephone of 390 px with text at 200 per cent; on Today an intake waits with its long word of state."""
    answer_intake(services, patient, pain=6, roland=14, again=True, fever="yes")
    clinician.set_viewport_size({"width": 390, "height": 844})
    clinician.goto(address if address.startswith("/") else planned.replace("plan", address))
    clinician.evaluate("document.documentElement.style.fontSize = '200%'")
    assert clinician.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def visits(services: Services) -> list[Appointment]:
    """Three short visits of one day, one after another: of 15, 20 and 20 minutes."""
    practice = sample_practice()
    types = [
        replace(one, duration_min=15) if one.key == "adjustment" else one for one in practice.visit_types
    ]
    made = []
    with writing(services.engine) as connection:
        save_practice(connection, replace(practice, visit_types=tuple(types)), actor="test")
        for given_name in ("Amelia", "Bruno", "Carmen"):
            details = PersonDetails(given_name=given_name, family_name="Demo-Hart")
            who = add_person(connection, details, actor="test").id
            kind = "adjustment" if given_name == "Amelia" else "follow-up"
            wish = Wish(visit_type=kind, office="yorba-linda", provider="lind", person=who)
            slot = next_free(connection, wish)[0]
            made.append(book(connection, slot, person=who, actor="test", change=new_id()))
    return made


def test_a_name_of_usual_length_is_whole_in_a_short_visit_on_a_tablet(
    clinician: Page, visits: list[Appointment]
) -> None:
    clinician.set_viewport_size({"width": 820, "height": 1180})
    for view in ("day", "week"):
        clinician.goto(f"/calendar?day={visits[0].wall.date()}&view={view}")
        names = clinician.locator(".visit bdi")
        expect(names).to_have_count(3)
        assert [one.evaluate(WHOLE_NAME) for one in names.all()] == [True] * 3
        expect(clinician.get_by_title("Amelia Demo-Hart")).to_have_count(1)


def test_a_day_shows_first_who_comes_next(
    browser_program: Browser,
    services: Services,
    staff: dict[Role, Account],
    clock: Clock,
    visits: list[Appointment],
) -> None:
    """Those whose time is over are folded away, one press from sight."""
    clock.moment = visits[1].start + timedelta(minutes=5)
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.FRONT_DESK])
        page.goto("/today")
        panel = page.locator("section.panel", has_text="Today’s visits")
        expect(panel.locator("li", has_text="Bruno")).to_contain_text("now")
        expect(panel.locator("li", has_text="Carmen")).to_contain_text("next")
        expect(panel.get_by_text("Amelia")).to_be_hidden()
        panel.get_by_text("1 earlier visit").click()
        expect(panel.get_by_text("Amelia")).to_be_visible()
        expect(panel.locator(".tag")).to_have_text(["now", "next"])
        page.context.close()


def test_a_note_on_a_young_page_is_not_lost_where_the_network_fails(clinician: Page, patient: Person) -> None:
    clinician.goto(f"/patients/{patient.id}/exam")
    words = clinician.locator(".note-form textarea").last
    words.fill("Tender at L4")
    clinician.context.set_offline(True)
    clinician.get_by_role("button", name="Keep and sign").click()
    expect(clinician.get_by_role("alert")).to_contain_text("What you wrote is still here")
    expect(words).to_have_value("Tender at L4")
    clinician.context.set_offline(False)
    clinician.get_by_role("button", name="Keep and sign").click()
    expect(clinician.get_by_role("status")).to_contain_text("kept and signed")
