"""Messages to send, written in the transaction of the change that causes them: none is lost, none is sent for nothing.

What a message says is made when it is sent, from what stands in the chart then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment
from spondyl.clinic.chart.booking_changes import BY_LINK, last_actor
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables.booking import outbox
from spondyl.clinic.chart.tables.column_types import new_id

REMIND_BEFORE = timedelta(hours=24)
RETRY_AFTER = timedelta(minutes=5)
MOST_TRIES = 8
_INSERT = outbox.insert()


class MessageKind(StrEnum):
    """What a message is about."""

    BOOKED = "booked"
    COURSE = "course"
    MOVED = "moved"
    CANCELLED = "cancelled"
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


def queue(connection: sa.Connection, about: Iterable[tuple[Appointment, MessageKind, datetime]]) -> None:
    """Put messages into the outbox."""
    if rows := message_rows(about):
        connection.execute(_INSERT, rows)


def message_rows(about: Iterable[tuple[Appointment, MessageKind, datetime]]) -> list[dict[str, Any]]:
    """The rows of new messages, column by column."""
    return [_row(appointment.key, kind, due_at) for appointment, kind, due_at in about]


def queue_change(connection: sa.Connection, appointment: Appointment, kind: MessageKind) -> None:
    """Queue the message about a change, and the reminder in place of the one that no longer holds."""
    if kind is not MessageKind.BOOKED:
        forget_reminders(connection, [appointment.key])
    now = now_of(connection)
    queue(connection, [(appointment, kind, now), *reminder(appointment, now)])


def reminder(appointment: Appointment, now: datetime) -> list[tuple[Appointment, MessageKind, datetime]]:
    """The reminder of a live appointment that is far enough away to need one."""
    due_at = appointment.start - REMIND_BEFORE
    return [(appointment, MessageKind.REMINDER, due_at)] if appointment.live and due_at > now else []


def forget_reminders(connection: sa.Connection, appointments: Iterable[str]) -> None:
    """Take back the messages about these appointments that nobody has sent yet."""
    connection.execute(
        outbox.delete().where(outbox.c.appointment.in_(list(appointments)), outbox.c.state == "waiting")
    )


def due(connection: sa.Connection, *, limit: int = 100) -> list[Message]:
    """The messages that should go now, the oldest first. One sender at a time asks."""
    statement = (
        sa.select(outbox)
        .where(outbox.c.state == "waiting", outbox.c.due_at <= now_of(connection))
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(statement)]


def sent(connection: sa.Connection, message: Message) -> None:
    """Note that a message went out."""
    _settle(connection, message, state="sent", problem="", done_at=now_of(connection))


def failed(connection: sa.Connection, message: Message, problem: str) -> None:
    """Note why a message did not go out; it is tried again, later each time, and given up after eight tries."""
    tries = message.tries + 1
    later = now_of(connection) + RETRY_AFTER * 2**message.tries
    state = "given up" if tries >= MOST_TRIES else "waiting"
    _settle(connection, message, state=state, problem=problem[:500], tries=tries, due_at=later)


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
    """How many messages went out, are due now, are tried again after a failure, wait for their time."""

    sent: int = 0
    due: int = 0
    again: int = 0
    later: int = 0


def mail_state(connection: sa.Connection) -> MailState:
    """Where the messages stand now: a reminder whose time has not come is no trouble, one tried in vain is."""
    kind = sa.case(
        (outbox.c.state == "sent", "sent"),
        (outbox.c.tries > 0, "again"),
        (outbox.c.due_at <= now_of(connection), "due"),
        else_="later",
    )
    open_or_sent = outbox.c.state.in_(("sent", "waiting"))
    counts = connection.execute(sa.select(kind, sa.func.count()).where(open_or_sent).group_by(kind))
    return MailState(**{str(name): number for name, number in counts})


def _settle(connection: sa.Connection, message: Message, **values: Any) -> None:
    connection.execute(outbox.update().where(outbox.c.id == message.id).values(**values))


def _row(appointment: str, kind: MessageKind, due_at: datetime) -> dict[str, Any]:
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


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        appointment=row.appointment,
        kind=MessageKind(row.kind),
        due_at=row.due_at,
        tries=row.tries,
    )
