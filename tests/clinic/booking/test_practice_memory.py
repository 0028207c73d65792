"""Claims: a booking follows the newest committed practice, whatever was seen before, and prepares outside the line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
import sqlalchemy as sa

from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import Absence, Practice
from spondyl.clinic.care.intake_record import begin, keep
from spondyl.clinic.chart.absences import note_absence
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.practice import clinic_zone, practice_of, save_practice
from spondyl.clinic.chart.practice_memory import PracticeMemory
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.tables.booking import appointments, outbox
from spondyl.clinic.chart.tables.column_types import UtcInstant, embedded_text
from spondyl.clinic.chart.transaction import reading, writing

TEN, ELEVEN = utc(3, 18), utc(3, 19)


def test_a_change_of_the_hours_counts_at_once_and_an_undone_one_never(bookings: Bookings) -> None:
    anna, bert = bookings.people[:2]
    with reading(bookings.engine) as connection:
        usual = practice_of(connection)
    closed = replace(usual, offices=tuple(replace(office, hours=()) for office in usual.offices))
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=anna, actor="desk")

    def close_then_fail() -> None:
        with writing(bookings.engine) as connection:
            save_practice(connection, closed, actor="admin")
            with pytest.raises(TimeTakenError, match="is closed at that time"):
                book(connection, slot_at(ELEVEN), person=bert, actor="desk")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        close_then_fail()
    with writing(bookings.engine) as connection:
        save_practice(connection, usual, actor="admin")  # gets the number that the undone version had
    with writing(bookings.engine) as connection:
        book(connection, slot_at(ELEVEN), person=bert, actor="desk")
    with writing(bookings.engine) as connection:
        save_practice(connection, closed, actor="admin")
    with (
        pytest.raises(TimeTakenError, match="is closed at that time"),
        writing(bookings.engine) as connection,
    ):
        book(connection, slot_at(utc(4, 18)), person=anna, actor="desk")


def test_who_is_away_and_an_intake_are_asked_where_the_visit_is_written(bookings: Bookings) -> None:
    anna, bert = bookings.people[:2]
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=anna, actor="desk")
        intake = begin(connection, anna, actor=anna)
        keep(connection, intake, replace(intake.intake, answers={}), actor=anna)
        ill = Absence(provider="ana", start=utc(3, 8), end=utc(4, 8), reason="ill")
        note_absence(connection, ill, actor="desk", change="c1")
    with pytest.raises(TimeTakenError, match="Choose another time"), writing(bookings.engine) as connection:
        book(connection, slot_at(ELEVEN), person=bert, actor="desk")
    with writing(bookings.engine) as connection:
        book(connection, slot_at(ELEVEN, "ben", "t2"), person=anna, actor="desk")
        book(connection, slot_at(utc(5, 18)), person=bert, actor="desk")
    assert bookings.count(appointments) == bookings.count(outbox) == 3


def test_a_writer_stands_in_line_at_its_first_statement(embedded_engine: sa.Engine) -> None:
    def other() -> None:
        with writing(embedded_engine) as connection:
            connection.execute(sa.select(people.c.id))

    with writing(embedded_engine) as connection:
        thread = Thread(target=other)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        connection.execute(sa.select(people.c.id))


def test_an_instant_is_the_same_text_by_either_way(embedded_engine: sa.Engine) -> None:
    moments = [
        datetime(2026, 3, 2, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, 59, 7, tzinfo=timezone(timedelta(hours=-8))),
    ]
    bind = UtcInstant().dialect_impl(embedded_engine.dialect).bind_processor(embedded_engine.dialect)
    assert bind is not None
    assert [embedded_text(moment) for moment in moments] == [bind(moment) for moment in moments]
    with pytest.raises(ValueError, match="no time zone"):
        embedded_text(datetime(2026, 3, 2))


def test_the_lean_indexes_serve_their_questions(embedded_engine: sa.Engine) -> None:
    with reading(embedded_engine) as connection:
        for condition in ("course = 'x'", "held_until <= '2026-01-01' AND status = 'held'"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM appointments WHERE {condition}"
            ).one()
            assert "USING INDEX ix_appointments_" in plan[-1]


def test_a_practice_that_another_program_saved_is_the_practice_at_once(bookings: Bookings) -> None:
    """Two programs share the chart, and neither hears of what the other keeps in memory."""
    other = bookings.engine.execution_options(spondyl_practice=PracticeMemory())

    def seen() -> tuple[Practice, str]:
        with reading(bookings.engine) as connection:
            return practice_of(connection), clinic_zone(connection)

    usual, zone = seen()
    moved = replace(usual, offices=tuple(replace(office, zone="Europe/Madrid") for office in usual.offices))
    assert zone != "Europe/Madrid"

    def undone() -> None:
        with writing(other) as connection:
            save_practice(connection, moved, actor="admin")
            assert practice_of(connection) == moved
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert seen() == (usual, zone)
    with writing(other) as connection:
        save_practice(connection, moved, actor="admin")  # gets the number that the undone version had
    assert seen() == (moved, "Europe/Madrid")
