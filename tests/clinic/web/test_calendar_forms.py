"""Claims: what is written in the calendar's forms stays when it cannot be done, and nothing is changed unseen."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Appointment
from spondyl.clinic.chart.absences import coming_absences
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.freed_times import cancel_and_offer, move_and_offer
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

BY_HAND = {"day": "2026-03-03", "clock": "10:35", "provider": "ben", "room": "t2"}


@pytest.fixture
def desk(services: Services, browser: Callable[[Role], Browser]) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return browser(Role.FRONT_DESK)


@pytest.fixture
def visit(desk: Browser, services: Services, patient: Person) -> Appointment:
    """Friday 6 March, 10:00, with Dr. Ana."""
    assert desk
    with writing(services.engine) as connection:
        return book(connection, slot_at(utc(6, 18)), person=patient.id, actor="test")


def now_of_visit(services: Services, visit: Appointment) -> Appointment:
    with reading(services.engine) as connection:
        return appointment(connection, visit.key)


@pytest.mark.parametrize("page", ["/calendar?day=", "/calendar?day=&view=week", "/calendar/away?day="])
def test_an_emptied_day_asks_for_none(desk: Browser, page: str) -> None:
    assert desk.get(page).status_code == 200


def test_an_emptied_day_shows_the_visit_s_own(desk: Browser, visit: Appointment) -> None:
    shown = desk.get(f"/calendar/visits/{visit.key}?day=")
    assert shown.status_code == 200 and 'id="v-day" type="date" name="day" value="2026-03-06"' in shown.text


@pytest.mark.parametrize(("by", "columns"), [("provider", 1), ("room", 4), ("office", 2)])
def test_a_day_shows_one_provider_s_visits_only(
    desk: Browser, visit: Appointment, by: str, columns: int
) -> None:
    day = f"/calendar?day=2026-03-06&by={by}&show="
    mine, another_s = (desk.get(day + who).text for who in (visit.placement.provider, "ben"))
    assert visit.placement.provider == "ana"
    assert f"visit-{visit.key}" in mine and f"visit-{visit.key}" not in another_s
    assert (
        mine.count('<section class="board-column"')
        == another_s.count('<section class="board-column"')
        == columns
    )


def test_a_time_by_hand_that_does_not_fit_stays_as_it_was_written(
    desk: Browser, visit: Appointment, services: Services
) -> None:
    answer = desk.submit(f"/calendar/visits/{visit.key}/override", **BY_HAND, reason="<b")
    assert answer.status_code == 422
    assert "Write why the visit must stand there" in answer.text
    form = answer.text[answer.text.index('<details class="panel"') :]
    assert form.startswith('<details class="panel" open>')
    assert 'value="2026-03-03"' in form and 'value="10:35"' in form and 'value="&lt;b"' in form
    assert '<option value="ben" selected>' in form and '<option value="t2" selected>' in form
    assert now_of_visit(services, visit) == visit


@pytest.mark.parametrize("step", ["move", "override", "cancel"])
def test_a_visit_that_was_changed_since_the_page_came_stays_as_it_is_now(
    desk: Browser, visit: Appointment, services: Services, step: str
) -> None:
    opened = desk.get(f"/calendar/visits/{visit.key}").text
    seen = re.search(r'name="sequence" value="(\d+)"', opened)
    to = re.search(r'name="to" value="([^"]+)"', opened)
    assert seen and to
    with writing(services.engine) as connection:
        theirs = move_and_offer(connection, visit, slot_at(utc(5, 18)), actor="test")
    sent = {"move": {"to": to[1]}, "override": BY_HAND | {"reason": "in great pain"}, "cancel": {}}[step]
    answer = desk.submit(f"/calendar/visits/{visit.key}/{step}", sequence=seen[1], **sent)
    shown = desk.get(answer.headers["location"]).text
    done = "cancelled" if step == "cancel" else "moved"
    assert f"NOT {done}: the visit was changed meanwhile" in shown
    assert "it stands on Thursday 5 March, 10:00 am now." in shown
    assert now_of_visit(services, visit) == theirs


def test_who_has_no_address_is_not_said_to_get_a_message_of_the_cancellation(
    desk: Browser, visit: Appointment
) -> None:
    answer = desk.submit(f"/calendar/visits/{visit.key}/cancel")
    shown = desk.get(answer.headers["location"]).text
    assert "Cancelled. No message can go out (no e-mail address)" in shown


def test_a_second_look_at_an_absence_notes_it_once_and_taking_it_back_takes_it_back(
    desk: Browser, visit: Appointment, services: Services
) -> None:
    later = {f"move-{visit.key}": "later"}
    desk.submit("/calendar/away", provider="ana", day="2026-03-06", reason="ill", **later)
    desk.submit("/calendar/away", provider="ana", day="2026-03-06", reason="ill", **later)
    with reading(services.engine) as connection:
        assert len(coming_absences(connection)) == 1


@pytest.mark.parametrize("change", ["moved", "cancelled"])
def test_what_was_chosen_for_an_absence_stays_when_a_visit_changed_meanwhile(
    desk: Browser, visit: Appointment, services: Services, clock: Clock, change: str
) -> None:
    with writing(services.engine) as connection:
        who = add_person(connection, PersonDetails(given_name="Test", family_name="Vega"), actor="test")
        other = book(connection, slot_at(utc(6, 20)), person=who.id, actor="test")
    opened = desk.get("/calendar/away?provider=ana&day=2026-03-06").text
    offered = re.findall(rf'name="move-{visit.key}" value="([^"]+)"', opened)[0]
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        theirs = _changed(connection, visit, change)
    moves = {f"move-{visit.key}": offered, f"move-{other.key}": "later"}
    answer = desk.submit("/calendar/away", provider="ana", day="2026-03-06", reason="flu & fever", **moves)
    assert answer.status_code == 409 and "one of the visits changed meanwhile" in answer.text
    assert 'value="flu &amp; fever"' in answer.text
    assert f'name="move-{other.key}" value="later" checked' in answer.text
    assert now_of_visit(services, visit) == theirs
    with reading(services.engine) as connection:
        assert not coming_absences(connection)


def test_two_choices_that_cannot_both_be_had_are_named(
    desk: Browser, visit: Appointment, services: Services
) -> None:
    """Each patient's proposals are looked for alone, so two may be offered the same hour."""
    with writing(services.engine) as connection:
        who = add_person(connection, PersonDetails(given_name="Test", family_name="Vega"), actor="test")
        other = book(connection, slot_at(utc(6, 20)), person=who.id, actor="test")
    asked = {"provider": "ana", "day": "2026-03-06", "reason": "ill"}
    opened = desk.get("/calendar/away?provider=ana&day=2026-03-06").text
    mine, theirs = (
        re.findall(rf'name="move-{one.key}" value="([^"]+)"', opened)[:-1] for one in (visit, other)
    )
    both = next(value for value in mine if value in theirs)
    moves = {f"move-{visit.key}": both, f"move-{other.key}": both}
    for _ in range(2):
        answer = desk.submit("/calendar/away", **asked, **moves)
        assert answer.status_code == 409
        assert "Only one of these two can be had" in answer.text and "changed meanwhile" not in answer.text
        assert "Neil-Ruiz, Friday" in answer.text and "the absence is not noted" in answer.text
    desk.submit("/calendar/away", **asked, **{name: "later" for name in moves})
    again = desk.submit("/calendar/away", **asked, **moves).text
    assert "drag it later; nothing was moved." in again, "the absence is noted by now"


