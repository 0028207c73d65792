"""Claims: while the server runs, kept times lapse by themselves and what is due is sent once, by file or by mail."""

import email
import email.policy
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Self

import icalendar
import pytest
from psycopg.errors import DeadlockDetected

from clinic_bookings import prepared, slot_at, waiting
from clinic_charts import Clock
from practices import utc
from spondyl.clinic.chart.appointments import book, cancel, hold_slot
from spondyl.clinic.chart.outbox import MOST_TRIES, MailState, mail_state
from spondyl.clinic.chart.people import change_person, person
from spondyl.clinic.chart.tables import claims, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.untold import untold
from spondyl.clinic.chart.waitlist import join_waitlist, offer_free_time
from spondyl.clinic.clinic_settings import MailTable
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.messages import Letter, SmtpSender, is_address, send_due
from spondyl.clinic.own_certificate import own_certificate
from spondyl.clinic.web.calendar.telephone_calls import call_words
from spondyl.clinic.web.services import Services

TEN = utc(3, 18)


def test_what_is_due_goes_once_and_the_reminder_a_day_before(services: Services, clock: Clock) -> None:
    chart = prepared(services.engine, clock)
    keeper = BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
        hold_slot(connection, slot_at(TEN, "ben", "t2"), actor="public")
    letters = services.data_dir / "letters"
    letters.mkdir(parents=True, mode=0o755)  # by an earlier version
    assert state_of_mail(services) == MailState(due=1, later=1)
    keeper.look()
    assert state_of_mail(services) == MailState(sent=1, later=1)
    keeper.look()
    (letter,) = letters.iterdir()
    assert [one.stat().st_mode & 0o777 for one in (letters, letter)] == [0o700, 0o600]
    clock.moment = TEN - timedelta(hours=23)
    keeper.look()
    subjects = sorted(file.read_text().split("Subject: ")[1].split(":")[0] for file in letters.iterdir())
    assert subjects == ["Reminder", "Your visit is booked"]
    assert chart.count(claims, claims.c.resource == "provider:ben") == 0  # the kept time went


def test_a_cancelled_visit_is_not_reminded_of(services: Services, clock: Clock) -> None:
    chart = prepared(services.engine, clock)
    with writing(services.engine) as connection:
        visit = book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
        cancel(connection, visit.key, actor="desk")
    clock.moment = TEN - timedelta(hours=1)
    BookingKeeper(services, base="http://localhost").look()
    (letter,) = (services.data_dir / "letters").iterdir()
    assert "Your visit is cancelled" in letter.read_text()


def state_of_mail(services: Services) -> MailState:
    with reading(services.engine) as connection:
        return mail_state(connection)


def test_a_server_that_starts_sends_at_once_what_is_due(services: Services, clock: Clock) -> None:
    chart = prepared(services.engine, clock)
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
    keeper = BookingKeeper(services, base="http://localhost", every_s=3600)
    keeper.start()
    keeper.stop()
    assert state_of_mail(services) == MailState(sent=1, later=1)


