"""Messages to send, written in the transaction of the change that causes them: none is lost, none is sent for nothing.

What a message says is made when it is sent, from what stands in the chart then. Reminders are made when they fall due:
until then nothing has to follow the visits that move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment, Status
from spondyl.clinic.chart.appointment_rows import LIVE_STATES
from spondyl.clinic.chart.booking_changes import BY_LINK, last_actor
from spondyl.clinic.chart.engine import is_embedded, now_of
from spondyl.clinic.chart.tables.booking import appointments, outbox
from spondyl.clinic.chart.tables.column_types import new_id

REMIND_BEFORE = timedelta(hours=24)
RETRY_AFTER = timedelta(minutes=5)
MOST_TRIES = 8
COUNT_SENT_FOR = timedelta(days=7)
CALL_BEFORE = timedelta(hours=24)
"""Of a change of a visit within this time the front desk is told while its letter is still tried."""
TRIES_BEFORE_CALL = 2
CLINIC_REFUSED = "the clinic itself is refused"
"""How the problem begins of a letter that the mail server does not take whatever stands in it."""
_INSERT = outbox.insert()
_WAITING = outbox.c.state == "waiting"
_FIRST_OF_COURSE = (
    sa.select(appointments.c.key)
    .where(appointments.c.course == sa.bindparam("of_course"), appointments.c.status.in_(LIVE_STATES))
    .order_by(appointments.c.starts_at, appointments.c.key)
    .limit(1)
)


class MessageKind(StrEnum):
    """What a message is about."""

    BOOKED = "booked"
    COURSE = "course"
    MOVED = "moved"
    CANCELLED = "cancelled"
    COURSE_CANCELLED = "course cancelled"
    REMINDER = "reminder"
    OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in the outbox: about which appointment, due when (UTC), tried how often."""

    id: str
    appointment: str
    kind: MessageKind
    due_at: datetime
    tries: int


TOO_LATE = "the visit had begun"
OUTSIDE = "the visit stands outside the hours"
_CHANGES = (MessageKind.MOVED, MessageKind.CANCELLED, MessageKind.COURSE_CANCELLED)
_TELL_THE_TIME = (MessageKind.BOOKED, MessageKind.COURSE, MessageKind.MOVED, MessageKind.REMINDER)


def queue(connection: sa.Connection, appointment: str, kind: MessageKind, *, language: str = "") -> None:
    """Put a message into the outbox that should go now; ``language`` is empty for the patient's own."""
    connection.execute(_INSERT, message_row(appointment, kind, now_of(connection)) | {"body": language})


def queue_change(connection: sa.Connection, appointment: Appointment, kind: MessageKind) -> None:
    """Queue the message about a change, in place of those about this visit that no longer hold.

    One letter tells of a whole course. Where it waits at the visit that changes, it goes to the first that stands.
    """
    if kind is MessageKind.BOOKED:
        queue(connection, appointment.key, kind)
        return
    gone = forget_messages(connection, appointment.key)
    if MessageKind.COURSE in gone:
        first = connection.execute(_FIRST_OF_COURSE, {"of_course": appointment.course}).scalar_one_or_none()
        if first is not None:
            queue(connection, first, MessageKind.COURSE)
        if appointment.live:  # it tells the times as they are then
            return
    queue(connection, appointment.key, kind, language=max(gone.values(), default=""))


def queue_undone(connection: sa.Connection, made: Sequence[Appointment]) -> None:
    """Queue the message that a booking, or a whole course, was undone: to nobody while that it was made is unsaid."""
    gone = set[MessageKind]().union(*(forget_messages(connection, visit.key) for visit in made))
    if gone & {MessageKind.BOOKED, MessageKind.COURSE}:
        return
    if len(made) > 1 and made[0].course:
        queue(connection, made[0].key, MessageKind.COURSE_CANCELLED)
        return
    for visit in made:
        queue(connection, visit.key, MessageKind.CANCELLED)


def write_in(connection: sa.Connection, appointment: str, language: str) -> None:
    """Let the letters about an appointment be in this language, whatever the patient's own is: it was booked in it."""
    about = outbox.c.appointment == appointment
    connection.execute(outbox.update().where(about).values(body=language))


def language_of_letters(connection: sa.Connection, appointment: str) -> str | None:
    """The language that :func:`write_in` gave an appointment; None where its letters are in the patient's own."""
    given = sa.select(outbox.c.body).where(outbox.c.appointment == appointment, outbox.c.body != "").limit(1)
    return connection.execute(given).scalar_one_or_none()


