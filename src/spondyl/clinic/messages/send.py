"""Send what is due: by SMTP, or into a folder for the demo and for tests. Each letter has one Message-ID for ever."""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from spondyl.atomic_file import write_whole
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of_course
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import (
    TOO_LATE,
    Message,
    MessageKind,
    any_reminder,
    due,
    failed,
    no_address,
    queue_reminders,
    sent,
    tells_a_time_that_began,
    too_late,
)
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages.calendar_file import calendar_file
from spondyl.clinic.messages.letters import Letter, letter_about
from spondyl.clinic.messages.links import hold_token, visit_token


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
        with smtplib.SMTP(self.host, self.port, timeout=20) as server:
            if self.host not in ("localhost", "127.0.0.1"):
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(_mail(letter, message_id, self.from_address))

    def forget(self, *, message_id: str) -> None:
        """Nothing is kept here: the mail server has it."""


def send_due(engine: sa.Engine, sender: Sender, *, key: bytes, base: str) -> tuple[int, int]:
    """Send what is due: how many went out, how many did not. ``base`` is the address of the clinic's pages.

    A letter is noted as sent after the sender took it: when the machine dies in between it goes out twice, never not
    at all; the Message-ID lets mail programs show it once. What goes wrong with one letter holds up no other.
    """
    good = bad = 0
    _make_reminders(engine)
    while True:
        with reading(engine) as connection:
            waiting = due(connection, limit=1)
        if not waiting:
            return good, bad
        problem, is_kept = _problem_of(engine, waiting[0], sender, key=key, base=base), True
        with writing(engine) as connection:
            if problem is None:
                is_kept = sent(connection, waiting[0])
            elif problem == NO_ADDRESS:
                no_address(connection, waiting[0])
            elif problem == TOO_LATE:
                too_late(connection, waiting[0])
            else:
                failed(connection, waiting[0], problem)
        if not is_kept:
            sender.forget(message_id=waiting[0].id)
        good, bad = (good + 1, bad) if problem is None else (good, bad + 1)


def _make_reminders(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        more = any_reminder(connection)
    while more:
        with writing(engine) as connection:
            more = queue_reminders(connection) > 0


def _problem_of(engine: sa.Engine, message: Message, sender: Sender, *, key: bytes, base: str) -> str | None:
    """Write a letter and send it, while no transaction is open: a slow mail server keeps nobody from booking."""
    try:
        with reading(engine) as connection:
            if tells_a_time_that_began(
                connection, message, appointment(connection, message.appointment).start
            ):
                return TOO_LATE
            letter = _letter(connection, message, key=key, base=base)
        if letter is None:
            return NO_ADDRESS
        sender.send(letter, message_id=message.id)
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:  # the oldest goes first: what stopped here would stop every letter, for good
        _LOG.warning("Letter %s could not be written or sent (%s).", message.id, type(error).__name__)
        return f"{type(error).__name__}: {error}"
    return None


def _letter(connection: sa.Connection, message: Message, *, key: bytes, base: str) -> Letter | None:
    visit = appointment(connection, message.appointment)
    patient = person(connection, visit.person) if visit.person else None
    if patient is None or not patient.details.email:
        return None
    practice = practice_of(connection)
    held = message.kind is MessageKind.OFFER
    link = (
        f"{base}/book/{hold_token(visit, key=key)}" if held else f"{base}/visit/{visit_token(visit, key=key)}"
    )
    visits = [visit]
    if message.kind is MessageKind.COURSE and visit.course:
        visits = appointments_of_course(connection, visit.course) or visits
    now, language = now_of(connection), patient.details.language
    file = None if held else calendar_file(practice, visit, language=language, now=now, link=link)
    return letter_about(practice, patient, message.kind, visits, link=link, calendar=file)


def _mail(letter: Letter, message_id: str, from_address: str) -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = letter.to, from_address, letter.subject
    mail["Message-ID"] = f"<{message_id}@spondyl>"
    mail.set_content(letter.text)
    if letter.calendar is not None:
        mail.add_attachment(letter.calendar, maintype="text", subtype="calendar", filename="visit.ics")
    return mail
