"""Claims: staff put a patient on the waitlist, see what fits, book it by one press, offer it, take it back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.booking import WaitEntry
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import end_past_waits, waiting_entries
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services

PAGE = "/calendar/waitlist"


@pytest.fixture
def desk(browser: Callable[[Role], Browser], services: Services, clock: Clock) -> Browser:
    clock.advance(timedelta(hours=-1))  # Monday 2 March 2026, 07:00 in California
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    return browser(Role.FRONT_DESK)


def joined(desk: Browser, services: Services, patient: Person, **wish: Any) -> WaitEntry:
    sent = {"visit": "follow-up", "until": "2026-03-20", "offices": ["orange"], **wish}
    assert desk.submit(f"/patients/{patient.id}/visits/wait", **sent).status_code == 303
    with reading(services.engine) as connection:
        return next(one for one in waiting_entries(connection) if one.person == patient.id)


def offered(text: str) -> list[str]:
    return re.findall(r'name="to" value="([^"]+)"', text)


def test_who_is_put_on_the_list_is_shown_with_the_wish_and_the_telephone(
    desk: Browser, services: Services, patient: Person
) -> None:
    joined(desk, services, patient, days=[1, 3], provider="lind", begins="14:00", ends="16:30")
    for page in (PAGE, f"/patients/{patient.id}/visits"):
        shown = " ".join(desk.get(page).text.split())
        assert "Orange, with Dr Mara Lind" in shown
        assert "Tue, Thu, between 2:00 pm and 4:30 pm, until Fri 20 Mar" in shown
    line = desk.get(PAGE).text
    assert 'href="tel:+17145550100"' in line
    assert "Tue 3 Mar, 2:00 pm" in re.sub(r"<[^>]+>", "", line) and "Dr Jun Park" not in line
    assert "Waitlist (1)" in desk.get("/calendar").text
    assert "1 waits for a time" in desk.get("/today").text


def test_one_press_books_and_a_second_is_refused(desk: Browser, services: Services, patient: Person) -> None:
    entry = joined(desk, services, patient)
    first, second = offered(desk.get(PAGE).text)[:2]
    assert desk.submit(f"{PAGE}/{entry.key}/book", to=first).status_code == 303
    with reading(services.engine) as connection:
        (visit,) = appointments_of(connection, patient.id)
    assert first.startswith(visit.start.isoformat())
    assert desk.submit(f"{PAGE}/{entry.key}/book", to=second).status_code == 409
    assert "Nobody waits" in desk.get(PAGE).text


def test_the_list_is_shown_a_part_at_a_time_and_stays_there(
    desk: Browser, services: Services, clock: Clock, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spondyl.clinic.web.calendar.waitlist_page.MOST", 1)
    details = PersonDetails(given_name="Second", family_name="Demo-Inline", synthetic=True)
    with writing(services.engine) as connection:
        second = add_person(connection, details, actor="test")
    keys = [joined(desk, services, patient).key]
    clock.advance(timedelta(minutes=1))
    keys.append(joined(desk, services, second).key)
    first = desk.get(PAGE).text
    assert "These are 1 to 1 of 2" in first and f'href="{PAGE}?after=1"' in first
    assert f"{PAGE}/{keys[0]}/" in first and keys[1] not in first
    further = desk.get(f"{PAGE}?after=1").text
    assert f"{PAGE}/{keys[1]}/leave?after=1" in further and keys[0] not in further
    gone = desk.submit(f"{PAGE}/{keys[1]}/leave?after=1")
    assert gone.headers["location"] == f"{PAGE}?after=1"
    assert keys[0] in desk.get(f"{PAGE}?after=1").text, "the first again when nobody is left there"


def test_who_waited_in_vain_stands_first_until_somebody_called(
    desk: Browser, browser: Callable[[Role], Browser], services: Services, clock: Clock, patient: Person
) -> None:
    entry = joined(desk, services, patient, until="2026-03-04")
    clock.advance(timedelta(days=3))
    with writing(services.engine) as connection:
        end_past_waits(connection)
    desk = browser(Role.FRONT_DESK)
    shown = desk.get(PAGE).text
    assert "No time came by their last day" in shown and 'href="tel:+17145550100"' in shown
    assert "until Wed 4 Mar" in shown and "Nobody waits" in shown
    assert "1 waited in vain: call" in desk.get("/today").text
    desk.submit(f"{PAGE}/{entry.key}/leave")
    assert "No time came" not in desk.get(PAGE).text and "in vain" not in desk.get("/today").text


def test_a_last_day_that_is_over_is_refused_in_the_words_of_every_page(
    desk: Browser, patient: Person
) -> None:
    sent = {"visit": "follow-up", "until": "2026-03-01", "offices": ["orange"]}
    refused = desk.submit(f"/patients/{patient.id}/visits/wait", **sent)
    assert refused.status_code == 422 and "until 1 March 2026 is over already" in refused.text
    assert (
        'name="until" value="2026-03-23" min="2026-03-02"' in desk.get(f"/patients/{patient.id}/visits").text
    )


def test_pressing_join_twice_lists_a_patient_once(desk: Browser, services: Services, patient: Person) -> None:
    first = joined(desk, services, patient)
    assert joined(desk, services, patient, offices=["orange"]).key == first.key
    assert "Already on the waitlist" in desk.get(f"/patients/{patient.id}/visits").text
    assert desk.get(PAGE).text.count(f'href="/patients/{patient.id}/visits"') == 1


def test_undo_puts_who_was_booked_back_in_line_and_says_so(
    desk: Browser, services: Services, patient: Person
) -> None:
    entry = joined(desk, services, patient)
    desk.submit(f"{PAGE}/{entry.key}/book", to=offered(desk.get(PAGE).text)[0])
    (change,) = re.findall(r'name="change" value="([^"]+)"', desk.get(PAGE).text)
    assert desk.submit("/calendar/undo", change=change, back=PAGE).headers["location"] == PAGE
    assert "waits again, in the old place" in desk.get(PAGE).text
    with reading(services.engine) as connection:
        assert waiting_entries(connection) == [entry]
        assert appointments_of(connection, patient.id) == []


def test_a_time_that_two_people_press_goes_to_one(desk: Browser, services: Services, patient: Person) -> None:
    with writing(services.engine) as connection:
        details = PersonDetails(given_name="Test", family_name="Other", synthetic=True)
        rival = add_person(connection, details, actor="test")
    mine, other = joined(desk, services, patient), joined(desk, services, rival)
    (first, *_), places = offered(desk.get(PAGE).text), [mine.key, other.key]
    full = [desk.submit(f"{PAGE}/{key}/book", to=first).headers["location"] for key in places]
    assert full == [PAGE, PAGE]
    assert "NOT booked" in desk.get(PAGE).text
    with reading(services.engine) as connection:
        assert [len(appointments_of(connection, one.id)) for one in (patient, rival)] == [1, 0]
        assert [one.key for one in waiting_entries(connection)] == [other.key]


def test_an_offer_is_kept_shown_booked_or_taken_back(
    desk: Browser, services: Services, patient: Person
) -> None:
    entry = joined(desk, services, patient)
    first = offered(desk.get(PAGE).text)[0]
    desk.submit(f"{PAGE}/{entry.key}/offer", to=first)
    shown = desk.get(PAGE).text
    assert "is kept for" in shown and "so call" in shown and offered(shown) == []
    desk.submit(f"{PAGE}/{entry.key}/take-back")
    assert first not in offered(desk.get(PAGE).text)  # passed over: not proposed again
    desk.submit(f"{PAGE}/{entry.key}/offer", to=offered(desk.get(PAGE).text)[0])
    desk.submit(f"{PAGE}/{entry.key}/book")
    with reading(services.engine) as connection:
        assert len(appointments_of(connection, patient.id)) == 1
        assert waiting_entries(connection) == []


def test_an_offer_made_in_the_evening_names_the_morning_until_which_it_is_kept(
    browser: Callable[[Role], Browser], desk: Browser, services: Services, patient: Person, clock: Clock
) -> None:
    """The visit's own page and the calendar say what the time is kept for, and where that is decided."""
    entry = joined(desk, services, patient)
    clock.advance(timedelta(hours=13, minutes=45))
    desk = browser(Role.FRONT_DESK)
    to = next(one for one in offered(desk.get(PAGE).text) if one.startswith("2026-03-04"))
    desk.submit(f"{PAGE}/{entry.key}/offer", to=to)
    shown = desk.get(PAGE).text
    assert shown.count("until Tuesday 3 March, 9:00 am") == 2, "what was done, and what stands"
    day = desk.get("/calendar?day=2026-03-04").text
    assert "(offered)" in day
    address = re.search(r'href="(/calendar/visits/[^"]+)"', day)
    assert address
    held = " ".join(desk.get(address[1]).text.split())
    assert "held until Tuesday 3 March, 9:00 am for" in held and "goes to the next who waits" in held
    assert "take it back, on the waitlist" in held and f'href="{PAGE}"' in held


