"""Claims: a reminder is made when it falls due, once for each time of a visit, and never for a time told within its
last day; on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import Appointment
from spondyl.clinic.chart.appointments import book, cancel, hold_slot, reschedule
from spondyl.clinic.chart.outbox import any_reminder, due, failed, queue_reminders, sent
from spondyl.clinic.chart.tables import outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.who_came import arrive
from spondyl.clinic.messages import FolderSender, send_due

TEN = utc(5, 18)  # Thursday 10:00; it is Monday 07:00
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LATER_THAT_DAY, NEXT_WEEK = TEN + timedelta(hours=2), TEN + 7 * DAY


def visit_at(bookings: Bookings, start: datetime = TEN) -> Appointment:
    with writing(bookings.engine) as connection:
        return book(connection, slot_at(start), person=bookings.people[0], actor="desk")


def made_at(bookings: Bookings, moment: datetime) -> int:
    """How many reminders are made at a moment."""
    bookings.clock.moment = moment
    with writing(bookings.engine) as connection:
        expected = any_reminder(connection)
        made = queue_reminders(connection)
    assert expected == (made > 0)
    return made


def test_one_reminder_a_day_before(bookings: Bookings) -> None:
    visit = visit_at(bookings)
    assert made_at(bookings, TEN - DAY - MINUTE) == 0
    assert made_at(bookings, TEN - DAY) == 1
    assert made_at(bookings, TEN - DAY) == 0
    with reading(bookings.engine) as connection:
        assert [(one.appointment, one.kind, one.due_at) for one in due(connection)] == [
            (visit.key, "booked", utc(2, 15)),
            (visit.key, "reminder", TEN - DAY),
        ]


def test_none_is_lost_while_the_server_is_off(bookings: Bookings) -> None:
    visit_at(bookings)
    assert made_at(bookings, TEN - MINUTE) == 1


def test_nobody_is_reminded_of_a_visit_that_began(bookings: Bookings) -> None:
    visit_at(bookings)
    assert made_at(bookings, TEN) == 0


@pytest.mark.parametrize(
    ("booked_at", "reminders"), [(TEN - DAY - MINUTE, 1), (TEN - DAY, 0), (TEN - 2 * MINUTE, 0)]
)
def test_who_books_within_the_last_day_knows(bookings: Bookings, booked_at: datetime, reminders: int) -> None:
    bookings.clock.moment = booked_at
    visit_at(bookings)
    assert made_at(bookings, TEN - MINUTE) == reminders


@pytest.mark.parametrize(
    ("moved_at", "to", "reminders"),
    [
        (TEN - 2 * DAY, LATER_THAT_DAY, 1),
        (TEN - DAY + MINUTE, NEXT_WEEK, 1),
        (TEN - DAY + timedelta(hours=3), LATER_THAT_DAY, 0),
    ],
)
def test_a_visit_that_moves_is_reminded_of_at_its_new_time(
    bookings: Bookings, moved_at: datetime, to: datetime, reminders: int
) -> None:
    visit = visit_at(bookings)
    already = made_at(bookings, moved_at)
    sent_all(bookings)
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, slot_at(to), actor="desk")
    assert already == (moved_at >= TEN - DAY)
    assert made_at(bookings, to - timedelta(hours=1)) == reminders
    assert made_at(bookings, to - MINUTE) == 0


def test_who_is_put_back_within_the_last_day_knows(bookings: Bookings) -> None:
    visit = visit_at(bookings)
    bookings.clock.moment = TEN - timedelta(hours=28)
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, slot_at(NEXT_WEEK), actor="desk", change="c1")
    sent_all(bookings)
    bookings.clock.moment = TEN - timedelta(hours=5)
    with writing(bookings.engine) as connection:
        undo(connection, "c1", actor="desk")
    assert made_at(bookings, TEN - MINUTE) == 0


def _cancel(connection: sa.Connection, key: str) -> object:
    return cancel(connection, key, actor="desk")


def _arrive(connection: sa.Connection, key: str) -> object:
    return arrive(connection, key, actor="desk")


@pytest.mark.parametrize("step", [_cancel, _arrive])
def test_only_who_is_expected_is_reminded(
    bookings: Bookings, step: Callable[[sa.Connection, str], object]
) -> None:
    visit = visit_at(bookings)
    bookings.clock.moment = TEN - timedelta(hours=2)
    with writing(bookings.engine) as connection:
        step(connection, visit.key)
        hold_slot(
            connection, slot_at(TEN, "ben", "t2"), person=bookings.people[1], actor="desk", until=TEN + DAY
        )
    assert made_at(bookings, TEN - MINUTE) == 0


def test_a_reminder_that_waits_goes_with_the_visit(bookings: Bookings) -> None:
    visit = visit_at(bookings)
    made_at(bookings, TEN - DAY)
    with writing(bookings.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    assert bookings.count(outbox, outbox.c.kind == "reminder") == 0


def test_a_reminder_that_no_mail_server_takes_is_not_made_twice(bookings: Bookings) -> None:
    visit_at(bookings)
    made_at(bookings, TEN - DAY)
    for _ in range(8):
        with writing(bookings.engine) as connection:
            for message in due(connection):
                failed(connection, message, "refused")
        assert made_at(bookings, bookings.clock() + timedelta(hours=2)) == 0
    assert bookings.count(outbox, outbox.c.kind == "reminder") == 1


def test_a_letter_that_waited_until_the_visit_had_begun_is_not_sent(
    bookings: Bookings, tmp_path: Path
) -> None:
    visit_at(bookings)
    made_at(bookings, TEN - DAY)
    bookings.clock.moment = TEN
    sender = FolderSender(folder=tmp_path / "letters")
    assert send_due(bookings.engine, sender, key=b"key", base="") == (0, 2)
    assert not sender.folder.exists()
    assert bookings.count(outbox, outbox.c.state == "late") == 2


def sent_all(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for message in due(connection):
            sent(connection, message)
