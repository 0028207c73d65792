"""Claims: anybody books by a kept time, changes or cancels it by a signed link, and never gets a taken one."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from care_course import answer_intake
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices, utc
from public_pages import held_address, offered
from spondyl.booking import Slot, StepRefusedError, Wish
from spondyl.clinic.chart.appointment_rows import appointments_between, appointments_of
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.booking_stop import BookingStoppedError, PlanEndedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.free_times import next_free, slot_for
from spondyl.clinic.chart.people import PersonDetails, add_person, find_people
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import appointments
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import waiting_entries
from spondyl.clinic.chart.writer_queue import WriterQueue
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.web import public
from spondyl.clinic.web.app import FEATURES
from spondyl.clinic.web.headers import HEADERS, SafeHeaders
from spondyl.clinic.web.public import book
from spondyl.clinic.web.services import Services

NAME = {"given": "Rosa", "family": "Test-Vega", "contact": "rosa@example.org"}


@pytest.fixture
def visitor(browser: Callable[[Role], Browser], services: Services) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return browser(Role.NOBODY)


def booked_address(visitor: Browser) -> str:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    answer = visitor.submit(f"{kept}/confirm", **NAME)
    assert answer.status_code == 303
    return answer.headers["location"].split("?")[0]


def test_a_visit_is_booked_seen_moved_and_cancelled(visitor: Browser, services: Services) -> None:
    address = booked_address(visitor)
    page = visitor.get(address).text
    assert "Monday 2 March" in page and "Yorba Linda" in page
    fields = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    moved = visitor.submit(f"{address}/move", **fields)
    later = moved.headers["location"].split("?")[0]
    assert "Tuesday 3 March" in visitor.get(later).text
    assert visitor.submit(f"{later}/cancel").status_code == 303
    at_once, afterwards = (visitor.get(later).text for _ in range(2))
    assert "Your visit is cancelled" in at_once and "This visit is cancelled" not in at_once
    assert "This visit is cancelled" in afterwards and "Your visit is cancelled" not in afterwards
    with reading(services.engine) as connection:
        assert len(find_people(connection, "Rosa Test-Vega")) == 1
        assert verify(connection).sound


def test_a_cancellation_pressed_twice_and_old_pages_of_the_visit_show_it_cancelled(visitor: Browser) -> None:
    address = booked_address(visitor)
    fields = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    for _ in range(2):
        assert visitor.submit(f"{address}/cancel", lang="en").headers["location"] == f"{address}?lang=en"
    for late in (
        visitor.get(f"{address}/move?lang=en"),
        visitor.submit(f"{address}/move", **fields),
        visitor.submit(f"{address}/wait"),
    ):
        assert late.headers["location"].split("?")[0] == address
    visitor.get(address)  # which still says what was just done
    page = visitor.get(address).text
    assert "This visit is cancelled" in page and "Please call the clinic" not in page


def test_once_the_visit_began_its_page_offers_no_change_and_none_is_made(
    visitor: Browser, clock: Clock
) -> None:
    address = booked_address(visitor)
    clock.advance(timedelta(hours=12))
    for way in ("cancel", "wait"):
        assert visitor.submit(f"{address}/{way}").headers["location"].split("?")[0] == address
    page = visitor.get(address).text
    assert "can no longer be changed here" in page
    assert not re.search(r"cancelled|lets you change|<form|visit\.ics", page)


def test_going_back_to_the_kept_time_or_sending_it_twice_shows_the_visit_that_was_booked(
    visitor: Browser, services: Services
) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    booked = visitor.submit(f"{kept}/confirm", **NAME).headers["location"]
    back = visitor.get(f"{kept}?lang=es")
    assert (back.status_code, back.headers["location"]) == (303, booked.replace("=en", "=es"))
    again = visitor.submit(f"{kept}/confirm", **NAME)
    assert (again.status_code, again.headers["location"]) == (303, booked)
    visitor.submit(f"{booked.split('?')[0]}/cancel")
    assert "not booked for you" in visitor.get(kept).text
    with reading(services.engine) as connection:
        assert len(connection.execute(appointments.select()).all()) == 1


def test_a_time_that_is_pressed_again_is_one_s_own(visitor: Browser, services: Services) -> None:
    fields = offered(visitor.get("/book").text)
    kept = held_address(visitor, **fields)
    assert held_address(visitor, **fields) == kept
    booked = visitor.submit(f"{kept}/confirm", **NAME).headers["location"]
    again = visitor.get(held_address(visitor, **fields) + "?lang=en")
    assert again.headers["location"] == booked
    visitor.submit(f"{booked.split('?')[0]}/cancel")
    assert held_address(visitor, **fields) != kept
    with reading(services.engine) as connection:
        assert len(connection.execute(appointments.select()).all()) == 2


def test_of_two_confirmations_at_the_same_moment_both_show_the_visit(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    looks, looked = [], book._held

    def first_looked_at_before_the_other_booked(*asked: Any) -> Any:
        looks.append(looked(*asked))
        return looks[0] if len(looks) == 2 else looks[-1]

    monkeypatch.setattr(book, "_held", first_looked_at_before_the_other_booked)
    answers = [visitor.submit(f"{kept}/confirm", **NAME) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]


def test_the_calendar_file_keeps_its_uid_and_counts_changes(visitor: Browser) -> None:
    address = booked_address(visitor)
    first = icalendar.Calendar.from_ical(visitor.get(f"{address}/visit.ics").content)
    moved = visitor.submit(f"{address}/move", **offered(visitor.get(f"{address}/move?day=2026-03-03").text))
    later = moved.headers["location"].split("?")[0]
    second = icalendar.Calendar.from_ical(visitor.get(f"{later}/visit.ics").content)
    visitor.submit(f"{later}/cancel")
    third = icalendar.Calendar.from_ical(visitor.get(f"{later}/visit.ics").content)
    events = [one.walk("VEVENT")[0] for one in (first, second, third)]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(events[1]["DTSTART"].dt.tzinfo) == "America/Los_Angeles"
    assert [str(one["TZID"]) for one in second.walk("VTIMEZONE")] == ["America/Los_Angeles"]


def test_of_two_who_tap_the_last_time_one_gets_it_and_the_other_three_near_ones(
    visitor: Browser, browser: Callable[[Role], Browser], services: Services
) -> None:
    fields = offered(visitor.get("/book").text)
    visitors = [browser(Role.NOBODY) for _ in range(8)]
    tokens = [one.csrf() for one in visitors]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].post("/book/hold", data={"csrf": pair[1], **fields}),
                zip(visitors, tokens, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert loser.text.count('action="/book/hold"') == 3
    assert "It is not booked for you" in loser.text
    with reading(services.engine) as connection:
        assert connection.execute(appointments.select()).all().__len__() == 1


def test_a_kept_time_goes_back_when_nobody_gives_a_name(
    visitor: Browser, browser: Callable[[Role], Browser], clock: Clock
) -> None:
    fields = offered(visitor.get("/book").text)
    kept = held_address(visitor, **fields)
    clock.advance(timedelta(minutes=11))
    late = visitor.submit(f"{kept}/confirm", **NAME)
    assert late.status_code == 409
    assert "not kept for you any more" in late.text and "Somebody else" not in late.text
    assert offered(visitor.get("/book/times?office=yl&day=2026-03-03").text)
    assert browser(Role.NOBODY).submit("/book/hold", **fields).status_code == 303


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"start": "2026-03-02T18:07:00+00:00"}, 409),  # between two starts
        ({"start": "2026-03-01T18:00:00+00:00"}, 409),  # a Sunday
        ({"start": "2026-03-03T18:00:00"}, 422),  # no zone
        ({"office": "nowhere"}, 404),
        ({"visit": "adjust"}, 404),  # not for the public
    ],
)
def test_an_address_made_up_by_hand_gets_nothing(
    visitor: Browser, fields: dict[str, str], status: int
) -> None:
    sent = {"office": "yl", "visit": "consult", "start": "2026-03-03T18:00:00+00:00", **fields}
    assert visitor.submit("/book/hold", **sent).status_code == status


def test_a_link_is_for_one_visit_only(visitor: Browser) -> None:
    address = booked_address(visitor)
    assert visitor.get(address[:-3] + "abc").status_code == 404
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    assert visitor.get(kept.replace("/book/", "/visit/")).status_code == 404


def test_without_a_name_or_contact_the_time_stays_kept(visitor: Browser) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    answer = visitor.submit(f"{kept}/confirm", given="Rosa", family="Test-Vega", contact="x", lang="es")
    assert answer.status_code == 422
    assert "Eso no es un teléfono ni un correo" in answer.text and 'value="Rosa"' in answer.text
    in_english = visitor.submit(f"{kept}/language", into="en", given="Rosa", family="", contact="x")
    assert "First name" in in_english.text and 'value="Rosa"' in in_english.text
    assert visitor.submit(f"{kept}/confirm", **NAME).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"given": " "}, "f-given"), ({"family": ""}, "f-family"), ({"contact": "x"}, "f-contact")],
)
def test_the_field_that_is_wrong_is_marked_and_has_the_focus(
    visitor: Browser, wrong: dict[str, str], field: str
) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    page = visitor.submit(f"{kept}/confirm", **(NAME | wrong)).text
    marked = re.findall(r'<input id="(f-\w+)"[^>]*p-who" aria-invalid="true" autofocus>', page)
    assert marked == [field] and page.count("aria-invalid") == 1 and page.count(" autofocus") == 1
    assert 'id="p-who"' in page


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2500-01-01", "9999-12-31"])
def test_a_day_written_by_hand_is_brought_near(visitor: Browser, day: str) -> None:
    assert visitor.get(f"/book/times?office=yl&day={day}").status_code == 200
    assert visitor.get(f"{booked_address(visitor)}/move?day={day}").status_code == 200


@pytest.mark.parametrize(
    "contact", ["ana@", "ana@gmail", "ana@gmail.", "ana@[x.org", "rosa@example.org rosa@example.net"]
)
@pytest.mark.parametrize(("lang", "words"), [("en", "please check it"), ("es", "revíselo, por favor")])
def test_an_address_that_no_letter_can_reach_is_said_where_it_is_typed(
    visitor: Browser, contact: str, lang: str, words: str
) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    answer = visitor.submit(f"{kept}/confirm", **(NAME | {"contact": contact, "lang": lang}))
    assert answer.status_code == 422
    assert words in answer.text and f'value="{contact}"' in answer.text
    assert visitor.submit(f"{kept}/confirm", **NAME).status_code == 303


@pytest.mark.parametrize("status", [409, 405])
def test_every_error_is_said_in_spanish(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def changed(_: object) -> bool:
        raise StepRefusedError("The visit was cancelled.")

    monkeypatch.setattr("spondyl.clinic.web.public.times.has_practice", changed)
    answer = visitor.get("/book?lang=es") if status == 409 else visitor.submit("/book?lang=es")
    assert answer.status_code == status
    assert "o llámenos" in answer.text and "cancelled" not in answer.text and "Allowed" not in answer.text


def test_spanish_stays_spanish(visitor: Browser) -> None:
    page = visitor.get("/book", headers={"accept-language": "es-MX"}).text
    assert '<html lang="es"' in page and "Próxima hora libre" in page and "lunes 2 de marzo" in page


def test_the_same_person_is_not_added_twice(visitor: Browser, services: Services) -> None:
    booked_address(visitor)
    kept = held_address(visitor, **offered(visitor.get("/book/times?office=yl&day=2026-03-05").text))
    again = {"given": "rosa", "family": "Test-Vega", "contact": "ROSA@example.org"}
    assert visitor.submit(f"{kept}/confirm", **again).status_code == 303
    with reading(services.engine) as connection:
        assert len(find_people(connection, "Test-Vega")) == 1


def test_a_name_and_a_telephone_number_do_not_tell_what_their_owner_answered(
    visitor: Browser, services: Services
) -> None:
    booked_address(visitor)
    with writing(services.engine) as connection:
        (rosa,) = find_people(connection, "Test-Vega")
    answer_intake(services, rosa, pain=4, roland=4, saddle_numbness="yes")
    times = visitor.get("/book/times?office=yl&day=2026-03-05").text
    refused = visitor.submit(f"{held_address(visitor, **offered(times))}/confirm", **NAME)
    assert refused.status_code == 409 and "This visit cannot be booked here" in refused.text
    assert "answers" not in refused.text and "linician" not in refused.text
    # Who comes by a link that only they have is told: here the offer to who waited for an earlier time.
    assert book._why_not(BookingStoppedError(), known=True) == "stopped"
    assert book._why_not(PlanEndedError(), known=True) == "plan_ended"


def test_an_earlier_time_is_offered_to_who_waits(
    visitor: Browser, services: Services, clock: Clock, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    first = booked_address(visitor)
    kept = held_address(visitor, **offered(visitor.get("/book/times?office=yl&day=2026-03-05").text))
    other = {"given": "Otto", "family": "Test-Low", "contact": "otto@example.org"}
    second = visitor.submit(f"{kept}/confirm", **other).headers["location"].split("?")[0]
    assert visitor.submit(f"{second}/wait").status_code == 303
    assert visitor.submit(f"{first}/cancel").status_code == 303
    key, folder = services.key_for("patient link"), tmp_path / "mail"
    good, bad = send_due(services.engine, FolderSender(folder=folder), key=key, base="http://localhost")
    assert (good, bad) == (3, 0)  # a booking, a cancellation in place of its booking, the offer
    offer = next(text for file in folder.iterdir() if "An earlier time" in (text := file.read_text()))
    link = re.search(r"http://localhost(/book/\S+)", offer.replace("=\n", ""))
    assert link and "Take this time" in visitor.get(link[1]).text
    assert visitor.submit(f"{link[1]}/confirm").status_code == 303
    with reading(services.engine) as connection:
        day = appointments_between(connection, clock(), clock() + timedelta(days=1))
        free = next_free(connection, Wish(visit_type="consult", office="yl"))
        otto = find_people(connection, "Test-Low")[0].id
        assert [one.start for one in appointments_of(connection, otto)] == [day[0].start], (
            "the later one moved"
        )
    assert [one.status for one in day] == ["booked"]
    assert free[0].start > day[0].start
    for again in (visitor.submit(f"{link[1]}/confirm"), visitor.get(link[1])):
        assert again.status_code == 303 and again.headers["location"].startswith("/visit/")


def test_who_cancels_waits_no_longer_for_an_earlier_time_of_that_visit(
    visitor: Browser, services: Services, browser: Callable[[Role], Browser]
) -> None:
    address = booked_address(visitor)
    visitor.submit(f"{address}/wait")
    line = browser(Role.FRONT_DESK).get("/calendar/waitlist").text
    assert "waits since today" in line and 'href="mailto:rosa@example.org"' in line
    visitor.submit(f"{address}/cancel")
    with reading(services.engine) as connection:
        assert waiting_entries(connection) == []
        assert verify(connection).sound


def test_who_moved_waits_for_a_time_before_the_new_one(visitor: Browser, services: Services) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book/times?office=yl&day=2026-03-06").text))
    address = visitor.submit(f"{kept}/confirm", **NAME).headers["location"].split("?")[0]
    visitor.submit(f"{address}/wait")
    fields = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    address = visitor.submit(f"{address}/move", **fields).headers["location"].split("?")[0]
    with reading(services.engine) as connection:
        (entry,) = waiting_entries(connection)
    assert entry.latest.isoformat() == fields["start"], "nothing later is an earlier time"
    visitor.submit(f"{address}/cancel")
    with reading(services.engine) as connection:
        assert waiting_entries(connection) == []


def test_a_page_that_does_not_open_speaks_the_language_of_the_form(visitor: Browser) -> None:
    address = booked_address(visitor)
    fields = offered(visitor.get(f"{address}/move?day=2026-03-03").text)
    unknown = visitor.submit(f"{address}/move", **fields | {"lang": "es", "office": "nowhere"})
    assert unknown.status_code == 404 and "Esta página no se abre" in unknown.text


def test_a_contact_that_cannot_be_used_has_the_pen(visitor: Browser) -> None:
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    refused = visitor.submit(f"{kept}/confirm", **(NAME | {"contact": "nonsense"})).text
    (field,) = re.findall(r"<input[^>]* autofocus", refused)
    assert 'name="contact"' in field


def test_a_newcomer_is_offered_a_consultation_and_undo_says_whose_visit_it_is(
    visitor: Browser, services: Services, browser: Callable[[Role], Browser]
) -> None:
    with writing(services.engine) as connection:
        details = PersonDetails(given_name="Other", family_name="Test-Patient")
        other = add_person(connection, details, actor="test")
    address = booked_address(visitor)
    visitor.submit(f"{address}/move", **offered(visitor.get(f"{address}/move?day=2026-03-03").text))
    desk = browser(Role.FRONT_DESK)
    with reading(services.engine) as connection:
        (rosa,) = find_people(connection, "Rosa Test-Vega")
    assert "Rosa Test-Vega, Tuesday 3 March" in desk.get("/calendar").text.split("Last changes")[1]
    assert "Last changes" in desk.get(f"/patients/{rosa.id}/visits").text
    new = desk.get(f"/patients/{other.id}/visits").text
    assert "Last changes" not in new  # another patient's visit is not undone from this page
    assert re.search(r'visit=consult[^"]*"[^>]* aria-current="true"', new)
    assert re.search(
        r'visit=follow[^"]*"[^>]* aria-current="true"', desk.get(f"/patients/{rosa.id}/visits").text
    )


def test_a_taken_time_is_told_without_standing_in_line(
    visitor: Browser, browser: Callable[[Role], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = offered(visitor.get("/book").text)
    held_address(browser(Role.NOBODY), **fields)
    monkeypatch.setattr(WriterQueue, "__call__", None)  # whoever stands in line fails
    assert visitor.submit("/book/hold", **fields).status_code == 409


@pytest.mark.usefixtures("visitor")
def test_what_was_taken_while_one_stood_in_line_is_kept_with_the_other_provider(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish, ten = Wish(visit_type="follow", office="yl"), utc(3, 18)
    with reading(services.engine) as connection:
        seen = slot_for(connection, wish, ten)
    assert seen is not None
    looks: list[Slot | None] = []

    def counted(*asked: Any) -> Slot | None:
        looks.append(slot_for(*asked))
        return looks[-1]

    monkeypatch.setattr(book, "slot_for", counted)
    writer, kept = WriterQueue(services.engine), []
    for number in range(2):
        looks.clear()
        kept.append(book._kept(services.engine, writer, wish, ten, seen).placement.provider)
        assert len(looks) == number
    assert set(kept) == {"ana", "ben"}
    looks.clear()
    with pytest.raises(TimeTakenError):
        book._kept(services.engine, writer, wish, ten, seen)
    with reading(services.engine) as connection:
        assert len(connection.execute(appointments.select()).all()) == 2
        assert verify(connection).sound


def test_no_other_feature_has_the_addresses_of_the_public_pages() -> None:
    """They are looked for first: whichever order the rail has, each address has one place."""
    others = [
        route.path
        for feature in FEATURES
        if feature is not public.FEATURE
        for router in feature.routers
        for route in router.routes
        if isinstance(route, Route)
    ]
    assert others
    assert not [path for path in others if path.startswith(("/book", "/visit", "/{"))]


def test_a_header_that_an_answer_has_already_is_not_added_again() -> None:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("x", headers={"Cache-Control": "private"})(scope, receive, send)

    sent = TestClient(SafeHeaders(answering, tls=True)).get("/static/x?v=1").headers
    assert sent.get_list("cache-control") == ["private"]
    assert {name: sent.get_list(name) for name in HEADERS} == {name: [text] for name, text in HEADERS.items()}
    assert sent.get_list("strict-transport-security") == ["max-age=31536000"]