def _changed(connection: sa.Connection, visit: Appointment, change: str) -> Appointment:
    if change == "cancelled":
        return cancel_and_offer(connection, visit.key, actor="patient link")[0]
    return move_and_offer(connection, visit, slot_at(utc(5, 18)), actor="patient link")


def test_a_new_proposal_of_a_course_keeps_the_hour_that_suits(desk: Browser, patient: Person) -> None:
    address = f"/patients/{patient.id}/visits/course"
    opened = desk.get(f"{address}?length=6&prefer=14").text
    kind, office = (
        re.search(rf'type="hidden" name="{name}" value="([^"]+)"', opened) for name in ("visit", "office")
    )
    times = re.findall(r'name="to" value="([^"]+)"', opened)
    assert kind and office and len(times) == 6
    sent = {"length": "6", "visit": kind[1], "office": office[1], "prefer": "14"}
    assert "visits are booked" in desk.get(desk.submit(address, **sent, to=times).headers["location"]).text
    taken = desk.submit(address, **sent, to=times)
    assert "prefer=14" in taken.headers["location"]
    assert '<option value="14" selected>' in desk.get(taken.headers["location"]).text


def test_the_visit_s_page_offers_every_place_of_the_calendar_and_those_that_overlap_its_own(
    desk: Browser, visit: Appointment, services: Services
) -> None:
    to_drop = desk.get(f"/calendar/visits/{visit.key}/free?day=2026-03-06").json()["starts"]
    page = desk.get(f"/calendar/visits/{visit.key}").text
    own, elsewhere = page[page.index("Another day") :].split("<details>")[:2]
    buttons = [re.findall(r'name="to" value="([^"]+)"', part) for part in (own, elsewhere)]
    assert sorted(buttons[0] + buttons[1]) == sorted(start["value"] for start in to_drop)
    assert all("|yl|ana|" in value for value in buttons[0]) and any("|ben|" in value for value in buttons[1])
    overlapping = next(value for value in buttons[0] if value.startswith("2026-03-06T18:15"))
    assert not any(value.startswith(visit.start.isoformat()) for value in buttons[0])
    desk.submit(f"/calendar/visits/{visit.key}/move", to=overlapping, sequence=visit.sequence)
    assert now_of_visit(services, visit).start == utc(6, 18, 15)


@pytest.mark.parametrize(
    ("of", "day", "clock_then", "is_moved"),
    [
        (utc(3, 18), "2026-02-03", "10:00", False),  # tomorrow's visit; a mistake in the month
        (utc(3, 18), "2026-03-02", "07:55", False),  # five minutes ago
        (utc(3, 18), "2026-03-02", "08:05", True),
        (utc(2, 18), "2026-03-02", "07:55", True),  # today's visit: its patient came earlier
        (utc(2, 18), "2026-03-01", "10:00", False),
    ],
)
def test_a_visit_is_not_put_into_the_past_by_hand(
    desk: Browser,
    services: Services,
    patient: Person,
    of: datetime,
    day: str,
    clock_then: str,
    is_moved: bool,
) -> None:
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(of), person=patient.id, actor="test")
    sent = {"day": day, "clock": clock_then, "provider": "ana", "room": "t1", "reason": "in great pain"}
    answer = desk.submit(f"/calendar/visits/{visit.key}/override", **sent)
    now = now_of_visit(services, visit)
    if is_moved:
        assert answer.status_code == 303 and f"{now.wall:%Y-%m-%d %H:%M}" == f"{day} {clock_then}"
    else:
        assert answer.status_code == 409 and "am is over; choose a day and a time" in answer.text
        assert f'value="{day}"' in answer.text and 'value="in great pain"' in answer.text
        assert now == visit