def test_booking_says_how_the_patient_hears_of_it_and_a_time_that_went_is_no_success(
    desk: Browser, services: Services, patient: Person
) -> None:
    details = PersonDetails(given_name="Eva", family_name="Test", email="eva@example.org")
    with writing(services.engine) as connection:
        reachable = add_person(connection, details, actor="test")
    address = f"/patients/{patient.id}/visits"
    to = offered(desk.get(f"{address}?visit=adjustment&office=yorba-linda").text)[0]
    desk.submit(f"{address}/book", visit="adjustment", to=to)
    assert "No message can go out (no e-mail address)" in desk.get(address).text
    desk.submit(f"/patients/{reachable.id}/visits/book", visit="adjustment", to=to)
    shown = desk.get(f"/patients/{reachable.id}/visits?visit=adjustment&office=yorba-linda").text
    assert 'class="notice warn" role="alert"' in shown and "NOT booked" in shown
    desk.submit(f"/patients/{reachable.id}/visits/book", visit="adjustment", to=offered(shown)[0])
    assert "A message goes out." in desk.get(f"/patients/{reachable.id}/visits").text


def test_cancelling_leads_to_who_could_come(desk: Browser, services: Services, patient: Person) -> None:
    entry = joined(desk, services, patient, offices=["yorba-linda"])
    booking = desk.get(f"/patients/{patient.id}/visits?visit=adjustment&office=yorba-linda").text
    desk.submit(f"/patients/{patient.id}/visits/book", visit="adjustment", to=offered(booking)[0])
    with reading(services.engine) as connection:
        (visit,) = appointments_of(connection, patient.id)
    where = desk.submit(f"/calendar/visits/{visit.key}/cancel").headers["location"]
    shown = desk.get(where).text
    assert "Who could take this time" in shown
    assert f"{PAGE}/{entry.key}/book" in shown
    desk.submit(f"{PAGE}/{entry.key}/leave")
    assert "Who could take this time" not in desk.get(where).text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"until": "2026-02-01"}, 422),
        ({"begins": "15:00", "ends": "14:00"}, 422),
        ({"days": [7]}, 422),
        ({"visit": "nothing"}, 404),
        ({"offices": ["nowhere"]}, 404),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    desk: Browser, services: Services, patient: Person, wrong: dict[str, Any], status: int
) -> None:
    sent = {"visit": "follow-up", "until": "2026-03-20", **wrong}
    assert desk.submit(f"/patients/{patient.id}/visits/wait", **sent).status_code == status
    with reading(services.engine) as connection:
        assert waiting_entries(connection) == []
