"""Claims: who came, and who did not, is noted by a page that shows the visit as it is, can be taken back, and stands on
the patient's page."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Appointment, CourseRule, Phase, Status, Wish
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book, cancel, hold_slot
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.freed_times import move_and_offer
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.who_came import arrive, note_missed
from spondyl.clinic.web.services import Services

Open = Callable[[], Browser]


@pytest.fixture
def desk(services: Services, browser: Callable[[Role], Browser]) -> Open:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return lambda: browser(Role.FRONT_DESK)


@pytest.fixture
def visit(desk: Open, services: Services, patient: Person) -> Appointment:
    """Monday 2 March, 10:00, with Dr. Ana; it is 8:00."""
    assert desk
    with writing(services.engine) as connection:
        return book(connection, slot_at(utc(2, 18)), person=patient.id, actor="test", change="booked")


def now_of_visit(services: Services, visit: Appointment) -> Appointment:
    with reading(services.engine) as connection:
        return appointment(connection, visit.key)


def undo_of(shown: str) -> str:
    found = re.search(r'name="change" value="(\w+)"', shown)
    assert found
    return found[1]


def test_an_arrival_is_taken_back_on_the_visit_s_page(
    desk: Open, visit: Appointment, services: Services, clock: Clock
) -> None:
    page, address = desk(), f"/calendar/visits/{visit.key}"
    clock.advance(timedelta(minutes=1))
    page.submit(f"{address}/arrive", sequence=visit.sequence)
    shown = page.get(address).text
    assert now_of_visit(services, visit).status is Status.ARRIVED
    assert "Patient arrived: <strong>" in shown and "nothing; the patient has arrived." in shown
    change = undo_of(shown)
    calendar = page.get("/calendar").text
    assert undo_of(calendar) == "booked", "who arrives pushes no other change out of the calendar's list"
    page.submit("/calendar/undo", change=change, back=address)
    assert "Undone: the visit is as it was." in page.get(address).text
    page.submit(f"{address}/cancel", sequence=now_of_visit(services, visit).sequence)
    assert now_of_visit(services, visit).status is Status.CANCELLED


def test_a_page_older_than_a_move_notes_no_arrival(
    desk: Open, visit: Appointment, services: Services, clock: Clock
) -> None:
    page, address = desk(), f"/calendar/visits/{visit.key}"
    opened = page.get(address).text
    form = opened[opened.index(f'action="{address}/arrive"') :]
    seen = re.search(r'name="sequence" value="(\d+)"', form)
    assert seen
    with writing(services.engine) as connection:
        moved = move_and_offer(connection, visit, slot_at(utc(2, 19)), actor="test")
    answer = page.submit(f"{address}/arrive", sequence=seen[1])
    said = page.get(answer.headers["location"]).text
    assert "NOT noted as arrived: the visit was changed meanwhile" in said
    assert now_of_visit(services, visit) == moved
    clock.advance(timedelta(minutes=1))
    page.submit(f"{address}/arrive", sequence=moved.sequence)
    answer = page.submit(f"{address}/arrive", sequence=moved.sequence)
    assert (
        "meanwhile by Test Front desk; it is noted as “arrived”." in page.get(answer.headers["location"]).text
    )


def test_no_day_before_offers_that_the_patient_is_here(
    desk: Open, services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        thursday = book(connection, slot_at(utc(5, 18)), person=patient.id, actor="test")
    address = f"/calendar/visits/{thursday.key}"
    offered = []
    for now in (utc(5, 7, 59), utc(5, 16), utc(6, 16)):
        clock.moment = now
        page = desk()
        offered.append("Arrived</button>" in page.get(address).text)
        if not offered[-1]:
            answer = page.submit(f"{address}/arrive", sequence=0)
            assert answer.status_code == 409 and "on 5 March" in answer.text
    assert offered == [False, True, True]
    assert now_of_visit(services, thursday) == thursday


def test_that_nobody_came_is_noted_from_the_begin_of_the_visit_on_and_taken_back(
    desk: Open, visit: Appointment, services: Services, clock: Clock
) -> None:
    address = f"/calendar/visits/{visit.key}"
    page = desk()
    assert "Did not come</button>" not in page.get(address).text
    assert page.submit(f"{address}/missed", sequence=0).status_code == 409
    clock.moment = visit.start + timedelta(hours=20)
    page = desk()
    opened = page.get(address).text
    assert "Did not come</button>" in opened and "Arrived</button>" in opened
    page.submit(f"{address}/missed", sequence=0)
    shown = page.get(address).text
    assert now_of_visit(services, visit).status is Status.MISSED
    assert "the patient did not come. No message goes out." in shown and "<dd>did not come</dd>" in shown
    assert "(did not come)" in page.get("/calendar?day=2026-03-02").text
    answer = page.submit(f"{address}/missed", sequence=0)
    assert "NOT noted as missed: the visit was changed" in page.get(answer.headers["location"]).text
    page.submit("/calendar/undo", change=undo_of(shown), back=address)
    assert now_of_visit(services, visit).status is Status.BOOKED
    page.submit(f"{address}/cancel")
    assert (
        "Cancelled. Its time had come, so no message goes out." in page.get("/calendar?day=2026-03-02").text
    )


def test_the_patient_s_page_says_what_became_of_each_visit_and_of_the_course(
    desk: Open, services: Services, patient: Person, clock: Clock
) -> None:
    rule = CourseRule(
        wish=Wish(visit_type="adjust", office="yl", person=patient.id),
        phases=(Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10),),
        first_day=date(2026, 3, 3),
        prefer_min=600,
    )
    with writing(services.engine) as connection:
        slots = propose(connection, rule)
        assert isinstance(slots, tuple)
        _, visits = book_course(connection, rule, slots, person=patient.id, actor="test")
        offered = hold_slot(connection, slot_at(utc(5, 20)), person=patient.id, actor="test")
        cancel(connection, offered.key, actor="test")
    for one, step in zip(visits, (arrive, note_missed, arrive, cancel), strict=False):
        clock.moment = one.start
        with writing(services.engine) as connection:
            step(connection, one.key, actor="test")
    clock.moment = visits[4].start + timedelta(minutes=5)
    page = desk()
    shown = page.get(f"/patients/{patient.id}/visits").text
    part = shown[shown.index("<h2>Past visits</h2>") :]
    said = "2 of 6 attended, 1 did not come, 1 not noted, 1 cancelled, 1 to come."
    assert said in part and said in page.get(f"/patients/{patient.id}").text
    rows = re.findall(r'visits/(\w+)">[^<]*</a>.*?<span class="tag [^"]*">([^<]+)</span>', part)
    became = ["not noted", "cancelled", "attended", "did not come", "attended"]
    assert rows == list(zip([one.key for one in reversed(visits[:5])], became, strict=True))
