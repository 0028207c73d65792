"""Claim: on PostgreSQL a booking's audit row is sealed on a guess where the log stands; a wrong one harms nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_bookings import Bookings, prepared
from clinic_charts import Clock
from spondyl.booking import Appointment
from spondyl.clinic.chart import audit as audit_module
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import heads, likely_head, verify
from spondyl.clinic.chart.tables import appointments
from spondyl.clinic.chart.transaction import reading, writing


@pytest.fixture
def one_lane(postgres_engine: sa.Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Bookings:
    """Every connection writes the same lane, so that each moves the head under the others' guesses."""
    monkeypatch.setattr(audit_module, "POSTGRES_LANES", 1)
    clock.advance(timedelta(hours=-1))
    return prepared(postgres_engine, clock)


def booked(bookings: Bookings, number: int) -> Appointment:
    slot = bookings.slots()[5 * number]
    with writing(bookings.engine) as connection:
        return book(connection, slot, person=bookings.people[number], actor="desk")


def assert_log_tells(bookings: Bookings, *visits: Appointment) -> None:
    """One row for each of these visits and no other, in a sound log."""
    with reading(bookings.engine) as connection:
        verdict = verify(connection)
        assert verdict.sound, verdict.problems
        said = [one.subject for one in entries(connection) if one.action == "book visit"]
    assert sorted(said) == sorted(f"appointment {one.key}" for one in visits)
    assert bookings.count(appointments) == len(visits)


def test_a_connection_remembers_where_it_left_the_log(one_lane: Bookings) -> None:
    visits = [booked(one_lane, number) for number in (0, 1)]
    assert_log_tells(one_lane, *visits)
    with reading(one_lane.engine) as connection:
        head = likely_head(connection)
        assert head is not None
        assert heads(connection) == {0: (head.sequence, head.seal)}


def test_another_connection_wrote_in_between(one_lane: Bookings) -> None:
    first, slot = booked(one_lane, 0), one_lane.slots()[10]
    with one_lane.engine.connect() as left:
        before = likely_head(left)
        second = booked(one_lane, 1)  # by another connection, for this one is taken
        assert likely_head(left) == before
        third = book(left, slot, person=one_lane.people[2], actor="desk")
        assert likely_head(left) != before
        left.commit()
    assert_log_tells(one_lane, first, second, third)


def test_what_the_guess_builds_on_was_undone(one_lane: Bookings) -> None:
    slot = one_lane.slots()[0]
    with pytest.raises(ZeroDivisionError), writing(one_lane.engine) as connection:
        book(connection, slot, person=one_lane.people[0], actor="desk")
        raise ZeroDivisionError
    assert_log_tells(one_lane)
    assert_log_tells(one_lane, booked(one_lane, 1), booked(one_lane, 2))
