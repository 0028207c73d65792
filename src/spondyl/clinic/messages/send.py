"""Send what is due: by SMTP, or into a folder for the demo and for tests. Each letter has one Message-ID for ever."""

import logging
import smtplib
import ssl
import time
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from spondyl.atomic_file import write_whole
from spondyl.booking import Appointment, Status
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of_course
from spondyl.clinic.chart.claims import absences_of_visit
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import (
    CLINIC_REFUSED,
    OUTSIDE,
    TOO_LATE,
    Message,
    MessageKind,
    any_reminder,
    clinic_refused,
    due,
    failed,
    language_of_letters,
    no_address,
    outside_hours,
    queue_reminders,
    sent,
    too_late,
)
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.practice_change import why_outside
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages.address import is_address
from spondyl.clinic.messages.calendar_file import calendar_file
from spondyl.clinic.messages.clinic import Clinic
from spondyl.clinic.messages.letters import Letter, Writer, letter_about
from spondyl.clinic.messages.links import hold_token, visit_token


class NoAddressError(ValueError):
    """Where the letter should go is no e-mail address."""


class Sender(Protocol):
    """Takes a letter, or raises with the reason why not."""

    def send(self, letter: Letter, *, message_id: str) -> None:
        """Send one letter; sending it again with the same identifier must do no harm."""
        ...

    def forget(self, *, message_id: str) -> None:
        """Keep nothing of a letter: its patient was erased while it was sent."""
        ...


_LOG = logging.getLogger(__name__)
NO_ADDRESS = "no e-mail address"
NAMELESS = Clinic(name="", address="clinic@localhost")
REFUSED = "refused for good"
"""How a problem begins that no later try would mend."""

SIZE_EXCEEDED = 552
"""A server's word of one letter, also where it answers to the sender: RFC 1870, 6.1."""

ROUND_S = 30.0
"""So long the letters are sent, in seconds, before whoever sends them looks whether it should stop."""
LETTERS = "letters"
"""The folder of the clinic's data where letters lie when no mail server takes them."""


def letter_file(folder: Path, message_id: str) -> Path:
    """Where a letter lies."""
    return folder / f"{message_id}.eml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSender:
    """Writes each letter as an .eml file."""

    folder: Path

    def send(self, letter: Letter, *, message_id: str) -> None:
        """Write the letter; the same letter has the same file. It names a patient: only this user can read it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # an earlier version let everybody on this machine in
        mail = _mail(letter, message_id, "clinic@localhost")
        write_whole(letter_file(self.folder, message_id), bytes(mail), mode=0o600)

    def forget(self, *, message_id: str) -> None:
        """Delete the letter's file."""
        letter_file(self.folder, message_id).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSender:
    """Sends over a mail server that speaks TLS after STARTTLS, or plainly to this very machine.

    Letters name patients and hold the links to their visits: a server whose certificate this machine does not trust,
    or that is another's, gets neither them nor the password.
    """

    host: str
    port: int
    from_address: str
    user: str = ""
    password: str = ""

    def send(self, letter: Letter, *, message_id: str) -> None:
        """Hand the letter to the mail server."""
        is_taken = False
        try:
            with smtplib.SMTP(self.host, self.port, timeout=20) as server:
                if self.host not in ("localhost", "127.0.0.1"):
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(_mail(letter, message_id, self.from_address))
                is_taken = True
        except (OSError, smtplib.SMTPException):
            if not is_taken:  # what the server says to our goodbye is about the connection
                raise

    def forget(self, *, message_id: str) -> None:
        """Nothing is kept here: the mail server has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What letters are written with: ``key`` seals their links, ``base`` is the address of the clinic's pages."""

    key: bytes
    base: str
    clinic: Clinic

    def visit_link(self, visit: Appointment) -> str:
        """Where the patient changes a visit."""
        return f"{self.base}/visit/{visit_token(visit, key=self.key)}"

    def hold_link(self, hold: Appointment) -> str:
        """Where the patient takes a time that is kept."""
        return f"{self.base}/book/{hold_token(hold, key=self.key)}"


def send_due(
    engine: sa.Engine, sender: Sender, *, key: bytes, base: str, clinic: Clinic = NAMELESS
) -> tuple[int, int]:
    """Send what is due: how many went out, how many did not. ``base`` is the address of the clinic's pages.

    Each letter is tried once, and a slow mail server is left after half a minute: the rest goes the next time. One that
    refuses the clinic itself is asked for no other letter.
    A letter is noted as sent after the sender took it: when the machine dies in between it goes out twice, never not
    at all; the Message-ID lets mail programs show it once. What goes wrong with one letter holds up no other.
    """
    good = bad = 0
    post = Post(key=key, base=base, clinic=clinic)
    sender = _AskedNoMore(sender=sender)
    _make_reminders(engine)
    end_s, by = time.monotonic() + ROUND_S, None
    while time.monotonic() < end_s:
        with reading(engine) as connection:
            by = by or now_of(connection)
            waiting = due(connection, limit=1, by=by)
        if not waiting:
            break
        problem = _problem_of(engine, waiting[0], sender, post)
        with writing(engine) as connection:
            is_kept = _note(connection, waiting[0], problem)
        if not is_kept:
            sender.forget(message_id=waiting[0].id)
        good, bad = (good + 1, bad) if problem is None else (good, bad + 1)
    return good, bad