class MailServer:
    """Stands in for smtplib.SMTP: refuses at first, then takes letters."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.down = True

    def __call__(self, host: str, port: int, timeout: float) -> Self:
        if self.down:
            raise ConnectionRefusedError(f"{host}:{port} after {timeout}")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_message(self, letter: EmailMessage) -> None:
        self.letters.append(letter)


def test_a_mail_server_that_is_down_is_tried_again(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart, server = prepared(services.engine, clock), MailServer()
    monkeypatch.setattr(smtplib, "SMTP", server)
    sender = SmtpSender(host="localhost", port=25, from_address="clinic@example.org")
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
    key = services.key_for("patient link")
    assert send_due(services.engine, sender, key=key, base="http://localhost") == (0, 1)
    assert chart.count(outbox, outbox.c.problem.contains("ConnectionRefused")) == 1
    assert state_of_mail(services) == MailState(again=1, later=1)
    server.down = False
    clock.advance(timedelta(minutes=6))
    assert send_due(services.engine, sender, key=key, base="http://localhost") == (1, 0)
    (letter,) = server.letters
    assert letter["To"] == "t0@example.org"
    assert [part.get_content_type() for part in letter.walk()][1:] == ["text/plain", "text/calendar"]


def test_a_server_that_is_rude_at_the_goodbye_has_the_letter(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rude(MailServer):
        def __exit__(self, *_: object) -> None:
            raise smtplib.SMTPResponseException(421, b"closing, too busy")

    chart, server = prepared(services.engine, clock), Rude()
    server.down = False
    monkeypatch.setattr(smtplib, "SMTP", server)
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
    sender, key = SmtpSender(host="localhost", port=25, from_address="c@example.org"), bytes(32)
    assert send_due(services.engine, sender, key=key, base="http://localhost") == (1, 0)
    assert len(server.letters) == 1


def test_a_letter_says_when_it_was_written_from_whom_and_what_its_calendar_is(
    services: Services, clock: Clock
) -> None:
    """RFC 5322, 3.6 (Date); RFC 5546, 3.2.1 and 3.2.5 (organizer); RFC 6047, 2.4 (method and charset)."""
    chart = prepared(services.engine, clock)
    settings = replace(
        services.settings,
        clinic_name="Spine clinic, Orange",
        mail=MailTable(from_address="desk@clinic.example"),
    )
    keeper = BookingKeeper(replace(services, settings=settings), base="http://localhost")
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(connection, patient.id, replace(patient.details, language="es"), actor="desk")
        visit = book(connection, slot_at(TEN), person=patient.id, actor="desk")
        join_waitlist(connection, waiting(chart, 1), actor="desk")
        assert offer_free_time(connection, slot_at(TEN, "ben", "t2"))
    keeper.look()
    booked, offer = sorted(letters_of(services), key=lambda one: str(one["To"]))
    assert booked["Date"].datetime == clock() and booked["From"].addresses[0].addr_spec == "clinic@localhost"
    assert booked["From"].addresses[0].display_name == "Spine clinic, Orange"
    text = booked.get_body().get_content()
    assert "10:00 a. m.\n" in text and ".." not in text and text.endswith("\nSpine clinic, Orange\n")
    assert (
        "It is kept for you alone until Monday 2 March, 9:00 am. To take it: "
        in offer.get_body().get_content()
    )
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    keeper.look()
    (cancelled,) = (one for one in letters_of(services) if "cancelada" in one["Subject"])
    for letter, method in ((booked, "PUBLISH"), (cancelled, "CANCEL")):
        (part,) = letter.iter_attachments()
        assert (part.get_param("method"), part.get_content_charset()) == (method, "utf-8")
        file = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        assert file["method"] == method
        assert str(file.walk("VEVENT")[0]["organizer"]) == "mailto:desk@clinic.example"


def letters_of(services: Services) -> list[EmailMessage]:
    """Every letter in the data folder."""
    files = (services.data_dir / "letters").iterdir()
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def take_mail(listener: socket.socket, context: ssl.SSLContext, taken: list[bytes]) -> None:
    """A mail server of one connection: STARTTLS, then whatever comes is taken."""
    answers = {b"EHLO": b"250-mail\r\n250 STARTTLS\r\n", b"DATA": b"354 go on\r\n"}
    plain, _ = listener.accept()
    with plain, plain.makefile("rb") as lines, suppress(OSError):  # the other side goes away, as it should
        plain.sendall(b"220 mail\r\n")
        while not (line := lines.readline().upper()).startswith(b"STARTTLS"):
            plain.sendall(answers.get(line[:4], b"250 ok\r\n"))
        plain.sendall(b"220 go\r\n")
        with context.wrap_socket(plain, server_side=True) as secret, secret.makefile("rb") as more:
            for line in more:
                taken.append(line)
                secret.sendall(answers.get(line[:4].upper(), b"250 ok\r\n"))


def test_a_mail_server_with_a_certificate_that_nobody_trusts_gets_no_letter_and_no_password(
    tmp_path: Path, clock: Clock
) -> None:
    files = own_certificate(tmp_path / "tls", names=["127.0.0.2"], now=clock())
    context, taken = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[bytes]()
    context.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.2", 0)) as listener:
        server = Thread(target=take_mail, args=(listener, context, taken))
        server.start()
        sender = SmtpSender(
            host="127.0.0.2",
            port=listener.getsockname()[1],
            from_address="clinic@example.org",
            user="clinic",
            password="a secret",
        )
        letter = Letter(to="ana@example.org", subject="Your visit is booked", text="Hello Ana")
        with pytest.raises(ssl.SSLCertVerificationError):
            sender.send(letter, message_id="1")
        server.join(30.0)
    assert taken == []


def test_an_error_of_the_driver_itself_does_not_end_the_looking(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new visit is given straight to the driver: PostgreSQL may end it because two servers wait for each other."""
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN), person=chart.people[0], actor="desk")

    def ended(_: object) -> None:
        raise DeadlockDetected("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr("spondyl.clinic.keep_bookings.sweep", ended)
        keeper.look()
    keeper.look()
    assert state_of_mail(services) == MailState(sent=1, later=1)


def test_only_the_letters_of_the_last_week_and_the_reminders_of_the_next_day_are_counted(
    services: Services, clock: Clock
) -> None:
    chart = prepared(services.engine, clock)
    keeper = BookingKeeper(services, base="http://localhost")
    for number, start in enumerate((TEN, TEN + timedelta(days=2), TEN + timedelta(days=8))):
        with writing(services.engine) as connection:
            book(connection, slot_at(start), person=chart.people[number], actor="desk")
    keeper.look()
    assert state_of_mail(services) == MailState(sent=3, later=1)
    clock.moment = TEN + timedelta(days=7, hours=-1)  # nobody is reminded of what has begun
    keeper.look()
    assert state_of_mail(services) == MailState(later=1)
    clock.advance(timedelta(days=1))
    keeper.look()
    assert state_of_mail(services) == MailState(sent=1)


UNUSABLE = ("ana@", "ana@[x.org", "ana@example.org\nBcc: all@example.org")
"""Python's parser of headers raises IndexError, AttributeError and ValueError for these."""


@pytest.mark.parametrize("address", UNUSABLE)
def test_a_letter_to_an_address_that_cannot_be_holds_up_no_other_and_becomes_a_call(
    services: Services, clock: Clock, address: str
) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        first = person(connection, chart.people[0])
        change_person(connection, first.id, replace(first.details, email=address), actor="desk")
        book(connection, slot_at(TEN + timedelta(days=7)), person=first.id, actor="desk")
    clock.advance(timedelta(seconds=1))
    with writing(services.engine) as connection:
        book(connection, slot_at(TEN, "ben", "t2"), person=chart.people[1], actor="desk")
    keeper.look()
    (letter,) = (services.data_dir / "letters").iterdir()
    assert "t1@example.org" in letter.read_text()
    for tries in range(MOST_TRIES):
        clock.advance(timedelta(minutes=6) * 2**tries)
        keeper.look()
    with reading(services.engine) as connection:
        (call,) = untold(connection)
    assert call.patient.id == first.id
    assert call_words(call)["why"] == "the e-mail address is mistyped: ask for it"


def test_an_address_is_one_plain_address() -> None:
    for address in (
        *UNUSABLE,
        *("", "@", "ana", "@example.org", "ana@@example.org", "ana @example.org", "ana@exam\tple.org"),
        *("a@x.org, b@x.org", "Ana <ana@example.org>", "ana@example.org;", "714 555 0100 ana@example.org"),
        *("ana@example.org\x00", "ana@[127.0.0.1]", "ana@example..org", "ana@example.org\u202e"),
    ):
        assert not is_address(address), address
    for address in ("ana@example.org", "a.b+c_d-e@mail.example.co.uk", "o'neil@example.org", "ana@localhost"):
        assert is_address(address), address
