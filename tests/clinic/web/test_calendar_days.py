"""Claims: the calendar opens on a day with something on it and says so; who is away is chosen where it is not said."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Absence, Appointment
from spondyl.clinic.chart.absences import coming_absences, note_absence
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.freed_times import move_and_offer
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.calendar import visit_page
from spondyl.clinic.web.services import Services

SATURDAY = timedelta(days=5)
"""From the clock's Monday 2 March 2026. The offices of these tests open from Monday to Friday."""


@pytest.fixture
def desk(services: Services, browser: Callable[[Role], Browser]) -> Callable[[], Browser]:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return lambda: browser(Role.FRONT_DESK)


def test_on_a_closed_day_the_calendar_opens_on_the_next_open_one_and_leads_back(
    desk: Callable[[], Browser], clock: Clock
) -> None:
    clock.advance(SATURDAY)
    page = desk()
    opened = page.get("/calendar").text
    assert "Calendar: Monday 9 March" in opened
    assert "no office opens on Saturday 7 March" in opened
    back = page.get("/calendar?today=&view=day").text
    assert "Calendar: Saturday 7 March" in back and "Closed today" not in back
    assert 'href="/calendar?today=&amp;view=day' in opened
    assert "Calendar: Sunday 8 March" in page.get("/calendar?day=2026-03-08").text
    assert "week of Monday 9 March" in page.get("/calendar?view=week").text


def test_a_week_of_every_office_shows_when_any_is_open_and_is_named_after_none(
    desk: Callable[[], Browser], services: Services
) -> None:
    page = desk()
    with writing(services.engine) as connection:
        practice = two_offices()
        late = tuple(replace(one, from_min=11 * 60, to_min=17 * 60) for one in practice.offices[1].hours)
        offices = (practice.offices[0], replace(practice.offices[1], hours=late))
        save_practice(connection, replace(practice, offices=offices), actor="test")
    week = "/calendar?view=week&day=2026-03-02"
    every = page.get(week).text
    assert "open-word" not in every
    # 9:00 to 17:00; Wednesday, when Yorba Linda is closed, from 11:00.
    assert every.count('"open-hours from-0 for-96"') == 4 and every.count('"open-hours from-24 for-72"') == 1
    one = page.get(f"{week}&show=yl").text
    assert one.count('"open-hours from-0 for-48"') == 4 and 'open-word">Yorba Linda' in one


def test_on_an_open_day_the_calendar_opens_on_it(desk: Callable[[], Browser]) -> None:
    opened = desk().get("/calendar").text
    assert "Calendar: Monday 2 March" in opened and "Closed today" not in opened


def test_without_a_provider_the_page_asks_who_is_away(desk: Callable[[], Browser]) -> None:
    asked = desk().get("/calendar/away?day=2026-03-03")
    assert asked.status_code == 200 and "Next:" in asked.text
    assert '<option value="ben">Dr. Ben</option>' in asked.text and 'value="2026-03-03"' in asked.text
    shown = desk().get("/calendar/away?provider=ben&day=2026-03-03").text
    assert "Dr. Ben is away on Tuesday 3 March" in shown
    assert desk().get("/calendar/away?provider=nobody").status_code == 404


def test_without_a_practice_nobody_can_be_away(browser: Callable[[Role], Browser]) -> None:
    assert "No offices yet" in browser(Role.FRONT_DESK).get("/calendar/away").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("view", ["day", "week"])
def test_a_day_at_the_ends_of_the_calendar_shows_today(
    desk: Callable[[], Browser], day: str, view: str
) -> None:
    shown = desk().get(f"/calendar?day={day}&view={view}")
    assert shown.status_code == 200 and "Monday 2 March" in shown.text


@pytest.mark.parametrize("day", ["0001-01-01", "0001-12-31", "9999-01-01", "9999-12-31"])
def test_a_visit_is_not_put_at_the_ends_of_the_calendar(
    desk: Callable[[], Browser], services: Services, patient: Person, day: str
) -> None:
    page = desk()
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=patient.id, actor="test")
    address = f"/calendar/visits/{visit.key}"
    assert 'name="day" value="2026-03-06"' in page.get(f"{address}?day={day}").text
    assert page.get(f"{address}/free?day={day}").status_code == 422
    by_hand = {"clock": "10:00", "provider": "ben", "room": "t2", "reason": "because"}
    assert page.submit(f"{address}/override", day=day, **by_hand).status_code == 422
    assert page.submit(f"{address}/move", to=f"{day}T10:00:00+00:00|yl|ana|t1|").status_code == 422
    assert page.submit("/calendar/away", provider="ben", day=day, reason="x").status_code == 422
    with reading(services.engine) as connection:
        assert appointment(connection, visit.key) == visit and coming_absences(connection) == []