@dataclass(slots=True, kw_only=True)
class _AskedNoMore:
    """A sender that is asked no more once it refused the clinic itself: it would say the same of every letter."""

    sender: Sender
    refusal: smtplib.SMTPException | None = None

    def send(self, letter: Letter, *, message_id: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        try:
            self.sender.send(letter, message_id=message_id)
        except smtplib.SMTPException as error:
            self.refusal = error if _is_of_clinic(error) else None
            raise

    def forget(self, *, message_id: str) -> None:
        self.sender.forget(message_id=message_id)


def _note(connection: sa.Connection, message: Message, problem: str | None) -> bool:
    """Write down what became of a letter; False when its patient was erased meanwhile."""
    if problem is None:
        return sent(connection, message)
    if problem == NO_ADDRESS:
        no_address(connection, message)
    elif problem == TOO_LATE:
        too_late(connection, message)
    elif problem.startswith(CLINIC_REFUSED):
        clinic_refused(connection, message, problem)
    elif problem == OUTSIDE:
        outside_hours(connection, message)
    else:
        failed(connection, message, problem, for_good=problem.startswith(REFUSED))
    return True


def _make_reminders(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        more = any_reminder(connection)
    while more:
        with writing(engine) as connection:
            more = queue_reminders(connection) > 0


def _problem_of(engine: sa.Engine, message: Message, sender: Sender, post: Post) -> str | None:
    """Write a letter and send it, while no transaction is open: a slow mail server keeps nobody from booking."""
    try:
        with reading(engine) as connection:
            visits = _told_of(connection, message)
            if not visits:
                return TOO_LATE
            if message.kind is MessageKind.REMINDER and _is_outside(connection, visits[0]):
                return OUTSIDE
            letter = _letter(connection, message, visits, post)
        if letter is None:
            return NO_ADDRESS
        if not is_address(letter.to):
            raise NoAddressError(f"{letter.to!r} is no e-mail address")
        sender.send(letter, message_id=message.id)
    except Exception as error:  # the oldest goes first: what stopped here would stop every letter, for good
        if not isinstance(error, (OSError, smtplib.SMTPException, NoAddressError)):
            _LOG.warning("Letter %s could not be written or sent (%s).", message.id, type(error).__name__)
        begin = (
            f"{CLINIC_REFUSED}: " if _is_of_clinic(error) else f"{REFUSED}: " if _is_for_good(error) else ""
        )
        return f"{begin}{type(error).__name__}: {error}"
    return None


def _is_outside(connection: sa.Connection, visit: Appointment) -> bool:
    """Whether the office is closed then, the provider away or a thing out of use, and nobody gave a reason for it."""
    if visit.override_reason:
        return False
    practice = practice_of(connection)
    is_never = why_outside(practice, visit, now_of(connection)) is not None
    return is_never or bool(absences_of_visit(connection, practice, visit))


def _is_for_good(error: Exception) -> bool:
    """Whether the server says 5yz of this letter or its address: RFC 5321, 4.2.1, not to be sent again as it is."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == SIZE_EXCEEDED
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return isinstance(error, NoAddressError)


def _is_of_clinic(error: Exception) -> bool:
    """Whether the server says 5yz of the clinic's own address or password, before it heard of a patient's."""
    if not isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        return False
    return 500 <= error.smtp_code < 600 and error.smtp_code != SIZE_EXCEEDED


def _letter(
    connection: sa.Connection, message: Message, visits: list[Appointment], post: Post
) -> Letter | None:
    patient = person(connection, visits[0].person) if visits[0].person else None
    if patient is None or not patient.details.email:
        return None
    practice = practice_of(connection)
    now, held = now_of(connection), message.kind is MessageKind.OFFER
    language = language_of_letters(connection, message.appointment) or patient.details.language
    link_of = post.hold_link if held else post.visit_link
    file = (
        None
        if held
        else calendar_file(
            practice, visits, clinic=post.clinic, language=language, now=now, link_of=post.visit_link
        )
    )
    writer = Writer(clinic=post.clinic.name, now=now, link_of=link_of)
    reader = replace(patient, details=replace(patient.details, language=language))
    return letter_about(practice, reader, message.kind, visits, writer=writer, calendar=file)


def _told_of(connection: sa.Connection, message: Message) -> list[Appointment]:
    """The visits to come that a letter tells of: of a course all that stand, or all that do not any more.

    Nobody needs a letter about a visit that has begun.
    """
    visit = appointment(connection, message.appointment)
    visits = [visit]
    if visit.course and message.kind is MessageKind.COURSE:
        visits = appointments_of_course(connection, visit.course) or visits
    if visit.course and message.kind is MessageKind.COURSE_CANCELLED:
        visits = appointments_of_course(connection, visit.course, states=[Status.CANCELLED]) or visits
    return [one for one in visits if one.start > now_of(connection)]


def _mail(letter: Letter, message_id: str, from_address: str) -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = letter.to, letter.subject
    mail["From"] = formataddr((letter.clinic, from_address))
    mail["Date"] = letter.written_at
    mail["Message-ID"] = f"<{message_id}@spondyl>"
    mail.set_content(letter.text)
    if letter.calendar is not None:
        mail.add_attachment(
            letter.calendar.content,
            maintype="text",
            subtype="calendar",
            filename="visit.ics",
            params={"method": letter.calendar.method, "charset": "utf-8"},
        )
    return mail