def forget_messages(connection: sa.Connection, appointment: str) -> dict[MessageKind, str]:
    """Take back the messages about an appointment that nobody has sent yet; returns what they were, each with the
    language that :func:`write_in` gave it."""
    about = sa.and_(outbox.c.appointment == appointment, _WAITING)
    gone = connection.execute(outbox.delete().where(about).returning(outbox.c.kind, outbox.c.body))
    return {MessageKind(row.kind): row.body for row in gone}


def message_row(appointment: str, kind: MessageKind, due_at: datetime) -> dict[str, Any]:
    """The row of a new message, column by column."""
    return {
        "id": new_id(),
        "appointment": appointment,
        "kind": kind.value,
        "body": "",
        "due_at": due_at,
        "state": "waiting",
        "tries": 0,
        "problem": "",
    }


def write_in_own(connection: sa.Connection, person_id: str) -> None:
    """Let the letters about a patient's visits be in the patient's own language, whatever they were booked in."""
    theirs = sa.select(appointments.c.key).where(appointments.c.person_id == person_id)
    given = outbox.c.appointment.in_(theirs), outbox.c.body != ""
    connection.execute(outbox.update().where(*given).values(body=""))


def queue_reminders(connection: sa.Connection, *, limit: int = 100) -> int:
    """Queue the reminders that fall due; returns how many. One sender at a time asks.

    Nobody is reminded of a time that was made, or told, within the last day before it. A visit that somebody changes
    at this moment is left for the next time.
    """
    statement = _to_remind_of(connection).limit(limit)
    rows = connection.execute(statement.with_for_update(of=appointments, skip_locked=True))
    reminders = [message_row(row.key, MessageKind.REMINDER, row.starts_at - REMIND_BEFORE) for row in rows]
    if reminders:
        connection.execute(_INSERT, reminders)
    return len(reminders)


def any_reminder(connection: sa.Connection) -> bool:
    """Say whether ``queue_reminders`` has something to do; locks nothing."""
    return connection.execute(sa.select(_to_remind_of(connection).exists())).scalar_one()


def _to_remind_of(connection: sa.Connection) -> sa.Select[str, datetime]:
    now = now_of(connection)
    told = sa.exists().where(
        outbox.c.appointment == appointments.c.key,
        outbox.c.kind.in_(_TELL_THE_TIME),
        _in_the_last_day(connection, outbox.c.due_at),
    )
    return (
        sa.select(appointments.c.key, appointments.c.starts_at)
        .where(
            appointments.c.status == Status.BOOKED.value,
            appointments.c.starts_at > now,
            appointments.c.starts_at <= now + REMIND_BEFORE,
            ~_in_the_last_day(connection, appointments.c.made_at),
            ~told,
        )
        .order_by(appointments.c.starts_at, appointments.c.key)
    )


def _in_the_last_day(connection: sa.Connection, moment: sa.Column[datetime]) -> sa.ColumnElement[bool]:
    """Whether a moment comes when the reminder of the visit falls due, or later."""
    start = appointments.c.starts_at
    if is_embedded(connection):  # where an instant is a text
        return sa.func.datetime(moment) >= sa.func.datetime(
            start, f"-{REMIND_BEFORE.total_seconds():.0f} seconds"
        )
    return moment >= start - sa.literal(REMIND_BEFORE, sa.Interval)


def due(connection: sa.Connection, *, limit: int = 100, by: datetime | None = None) -> list[Message]:
    """The messages that should go now, or were to go ``by`` a moment, the oldest first. One sender at a time asks."""
    statement = (
        sa.select(outbox)
        .where(_WAITING, outbox.c.due_at <= (by or now_of(connection)))
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(statement)]


def sent(connection: sa.Connection, message: Message) -> bool:
    """Note that a message went out; False when it is no longer here: its patient was erased meanwhile."""
    return _settle(connection, message, state="sent", problem="", done_at=now_of(connection))


def failed(connection: sa.Connection, message: Message, problem: str, *, for_good: bool = False) -> None:
    """Note why a message did not go out; it is tried again, later each time, and given up after eight tries.

    ``for_good``: another try would end the same way, so that it is given up at once.
    """
    tries = message.tries + 1
    later = now_of(connection) + RETRY_AFTER * 2**message.tries
    state = "given up" if for_good or tries >= MOST_TRIES else "waiting"
    _settle(connection, message, state=state, problem=problem[:500], tries=tries, due_at=later)


