"""Claims: a booking that is all of its transaction is committed along with it on PostgreSQL, is refused like any other,
and never stands without its audit row."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clinic_bookings import Bookings, prepared, slot_at
from clinic_charts import Clock
from practices import utc
from spondyl.booking import Absence
from spondyl.clinic.chart import audit as audit_module
from spondyl.clinic.chart.absences import note_absence
from spondyl.clinic.chart.appointments import book, hold_slot
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.tables import appointments, outbox
from spondyl.clinic.chart.transaction import reading, writing

TEN, ELEVEN, NOON = (utc(3, hour) for hour in (18, 19, 20))


@pytest.fixture
def on_postgres(postgres_engine: sa.Engine, clock: Clock) -> Bookings:
    """A chart on PostgreSQL whose practice was seen and whose log was written once."""
    bookings = prepared(postgres_engine, clock)
    with writing(postgres_engine) as connection:
        book(connection, slot_at(NOON, "ben", "t2"), person=bookings.people[2], actor="desk")
    return bookings


@contextmanager
def sound_with(bookings: Bookings, more: int) -> Generator[None]:
    """So many more visits and letters afterwards, and a sound log."""
    before = [bookings.count(table) for table in (appointments, outbox)]
    yield
    assert [bookings.count(table) for table in (appointments, outbox)] == [one + more for one in before]
    with reading(bookings.engine) as connection:
        assert verify(connection).problems == ()


def book_alone(bookings: Bookings, number: int = 0, start: object = TEN) -> None:
    with writing(bookings.engine) as connection:
        slot = slot_at(start)  # type: ignore[arg-type]
        book(connection, slot, person=bookings.people[number], actor="desk", alone=True)


def test_others_see_it_before_its_block_ends(on_postgres: Bookings) -> None:
    with sound_with(on_postgres, 1), writing(on_postgres.engine) as connection:
        visit = book(connection, slot_at(TEN), person=on_postgres.people[0], actor="desk", alone=True)
        assert on_postgres.count(appointments, appointments.c.key == visit.key) == 1


def test_a_taken_time_is_refused_and_the_next_booking_goes_on(bookings: Bookings) -> None:
    book_alone(bookings)
    with sound_with(bookings, 0), pytest.raises(TimeTakenError, match="taken a moment ago"):
        book_alone(bookings, 1)
    with sound_with(bookings, 1):
        book_alone(bookings, 1, ELEVEN)


def test_what_was_noted_since_the_practice_was_seen_counts(bookings: Bookings) -> None:
    book_alone(bookings)
    with writing(bookings.engine) as connection:
        ill = Absence(provider="ana", start=ELEVEN, end=NOON, reason="ill")
        note_absence(connection, ill, actor="desk", change="c1")
    with sound_with(bookings, 0), pytest.raises(TimeTakenError, match="That time is taken"):
        book_alone(bookings, 1, ELEVEN)
    with reading(bookings.engine) as connection:
        usual = practice_of(connection)
    with sound_with(bookings, 0), writing(bookings.engine) as connection:
        closed = tuple(replace(office, hours=()) for office in usual.offices)
        save_practice(connection, replace(usual, offices=closed), actor="admin")
    with sound_with(bookings, 0), pytest.raises(TimeTakenError, match="closed"):
        book_alone(bookings, 1, NOON)


def test_another_connection_wrote_the_lane_since(
    on_postgres: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "POSTGRES_LANES", 1)
    engine, people = on_postgres.engine, on_postgres.people
    with engine.connect() as left:
        book(left, slot_at(TEN), person=people[0], actor="desk", alone=True)  # its first in this lane
        left.commit()
        book_alone(on_postgres, 1, NOON)  # by another connection, for this one is taken
        with sound_with(on_postgres, 1):
            book(left, slot_at(ELEVEN), person=people[0], actor="desk", alone=True)
            left.commit()


def test_in_a_transaction_that_did_something_before_it_waits_for_the_end(on_postgres: Bookings) -> None:
    with (
        sound_with(on_postgres, 0),
        pytest.raises(ZeroDivisionError),
        writing(on_postgres.engine) as connection,
    ):
        hold_slot(connection, slot_at(TEN), actor="visitor")
        book(connection, slot_at(ELEVEN), person=on_postgres.people[0], actor="desk", alone=True)
        raise ZeroDivisionError


def test_a_hold_alone_is_kept_and_lapses(on_postgres: Bookings) -> None:
    with writing(on_postgres.engine) as connection:
        hold = hold_slot(connection, slot_at(TEN), actor="visitor", alone=True)
    with pytest.raises(TimeTakenError):
        book_alone(on_postgres)
    assert hold.held_until == on_postgres.clock() + timedelta(minutes=10)
    assert on_postgres.count(appointments, appointments.c.held_until.is_not(None)) == 1
