"""Claims: who has no e-mail address is on the list of calls at once, with the newest word only, until told.

Who moved or cancelled the visit by its link knows it already.
"""

import html
import re
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_apps import Browser
from clinic_bookings import prepared, slot_at, waiting
from clinic_charts import Clock
from practices import utc
from spondyl.booking import Appointment
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book, cancel, hold_slot, reschedule
from spondyl.clinic.chart.booking_changes import BY_LINK
from spondyl.clinic.chart.outbox import MailState, MessageKind, mail_state, message_row, queue
from spondyl.clinic.chart.people import change_person, person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import appointments, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.untold import Untold, note_told, untold
from spondyl.clinic.chart.waitlist import join_waitlist, offer_free_time
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.messages import Letter, send_due
from spondyl.clinic.messages.send import FolderSender
from spondyl.clinic.web.calendar.telephone_calls import call_words
from spondyl.clinic.web.services import Services

TEN = utc(3, 18)


def calls(services: Services) -> tuple[Untold, ...]:
    with reading(services.engine) as connection:
        return untold(connection)


def booked_without_mail(connection: sa.Connection, person_id: str, start: datetime = TEN) -> Appointment:
    """The visit of a patient who has no e-mail address."""
    patient = person(connection, person_id)
    change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
    return book(connection, slot_at(start), person=patient.id, actor="desk")


def test_a_moved_visit_of_a_patient_without_mail_is_to_be_called_at_once(
    services: Services, clock: Clock
) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(
            connection, patient.id, replace(patient.details, email="", phone="714-555-0199"), actor="desk"
        )
        visit = book(connection, slot_at(TEN), person=patient.id, actor="desk")
    keeper.look()
    assert calls(services) == ()  # who booked it was told the time there and then
    with writing(services.engine) as connection:
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=1)), actor="desk")
    keeper.look()
    (call,) = calls(services)
    assert (call.kind, call.problem) == (MessageKind.MOVED, "no e-mail address")
    assert call.visit.start == TEN + timedelta(hours=1)
    assert call.patient.details.phone == "714-555-0199"
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    keeper.look()
    (call,) = calls(services)
    assert call.kind is MessageKind.CANCELLED
    with reading(services.engine) as connection:
        assert mail_state(connection) == MailState()
    with writing(services.engine) as connection:
        before = call.visit.sequence - 1  # who was told of the time that it had before
        assert not note_told(connection, visit.key, sequence=before, actor="desk")
    assert calls(services) == (call,)
    with writing(services.engine) as connection:
        assert note_told(connection, visit.key, sequence=call.visit.sequence, actor="desk")
        assert note_told(connection, visit.key, sequence=call.visit.sequence, actor="desk")
    assert calls(services) == ()
    with reading(services.engine) as connection:
        told = entries(connection, action="tell by telephone")
    assert [(one.actor, one.subject) for one in told] == [("desk", f"person {chart.people[0]}")]