def clinic_refused(connection: sa.Connection, message: Message, problem: str) -> None:
    """Note that the server refuses the clinic's own address or password, not this letter: it is tried every few minutes
    until an administrator has mended that, and loses no try by it but those after which the front desk calls.

    ``problem`` begins with ``CLINIC_REFUSED``.
    """
    tries = min(message.tries + 1, max(message.tries, TRIES_BEFORE_CALL))
    later = now_of(connection) + RETRY_AFTER
    _settle(connection, message, problem=problem[:500], tries=tries, due_at=later)


def why_clinic_refused(connection: sa.Connection) -> str | None:
    """What the mail server said when it refused the clinic itself; None where it takes the clinic's letters."""
    said = sa.select(outbox.c.problem).where(_WAITING, outbox.c.problem.startswith(CLINIC_REFUSED)).limit(1)
    problem = connection.execute(said).scalar_one_or_none()
    return None if problem is None else problem.removeprefix(f"{CLINIC_REFUSED}: ")


def needs_a_call(now: datetime) -> sa.ColumnElement[bool]:
    """Which messages, joined with their visits, the front desk says by telephone: given up, or tried in vain so late
    that the patient may not hear of it in time.

    An outage of a few minutes passes by itself, and a time that is kept is kept for an hour or so.
    """
    soon = appointments.c.starts_at <= now + CALL_BEFORE
    changed = outbox.c.kind.in_(_CHANGES) & soon & (outbox.c.tries >= TRIES_BEFORE_CALL)
    kept = (outbox.c.kind == MessageKind.OFFER) & (outbox.c.tries >= 1)
    return sa.or_(outbox.c.state == "given up", _WAITING & sa.or_(changed, kept))


def too_late(connection: sa.Connection, message: Message) -> None:
    """Note that a letter did not go out before the visit began, and shall not now."""
    _settle(connection, message, state="late", problem=TOO_LATE)


def outside_hours(connection: sa.Connection, message: Message) -> None:
    """Note that nobody is reminded to come when the office is closed: the front desk has the visit on its list."""
    _settle(connection, message, state="outside", problem=OUTSIDE)


def no_address(connection: sa.Connection, message: Message) -> None:
    """Note that there is nowhere to send it: trying again would only hide from the front desk that it must call.

    Who books, or changes the visit by its link, is told the time there and then.
    """
    changes = {MessageKind.MOVED, MessageKind.CANCELLED}
    by_patient = message.kind in changes and last_actor(connection, message.appointment) == BY_LINK
    knows = by_patient or message.kind in {MessageKind.BOOKED, MessageKind.COURSE}
    state = "told" if knows else "given up"
    _settle(connection, message, state=state, problem="no e-mail address", tries=message.tries + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailState:
    """How many messages of the last week went out; how many are due now, are tried again after a failure; how many
    reminders fall due within a day."""

    sent: int = 0
    due: int = 0
    again: int = 0
    later: int = 0


def mail_state(connection: sa.Connection) -> MailState:
    """Where the messages stand now. A clinic's letters grow without end: only the last week's are counted."""
    now = now_of(connection)
    sent_lately = sa.and_(outbox.c.state == "sent", outbox.c.due_at > now - COUNT_SENT_FOR)
    kind = sa.case((outbox.c.state == "sent", "sent"), (outbox.c.tries > 0, "again"), else_="due")
    open_or_sent = sa.or_(sent_lately, _WAITING & ((outbox.c.tries > 0) | (outbox.c.due_at <= now)))
    counts = connection.execute(sa.select(kind, sa.func.count()).where(open_or_sent).group_by(kind))
    soon = sa.and_(
        appointments.c.status == Status.BOOKED.value,
        appointments.c.starts_at > now + REMIND_BEFORE,
        appointments.c.starts_at <= now + 2 * REMIND_BEFORE,
    )
    later = connection.execute(sa.select(sa.func.count()).where(soon)).scalar_one()
    return MailState(later=later, **{str(name): number for name, number in counts})


def _settle(connection: sa.Connection, message: Message, **values: Any) -> bool:
    return connection.execute(outbox.update().where(outbox.c.id == message.id).values(**values)).rowcount == 1


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        appointment=row.appointment,
        kind=MessageKind(row.kind),
        due_at=row.due_at,
        tries=row.tries,
    )
