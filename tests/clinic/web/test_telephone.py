"""Claims: wherever a patient is told to call, the offices' numbers stand there to be tapped, and letters name them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from spondyl.assessment.intake import STOP_MESSAGES
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import appointments
from spondyl.clinic.chart.telephone import dialled
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

YORBA_LINDA = 'href="tel:7145550101"'
ORANGE = 'href="tel:7145550102"'


@pytest.fixture
def visitor(browser: Callable[[Role], Browser], services: Services) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    return browser(Role.NOBODY)


def test_every_stop_page_has_the_numbers_of_both_offices(
    visitor: Browser, services: Services, patient: Person
) -> None:
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    pages = visitor.get(link).text.split('class="stop-page"')[1:]
    assert len(pages) == len(STOP_MESSAGES) > 0
    assert all(YORBA_LINDA in one and ORANGE in one for one in pages)


def test_the_booking_page_the_visit_and_its_letter_have_the_number(
    visitor: Browser, services: Services, tmp_path: Path
) -> None:
    offices = visitor.get("/book").text
    assert YORBA_LINDA in offices and ORANGE in offices
    sent = dict(re.findall(r'name="(office|start|visit)" value="([^"]+)"', offices.split("</form>")[0]))
    kept = visitor.submit("/book/hold", **sent).headers["location"].split("?")[0]
    visit = visitor.submit(f"{kept}/confirm", given="Rosa", family="Test-Vega", contact="rosa@example.org")
    assert "714-555-010" in visitor.get(visit.headers["location"]).text
    key, folder = services.key_for("patient link"), tmp_path / "mail"
    assert send_due(services.engine, FolderSender(folder=folder), key=key, base="http://localhost") == (1, 0)
    (letter,) = folder.iterdir()
    assert "714-555-010" in letter.read_text().replace("=\n", "")


def test_whom_no_letter_reaches_stands_on_the_day_and_in_the_calendar_until_told(
    browser: Callable[[Role], Browser], visitor: Browser, services: Services, tmp_path: Path
) -> None:
    offices = visitor.get("/book").text
    sent = dict(re.findall(r'name="(office|start|visit)" value="([^"]+)"', offices.split("</form>")[0]))
    kept = visitor.submit("/book/hold", **sent).headers["location"].split("?")[0]
    visitor.submit(f"{kept}/confirm", given="Rosa", family="Test-Vega", contact="714-555-0188")
    desk = browser(Role.FRONT_DESK)
    assert "Tell by telephone" not in desk.get("/calendar").text
    with reading(services.engine) as connection:
        (key,) = connection.execute(sa.select(appointments.c.key)).scalars()
    desk.submit(f"/calendar/visits/{key}/cancel")
    send_due(services.engine, FolderSender(folder=tmp_path), key=services.key_for("patient link"), base="")
    assert 'href="/calendar#calls"' in desk.get("/today").text
    board = desk.get("/calendar").text
    assert "Rosa Test-Vega" in board and 'href="tel:7145550188"' in board and "is cancelled" in board
    told = f"/calendar/told/{key}"
    (sequence,) = re.findall(rf'action="{told}".*?name="sequence" value="(\d+)"', board)
    desk.submit(told, sequence=str(int(sequence) - 1))  # a page from before the change
    assert "Tell by telephone" in desk.get("/calendar").text
    desk.submit(told, sequence=sequence)
    assert "Tell by telephone" not in desk.get("/calendar").text + desk.get("/today").text


def test_a_link_that_does_not_open_tells_the_patient_whom_to_call_in_their_language(visitor: Browser) -> None:
    broken = visitor.get("/visit/nothing")
    assert broken.status_code == 404
    assert "This page does not open" in broken.text and YORBA_LINDA in broken.text and ORANGE in broken.text
    for word in ("sign-in", "find the patient", "404", "Not Found"):
        assert word not in broken.text.split("<main")[1]
    spanish = visitor.get("/intake/nothing?lang=es").text
    assert '<html lang="es"' in spanish and "Esta página no se abre" in spanish and YORBA_LINDA in spanish


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("714-555-0101", "7145550101"),
        ("+49 (0)30 123456", "+49030123456"),
        ("00 52 55 1234 5678", "00525512345678"),
        ("(714) 555\u20110101 ext. 12", "7145550101"),
        ("714.555.0101x7", "7145550101"),
        ("714 555 0101, extensión 3", "7145550101"),
        ("abc", None),
        ("12345", None),
        ("714-555-0101 or Ana's", None),
        ("1" * 19, None),
        ("+", None),
    ],
)
def test_what_cannot_be_a_telephone_number_is_refused_at_the_desk_and_in_a_chart_that_is_there(
    browser: Callable[[Role], Browser], patient: Person, written: str, number: str | None
) -> None:
    desk, typed = browser(Role.FRONT_DESK), {"given_name": "Nadia", "family_name": "Test", "phone": written}
    for address in ("/patients/new", f"/patients/{patient.id}/details"):
        answer = desk.submit(address, **typed)
        assert (answer.status_code == 303) is (number is not None), answer.text
        assert number or "is no number to dial: write 7 digits or more" in answer.text
    assert number is None or dialled(written) == number