def test_what_needs_no_call_does_not_hide_who_does(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one line: a kept time that lapsed stands before the visit that was moved."""
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    monkeypatch.setattr("spondyl.clinic.chart.untold.MOST", 1)
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
        kept = hold_slot(connection, slot_at(TEN), person=patient.id, actor="desk")
        queue(connection, kept.key, MessageKind.OFFER)
        visit = book(connection, slot_at(TEN + timedelta(hours=1)), person=patient.id, actor="desk")
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=2)), actor="desk")
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.OFFER]
    clock.advance(timedelta(minutes=11))
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.MOVED]


@pytest.fixture
def three_to_call(services: Services, clock: Clock) -> list[str]:
    """Three visits of patients without mail, each moved by half an hour; their keys in order of time."""
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    keys = list[str]()
    for days, person_id in zip((0, 2, 7), chart.people, strict=True):
        with writing(services.engine) as connection:
            visit = booked_without_mail(connection, person_id, TEN + timedelta(days=days))
            to = slot_at(visit.start + timedelta(minutes=30))
            keys.append(reschedule(connection, visit.key, to, actor="desk").key)
    keeper.look()
    return keys


def test_more_calls_than_fit_are_counted_and_reached_page_by_page(
    three_to_call: list[str],
    browser: Callable[[Role], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spondyl.clinic.chart.untold.MOST", 2)
    desk = browser(Role.FRONT_DESK)
    assert "no letter could tell of 3 visits." in desk.get("/today").text

    def told_at(address: str) -> tuple[list[str], str]:
        page = desk.get(address).text
        return re.findall(r'action="/calendar/told/(\w+)"', page), page

    shown, first = told_at("/calendar")
    assert shown == three_to_call[:2] and "1 to 2 of 3" in first
    (further,) = re.findall(r'href="([^"]*)#calls">Next calls', first)
    shown, second = told_at(html.unescape(further))
    assert shown == three_to_call[2:] and "3 to 3 of 3" in second and "Next calls" not in second
    assert "calls_after=2" in second.split("data-fresh-of=")[1].split(">")[0], "what is asked for again"
    assert told_at("/calendar?calls_after=90")[0] == three_to_call[:2]


def test_letters_given_up_long_ago_are_not_read_again_and_again(
    services: Services, three_to_call: list[str], clock: Clock
) -> None:
    """Each reminder to a patient without mail becomes one: the visits to come are asked about, not the letters."""
    with reading(services.engine) as connection:
        visit = appointment(connection, three_to_call[0])
    past = {"starts_at": clock() - timedelta(days=9), "status": "arrived", "made_at": clock(), "sequence": 0}
    place = {"office": "yl", "provider": "ana", "room": "t1", "zone": visit.zone, "wall": "2020-01-01T10:00"}
    keys = [f"p{number}" for number in range(600)]
    rows = [{"key": key, "person_id": visit.person} | past | place for key in keys]
    letters = [message_row(key, MessageKind.REMINDER, clock()) | {"state": "given up"} for key in keys]
    with writing(services.engine) as connection:
        connection.execute(appointments.insert().values(visit_type="follow", override_reason=""), rows)
        connection.execute(outbox.insert(), letters)
    steps = list[int]()
    with reading(services.engine) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(lambda: steps.append(10) and None, 10)
        found = untold(connection)
        driver.set_progress_handler(None, 0)
    assert [one.visit.key for one in found] == three_to_call
    assert sum(steps) < 2000, "steps of the embedded file's machine; some dozens a visit to come"


def test_a_visit_that_is_over_is_not_called_about(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
        book(connection, slot_at(TEN), person=patient.id, actor="desk")
    clock.moment = TEN - timedelta(hours=2)
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.REMINDER]
    clock.moment = TEN + timedelta(minutes=1)
    assert calls(services) == ()


def test_who_cancels_by_the_link_is_not_called_about_it(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        visit = booked_without_mail(connection, chart.people[0])
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        cancel(connection, visit.key, actor=BY_LINK)
    keeper.look()
    assert calls(services) == ()


def test_who_cancelled_by_the_link_is_called_when_staff_undo_it(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        visit = booked_without_mail(connection, chart.people[0])
        cancel(connection, visit.key, actor=BY_LINK, change="by link")
    with writing(services.engine) as connection:
        undo(connection, "by link", actor="desk")
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.MOVED]


class Refuses:
    """A mail server that ends every letter with an error."""

    def __init__(self, error: Exception) -> None:
        self.error, self.tries = error, 0

    def send(self, letter: Letter, *, message_id: str) -> None:
        assert letter.to and message_id
        self.tries += 1
        raise self.error

    def forget(self, *, message_id: str) -> None:
        pass


def kept_at_it(services: Services, clock: Clock, error: Exception, *, minutes: int) -> tuple[int, list[int]]:
    """How often a letter was tried within so many minutes, and how many calls were owed after each."""
    server, key, owed = Refuses(error), services.key_for("patient link"), list[int]()
    for _ in range(minutes):
        send_due(services.engine, server, key=key, base="http://localhost")
        owed.append(len(calls(services)))
        clock.advance(timedelta(minutes=1))
    return server.tries, owed


def moved_the_same_day(services: Services, clock: Clock) -> Appointment:
    """At eight the visit of ten is moved to twelve."""
    chart = prepared(services.engine, clock)
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
        connection.execute(outbox.update().values(state="sent"))
    clock.moment = TEN - timedelta(hours=2)
    with writing(services.engine) as connection:
        return reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=2)), actor="desk")


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"t0@example.org": (550, b"5.1.1 user unknown")}),
        smtplib.SMTPDataError(554, b"5.7.1 not wanted here"),
    ],
)
def test_what_the_server_refuses_for_good_is_a_call_at_once(
    services: Services, clock: Clock, error: Exception
) -> None:
    moved_the_same_day(services, clock)
    assert kept_at_it(services, clock, error, minutes=60) == (1, [1] * 60)
    assert call_words(calls(services)[0])["why"].startswith("the mail server refuses the letter for good")


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("timed out"),
        smtplib.SMTPRecipientsRefused({"t0@example.org": (450, b"4.2.0 greylisted")}),
        smtplib.SMTPSenderRefused(451, b"4.7.1 try later", "clinic@localhost"),
    ],
)
def test_a_change_of_the_same_day_is_a_call_while_its_letter_is_still_tried(
    services: Services, clock: Clock, error: Exception
) -> None:
    visit = moved_the_same_day(services, clock)
    tries, owed = kept_at_it(services, clock, error, minutes=20)
    assert tries == 3 and owed == [0] * 5 + [1] * 15  # after the second try, five minutes later
    with writing(services.engine) as connection:
        assert note_told(connection, visit.key, sequence=visit.sequence, actor="desk")
    assert kept_at_it(services, clock, error, minutes=60) == (0, [0] * 60)


OURS = [
    smtplib.SMTPSenderRefused(553, b"5.7.1 not an address of yours", "clinic@localhost"),
    smtplib.SMTPAuthenticationError(535, b"5.7.8 another password"),
]


@pytest.mark.parametrize("error", OURS)
def test_a_server_that_refuses_the_clinic_itself_costs_no_letter_its_tries_and_is_told_of(
    services: Services, clock: Clock, browser: Callable[[Role], Browser], error: Exception
) -> None:
    visit = moved_the_same_day(services, clock)
    with writing(services.engine) as connection:
        far = book(connection, slot_at(TEN + timedelta(days=7)), person=visit.person, actor="desk")
    tries, owed = kept_at_it(services, clock, error, minutes=60)
    assert tries == 12, "once in five minutes, not once a letter"
    assert owed == [0] * 5 + [1] * 55, "the change of the same day is said by telephone all the same"
    assert call_words(calls(services)[0])["why"].startswith("the mail server refuses the clinic itself")
    with reading(services.engine) as connection:
        waiting = connection.execute(sa.select(outbox).where(outbox.c.state == "waiting")).all()
    assert {row.appointment for row in waiting} == {visit.key, far.key}
    assert {row.tries for row in waiting} == {2}
    told = browser(Role.ADMINISTRATOR).get("/today").text
    assert "No letter goes out" in told and "from_address" in told and error.args[1].decode() in told
    told = browser(Role.FRONT_DESK).get("/today").text
    assert "Tell the administrator" in told and "from_address" not in told
    mended = FolderSender(folder=services.data_dir / "letters")
    assert send_due(
        services.engine, mended, key=services.key_for("patient link"), base="http://localhost"
    ) == (2, 0)
    assert "No letter goes out" not in browser(Role.ADMINISTRATOR).get("/today").text


def test_a_letter_too_long_for_the_server_is_refused_for_good_by_itself(
    services: Services, clock: Clock
) -> None:
    moved_the_same_day(services, clock)
    error = smtplib.SMTPSenderRefused(552, b"5.3.4 too long", "clinic@localhost")
    assert kept_at_it(services, clock, error, minutes=20) == (1, [1] * 20)


def test_an_offer_that_did_not_go_out_is_a_call_while_the_time_is_kept(
    services: Services, clock: Clock
) -> None:
    chart = prepared(services.engine, clock)
    with writing(services.engine) as connection:
        join_waitlist(connection, waiting(chart, 1), actor="desk")
        assert offer_free_time(connection, slot_at(TEN))
    _, owed = kept_at_it(services, clock, TimeoutError("timed out"), minutes=3)
    assert owed == [1] * 3


def test_one_round_tries_each_letter_once_and_leaves_a_slow_server(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = prepared(services.engine, clock)
    with writing(services.engine) as connection:
        for number, start in enumerate((TEN, TEN + timedelta(hours=1), TEN + timedelta(hours=2))):
            book(connection, slot_at(start), person=chart.people[number], actor="desk")
    key = services.key_for("patient link")

    class Slow(Refuses):
        def send(self, letter: Letter, *, message_id: str) -> None:
            clock.advance(timedelta(minutes=4))
            super().send(letter, message_id=message_id)

    slow = Slow(TimeoutError("timed out"))
    assert send_due(services.engine, slow, key=key, base="http://localhost") == (0, 3)
    clock.advance(timedelta(days=1))
    monkeypatch.setattr("spondyl.clinic.messages.send.ROUND_S", -1.0)
    assert send_due(services.engine, slow, key=key, base="http://localhost") == (0, 0)


def test_no_time_waits_for_the_mail_server(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart, hangs, may_end = prepared(services.engine, clock), threading.Event(), threading.Event()

    class Hangs(Refuses):
        def send(self, letter: Letter, *, message_id: str) -> None:
            hangs.set()
            may_end.wait(60)
            super().send(letter, message_id=message_id)

    hanging = Hangs(TimeoutError("timed out"))
    monkeypatch.setattr("spondyl.clinic.keep_bookings.sender_of", lambda _: hanging)
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
        hold_slot(connection, slot_at(TEN, "ben", "t2"), actor="public")
    keeper = BookingKeeper(services, base="http://localhost", every_s=0.05)
    keeper.start()
    try:
        assert hangs.wait(30)
        clock.advance(timedelta(minutes=11))
        end_s = time.monotonic() + 30
        while chart.count(appointments, appointments.c.status == "held"):
            assert time.monotonic() < end_s
            time.sleep(0.05)
    finally:
        may_end.set()
        keeper.stop()
