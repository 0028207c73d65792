"""Claims, in a real browser: a routine visit note takes at most twelve clicks, and axe finds nothing on the pages."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from live_clinic import PATIENCE_MS, clicks, count_clicks, served, signed_in, violations
from spondyl.assessment.exam import Deviation, Exam, Side
from spondyl.clinic.care.plan_record import latest_plan
from spondyl.clinic.care.visit_note import VisitNote, keep_note, notes_of
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo.care import seed_care
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.patients import seed_patients
from spondyl.clinic.web.services import Services

PAGES = {
    "Hugo": ("", "intake"),
    "Bruno": ("plan",),
    "Amelia": ("plan", "plan/consent", "plan/sheet?language=es", "plan/referral", "outcomes", "records"),
    "Felix": ("exam", "plan", "outcomes"),
}
"""By patient of the demo: a red flag, options with reasons, a whole course, and pages that are still empty."""
IN_THE_DARK = {"Hugo": ("intake",), "Bruno": ("plan",), "Amelia": ("plan", "outcomes")}
"""Between them these hold every colour of the pages; axe takes seconds a page."""
MOST_CLICKS = 12
"""Of the issue: a routine visit note."""


@pytest.fixture
def clinician(browser_program: Browser, services: Services, staff: dict[Role, Account]) -> Iterator[Page]:
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN])
        yield page
        page.context.close()


def test_a_routine_visit_note_takes_at_most_twelve_clicks(
    clinician: Page, services: Services, patient: Person
) -> None:
    """From the patient's overview to the signed note: pain, six groups, one exception, what was done, signature."""
    count_clicks(clinician)
    clinician.goto(f"/patients/{patient.id}")
    clinician.get_by_role("link", name="Exam").click()
    clinician.locator('[name=pain][value="4"]').click()
    for group in ("motion", "dermatomes", "reflexes", "upper_motor_neuron", "provocation"):
        clinician.locator(f"[name=g-{group}]").click()
    clinician.locator("[data-group=myotomes] [data-except]").click()
    weak = clinician.get_by_label("L5 great toe extension left")
    weak.click()
    weak.select_option("4")
    clinician.get_by_text("Exercise and physical therapy").click()
    clinician.get_by_role("button", name="Keep and sign").click()
    expect(clinician.get_by_role("status")).to_contain_text("kept and signed")
    used = clicks(clinician)
    print(f"visit note: {used} clicks")
    assert used <= MOST_CLICKS
    with reading(services.engine) as connection:
        (kept,) = notes_of(connection, patient.id)
    assert len(kept.note.exam.examined) == 6
    assert kept.note.exam.deviations[0].text == "L5 great toe extension left 4/5"
    assert violations(clinician) == []
    clinician.emulate_media(media="print")
    expect(clinician.locator(".note-form")).to_be_hidden()
    expect(clinician.get_by_role("heading", name="Earlier notes")).to_be_visible()


def keep_and_sign(page: Page) -> None:
    """Until the page has seen that the note is kept: what stood in the tab is forgotten."""
    page.get_by_role("button", name="Keep and sign").click()
    expect(page.get_by_role("status")).to_contain_text("kept and signed")
    end_s = time.monotonic() + PATIENCE_MS / 1e3
    while page.evaluate("sessionStorage.length"):
        assert time.monotonic() < end_s, "what is kept still stands in the tab"
        page.wait_for_timeout(50)


def no_exception_ticks_its_group(clinician: Page, services: Services, patient: Person) -> None:
    """A numb C6, taken back again, says nothing of the other dermatomes, nor of the saddle area seen before."""
    saddle = Deviation(test="touch_saddle", side=Side.MIDLINE, value="absent")
    with writing(services.engine) as connection:
        seen = VisitNote(exam=Exam(deviations=(saddle,)), on=services.clock().date())
        keep_note(connection, patient.id, seen, actor="staff test")
    clinician.goto(f"/patients/{patient.id}/exam")
    expect(clinician.get_by_text("Seen before: Saddle area (S3 to S5) absent")).to_be_visible()
    for group, label, value in (("dermatomes", "C6 left", "reduced"), ("reflexes", "Ankle (S1) left", "0")):
        clinician.locator(f"[data-group={group}] summary").click()
        clinician.get_by_label(label, exact=True).select_option(value)
        expect(clinician.locator(f"[name=g-{group}]")).not_to_be_checked()
    clinician.locator("[data-group=reflexes] [data-except]").click()
    expect(clinician.locator("[name=g-reflexes]")).to_be_checked()
    words = clinician.locator("[data-group=dermatomes] [data-words]")
    expect(words).to_have_text("C6 left reduced. Was the rest normal? Not examined yet")
    assert violations(clinician) == []
    for label in ("C6 left", "Ankle (S1) left"):
        clinician.get_by_label(label, exact=True).select_option("")
    expect(words).to_have_text("Normal? Not examined yet")
    expect(clinician.locator("[data-group=reflexes] [data-words]")).to_have_text(
        "All examined: choose below what was not normal."
    )
    clinician.get_by_label("What the patient says, what you advised").fill("Walks well")
    keep_and_sign(clinician)
    with reading(services.engine) as connection:
        exams = [one.note.exam for one in notes_of(connection, patient.id)]
    assert Exam() in exams and all(not one.examined for one in exams)