def test_an_absence_that_moved_nothing_is_taken_back(desk: Callable[[], Browser], services: Services) -> None:
    page = desk()
    page.submit("/calendar/away", provider="ben", day="2026-03-03", reason="course")
    for address in ("/calendar/away", "/calendar/away?provider=ben&day=2026-03-03"):
        shown = page.get(address).text
        assert "Dr. Ben</strong> is away on Tuesday 3 March (course)" in shown
    assert "course" not in page.get("/calendar/away?provider=ben&day=2026-03-04").text
    assert "Note the absence" not in shown  # nobody is booked, and once is enough
    key = re.search(r'name="absence" value="(\w+)"', shown).group(1)  # type: ignore[union-attr]
    page.submit("/calendar/away/back", absence=key)
    said = page.get("/calendar/away").text
    assert "Dr. Ben is here on Tuesday 3 March after all" in said and "Noted absences" not in said
    with reading(services.engine) as connection:
        assert coming_absences(connection) == []
        assert [one.action for one in entries(connection)][:2] == ["provider back", "provider away"]
        assert verify(connection).sound
    page.submit("/calendar/away/back", absence=key)
    assert "taken back before" in page.get("/calendar/away").text


@pytest.mark.parametrize("noted", ["long before", "that moment"])
def test_who_books_into_an_absence_with_a_reason_is_told_of_it(
    desk: Callable[[], Browser],
    services: Services,
    patient: Person,
    monkeypatch: pytest.MonkeyPatch,
    noted: str,
) -> None:
    page, tuesday = desk(), utc(3, 18)
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=patient.id, actor="test")

    def note(connection: sa.Connection) -> None:
        absence = Absence(provider="ben", start=utc(3, 8), end=utc(4, 8), reason="ill")
        note_absence(connection, absence, actor="test", change="c1")

    def late(connection: sa.Connection, *given: Any, **named: Any) -> Appointment:
        """The absence is committed after the page was read and before the visit is moved."""
        note(connection)
        return move_and_offer(connection, *given, **named)

    if noted == "long before":
        with writing(services.engine) as connection:
            note(connection)
        assert (
            "Away that day: Dr. Ben (ill)." in page.get(f"/calendar/visits/{visit.key}?day=2026-03-03").text
        )
        assert "Away that day" not in page.get(f"/calendar/visits/{visit.key}?day=2026-03-04").text
    else:
        monkeypatch.setattr(visit_page, "move_and_offer", late)
    page.submit(
        f"/calendar/visits/{visit.key}/override",
        day="2026-03-03",
        clock="10:00",
        provider="ben",
        room="t2",
        reason="He comes in for this one",
    )
    shown = page.get("/calendar?day=2026-03-03").text
    assert "whatever stood there. Dr. Ben is away then (ill). The reason is in the log." in shown
    with reading(services.engine) as connection:
        assert appointment(connection, visit.key).start == tuesday


def test_an_undo_that_puts_an_overridden_visit_into_a_newer_absence_says_so(
    desk: Callable[[], Browser], services: Services, patient: Person, clock: Clock
) -> None:
    page = desk()
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=patient.id, actor="test")
    by_hand = {"clock": "10:00", "provider": "ben", "room": "t2", "reason": "He comes in for this one"}
    page.submit(f"/calendar/visits/{visit.key}/override", day="2026-03-03", **by_hand)
    clock.advance(timedelta(minutes=1))
    page.submit(f"/calendar/visits/{visit.key}/cancel")
    with writing(services.engine) as connection:
        absence = Absence(provider="ben", start=utc(3, 8), end=utc(4, 8), reason="ill")
        note_absence(connection, absence, actor="test", change="c1")
    change = re.search(r'name="change" value="(\w+)"', page.get("/calendar?day=2026-03-03").text)
    assert change
    page.submit("/calendar/undo", change=change[1])
    shown = page.get("/calendar?day=2026-03-03").text
    assert "Undone: the visit is as it was. Dr. Ben is away then (ill)." in shown


def test_a_change_of_yesterday_says_so_and_an_older_one_is_not_undone(
    desk: Callable[[], Browser], services: Services, patient: Person, clock: Clock
) -> None:
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=patient.id, actor="test", change="booked")
    pages = ("/calendar", f"/patients/{patient.id}/visits", f"/calendar/visits/{visit.key}")
    said = {0: "by test, 8:00 am</span>", 23: "by test, Monday 2 March, 8:00 am</span>"}
    begun = clock()
    for hours, words in said.items():
        clock.moment = begun + timedelta(hours=hours)
        assert [words in desk().get(page).text for page in pages] == [True] * len(pages)
    clock.moment = begun + timedelta(days=1)
    page = desk()
    assert ["/calendar/undo" in page.get(address).text for address in pages] == [False] * len(pages)
    answer = page.submit("/calendar/undo", change="booked")
    assert answer.status_code == 409 and "too long ago to be undone" in answer.text
    with reading(services.engine) as connection:
        assert appointment(connection, visit.key) == visit
