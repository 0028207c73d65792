"""Claims: whoever is offered an earlier time sees what to do next, whether they take it, leave it or come too late."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Appointment, WaitEntry
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.appointments import book, slot_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import join_waitlist, offer_free_time
from spondyl.clinic.messages.links import hold_token
from spondyl.clinic.web.services import Services

TUESDAY_TEN, FRIDAY_TEN = utc(3, 18), utc(6, 18)


@pytest.fixture
def visitor(browser: Callable[[Role], Browser], services: Services) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return browser(Role.NOBODY)


def booked(
    services: Services, patient: Person, visit_type: str = "follow", start: datetime = FRIDAY_TEN
) -> Appointment:
    """The patient's visit, of Friday at ten."""
    room = "x1" if visit_type == "consult" else "t1"
    with writing(services.engine) as connection:
        slot = slot_at(start, room=room, visit=visit_type)
        return book(connection, slot, person=patient.id, actor="test")


def offer(
    services: Services, patient: Person, visit_type: str = "follow", visit: Appointment | None = None
) -> str:
    """The address of the page that offers Tuesday at ten to the patient, who waits to have a visit then, or any."""
    now = services.clock()
    entry = WaitEntry(
        key="w1",
        person=patient.id,
        visit_type=visit_type,
        offices=("yl",),
        earliest=now,
        latest=utc(20, 8),
        since=now,
        visit=visit and visit.key,
    )
    room = "x1" if visit_type == "consult" else "t1"
    with writing(services.engine) as connection:
        join_waitlist(connection, entry, actor="test")
        hold = offer_free_time(connection, slot_at(TUESDAY_TEN, room=room, visit=visit_type))
    assert hold is not None and slot_of(hold).start == TUESDAY_TEN
    return f"/book/{hold_token(hold, key=services.key_for('patient link'))}"


@pytest.mark.parametrize(
    ("visit_type", "buttons"), [("follow", 0), ("consult", 3)], ids=["not public", "public"]
)
def test_an_offer_that_is_over_offers_no_time_that_cannot_be_had_and_names_the_visit_that_stands(
    visitor: Browser, services: Services, patient: Person, clock: Clock, visit_type: str, buttons: int
) -> None:
    booked(services, patient, visit_type)
    address = offer(services, patient, visit_type)
    clock.advance(timedelta(minutes=90))
    late = visitor.get(address)
    assert late.status_code == 409 and "Tuesday 3 March, 10:00 am is not kept for you any more" in late.text
    assert late.text.count('action="/book/hold"') == buttons
    assert ("call us for another time" in late.text) == (buttons == 0) == ("/book/times" not in late.text)
    stands = re.search(r'href="(/visit/[^"]+)">Your visit: Friday 6 March, 10:00 am<', late.text)
    assert stands and "Friday 6 March, 10:00 am" in visitor.get(stands[1]).text


def test_who_leaves_an_offer_goes_back_to_the_visit_that_they_have(
    visitor: Browser, services: Services, patient: Person
) -> None:
    booked(services, patient)
    address = offer(services, patient)
    page = visitor.get(address).text
    assert "Leave it to somebody else" in page and "Choose another time" not in page
    left = visitor.submit(f"{address}/release", lang="en").headers["location"]
    shown = visitor.get(left).text
    assert left.startswith("/visit/") and "Friday 6 March, 10:00 am" in shown
    assert "You stay on the waitlist." in shown


def test_who_leaves_an_offer_and_has_no_visit_is_told_to_call(
    visitor: Browser, services: Services, patient: Person
) -> None:
    address = offer(services, patient)
    left = visitor.submit(f"{address}/release", lang="es").headers["location"]
    shown = visitor.get(left).text
    assert left.startswith(f"{address}?") and "Usted sigue en la lista de espera." in shown
    assert "llámenos para pedir otra hora" in shown and "Su cita:" not in shown


@pytest.mark.parametrize("named", [True, False], ids=["of that visit", "of any visit"])
def test_an_offer_says_which_visit_moves_or_that_it_is_one_more(
    visitor: Browser, services: Services, patient: Person, named: bool
) -> None:
    later = booked(services, patient), booked(services, patient, start=utc(13, 17))
    address = offer(services, patient, visit=later[0] if named else None)
    page = visitor.get(f"{address}?lang=en").text
    assert ("your visit of Friday 6 March, 10:00 am moves to this time" in page) == named
    assert ("it is one more visit" in page) == (not named)
    assert visitor.submit(f"{address}/confirm").status_code == 303
    with reading(services.engine) as connection:
        starts = [one.start for one in appointments_of(connection, patient.id)]
    assert starts == [TUESDAY_TEN, *([] if named else [FRIDAY_TEN]), later[1].start]