def enter_in_a_field_signs_nothing(clinician: Page, services: Services, patient: Person) -> None:
    """Enter in the words beside a test, or in a plan's goal, presses no button; the button still signs."""
    clinician.goto(f"/patients/{patient.id}/plan")
    clinician.get_by_label("The patient's own goal").fill("Dance")
    clinician.get_by_label("The patient's own goal").press("Enter")
    clinician.goto(f"/patients/{patient.id}/exam")
    clinician.locator("[data-group=myotomes] summary").click()
    clinician.get_by_label("L5 great toe extension left").select_option("4")
    clinician.get_by_label("Note on L5 great toe extension").fill("after ten")
    clinician.get_by_label("Note on L5 great toe extension").press("Enter")
    expect(clinician.get_by_label("Note on L5 great toe extension")).to_have_value("after ten")
    with reading(services.engine) as connection:
        assert notes_of(connection, patient.id) == () and latest_plan(connection, patient.id) is None
    keep_and_sign(clinician)


def a_half_written_note_waits_in_the_tab_until_it_is_kept_or_the_clinician_signs_out(
    clinician: Page, services: Services, patient: Person
) -> None:
    """A look at the plan loses nothing; Back after the signature makes no second note; signing out forgets."""
    exam = f"/patients/{patient.id}/exam"
    words = clinician.get_by_label("What the patient says, what you advised")

    def write(text: str) -> None:
        clinician.goto(exam)
        clinician.locator("[name=g-motion]").click()
        clinician.locator("[data-group=myotomes] summary").click()
        clinician.get_by_label("L5 great toe extension left").select_option("4")
        words.fill(text)

    write("Half written")
    clinician.get_by_role("link", name="Plan", exact=True).click()
    clinician.get_by_role("link", name="Exam", exact=True).click()
    expect(clinician.get_by_text("stands in the form again")).to_be_visible()
    expect(words).to_have_value("Half written")
    expect(clinician.locator("[name=g-motion]")).to_be_checked()
    expect(clinician.locator("[name=t-l5-left]")).to_have_value("4")
    expect(clinician.locator("[data-group=myotomes] [data-words]")).to_contain_text("left 4/5")
    assert violations(clinician) == []
    keep_and_sign(clinician)
    expect(words).to_have_value("")
    clinician.go_back()
    if words.input_value():
        clinician.get_by_role("button", name="Keep and sign").click()
        expect(clinician.get_by_role("heading", name="Earlier notes")).to_be_visible()
    with reading(services.engine) as connection:
        assert len(notes_of(connection, patient.id)) == 1
    write("Of a shared computer")
    assert clinician.evaluate("Object.keys(sessionStorage).length") == 1
    clinician.get_by_role("button", name="Sign out").click()
    expect(clinician.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert clinician.evaluate("Object.keys(sessionStorage).length") == 0


def test_notes_are_written_kept_and_signed(clinician: Page, services: Services) -> None:
    """One clinician, a patient for each claim."""
    with writing(services.engine) as connection:
        people = seed_patients(connection)
    no_exception_ticks_its_group(clinician, services, people[0])
    enter_in_a_field_signs_nothing(clinician, services, people[1])
    a_half_written_note_waits_in_the_tab_until_it_is_kept_or_the_clinician_signs_out(
        clinician, services, people[2]
    )


@pytest.mark.parametrize("is_dark", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_axe_finds_nothing_on_the_pages_of_care(
    browser_program: Browser, services: Services, staff: dict[Role, Account], is_dark: bool
) -> None:
    with writing(services.engine) as connection:
        people = seed_patients(connection)
    seed_care(DemoClinic(services=services, staff=staff, people=people, films={}))
    by_name = {person.details.given_name: person for person in people}
    pages = IN_THE_DARK if is_dark else PAGES
    addresses = [f"/patients/{by_name[name].id}/{path}" for name, paths in pages.items() for path in paths]
    with served(services) as address:
        width = 820 if is_dark else 1280
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=width, dark=is_dark)
        for one in ["/outcomes", *([] if is_dark else ["/aid/exercise"]), *addresses]:
            page.goto(one.rstrip("/"))
            assert violations(page) == [], one
            assert page.locator("h1").count() == 1, one
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{one} is {wide} px too wide"
        page.context.close()
