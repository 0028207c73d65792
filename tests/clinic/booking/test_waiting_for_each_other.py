"""Claims: on PostgreSQL no booking lands in an absence unseen, whoever comes first, and who frees a time does not wait
for a lane of the audit log that a booking holds."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_bookings import Bookings, prepared, slot_at, waiting
from clinic_charts import Clock
from practices import utc
from spondyl.booking import Absence, Slot
from spondyl.clinic.chart import audit as log
from spondyl.clinic.chart import freed_times, waitlist
from spondyl.clinic.chart.absences import note_absence, visits_in
from spondyl.clinic.chart.appointments import (
    TimeTakenError,
    book,
    cancel,
    confirm_hold,
    hold_slot,
    reschedule,
)
from spondyl.clinic.chart.booking_changes import UndoRefusedError
from spondyl.clinic.chart.freed_times import cancel_and_offer
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.waitlist import join_waitlist, sweep, waiting_entries

TEN = utc(3, 18)
ILL = Absence(provider="ana", start=utc(3, 8), end=utc(4, 8), reason="ill")
Work = Callable[[sa.Connection], Any]


@pytest.fixture
def on_postgres(postgres_engine: sa.Engine, clock: Clock) -> Bookings:
    clock.advance(timedelta(hours=-1))
    return prepared(postgres_engine, clock)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def done(engine: sa.Engine, work: Work) -> Any:
    with writing(engine) as connection:
        return work(connection)


def absence_noted(connection: sa.Connection) -> list[str]:
    """Note the absence; the visits that are to be moved."""
    note_absence(connection, ILL, actor="desk", change="c1")
    return [visit.key for visit in visits_in(connection, ILL)]


def step_of(bookings: Bookings, name: str) -> Work:
    """A step that puts a visit to Ana at ten on the 3rd; what it needs stands there already."""
    who, slot = bookings.people[0], slot_at(TEN)
    if name == "move":
        elsewhere = slot_at(utc(6, 18))
        visit = done(
            bookings.engine, lambda connection: book(connection, elsewhere, person=who, actor="desk")
        )
        return lambda connection: reschedule(connection, visit.key, slot, actor="desk")
    if name == "confirm":
        hold = done(bookings.engine, lambda connection: hold_slot(connection, slot, actor="public"))
        return lambda connection: confirm_hold(connection, hold.key, person=who, actor="public")
    if name == "book by a plan that stands ready":
        booked_often(bookings, slot_at(utc(6, 18)))
    return lambda connection: book(connection, slot, person=who, actor="desk")


def booked_often(bookings: Bookings, slot: Slot) -> None:
    """Two connections have booked so often that driver and server keep the statement and its plan."""

    def booked_and_cancelled(connection: sa.Connection) -> None:
        cancel(connection, book(connection, slot, person=bookings.people[0], actor="desk").key, actor="desk")

    with bookings.engine.connect(), bookings.engine.connect():
        pass
    for _ in range(30):  # by turns
        done(bookings.engine, booked_and_cancelled)


def held_up(engine: sa.Engine, begun: Event, go_on: Event) -> None:
    """Another booking of Ana and of the patient, which takes its time; its claims are not in the way."""
    with writing(engine) as connection:
        for resource in ("provider:ana", "person"):
            connection.execute(
                sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": resource}
            )
        begun.set()
        go_on.wait(20)


def test_an_absence_lists_the_visit_that_waited_for_its_lock_meanwhile(
    on_postgres: Bookings, pool: ThreadPoolExecutor
) -> None:
    """The booking has looked who is away, and waits for another one of Ana's; only then she falls ill."""
    engine, begun, go_on = on_postgres.engine, Event(), Event()
    other = pool.submit(held_up, engine, begun, go_on)
    assert begun.wait(20)
    booking = pool.submit(done, engine, step_of(on_postgres, "book"))
    until(engine, "advisory")
    absence: Future[list[str]] = pool.submit(done, engine, absence_noted)
    wait([absence], timeout=1)
    go_on.set()
    other.result(20)
    assert absence.result(20) == [booking.result(20).key]


@pytest.mark.parametrize("name", ["book", "book by a plan that stands ready", "move", "confirm"])
def test_who_comes_while_an_absence_is_noted_is_told_that_the_time_is_gone(
    on_postgres: Bookings, pool: ThreadPoolExecutor, name: str
) -> None:
    step = step_of(on_postgres, name)
    with writing(on_postgres.engine) as connection:
        assert absence_noted(connection) == []
        late = pool.submit(done, on_postgres.engine, step)
        wait([late], timeout=1)
    with pytest.raises(TimeTakenError, match="Choose another"):
        late.result(20)
    with reading(on_postgres.engine) as connection:
        assert visits_in(connection, ILL) == []


def test_a_time_kept_before_the_provider_fell_ill_is_not_booked(bookings: Bookings) -> None:
    """On both databases, and for the provider only: Ben's kept time is booked."""
    step = step_of(bookings, "confirm")
    done(bookings.engine, absence_noted)
    with pytest.raises(TimeTakenError, match="Choose another"):
        done(bookings.engine, step)
    ben = slot_at(TEN, "ben", "t2")
    hold = done(bookings.engine, lambda connection: hold_slot(connection, ben, actor="public"))
    who = bookings.people[1]
    assert done(bookings.engine, lambda connection: confirm_hold(connection, hold.key, person=who, actor="x"))


def test_a_visit_is_not_put_back_into_an_absence_noted_since(bookings: Bookings) -> None:
    """Not by undoing the move that took it out of there."""
    who, later = bookings.people[0], slot_at(utc(6, 18))
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=who, actor="desk")
        reschedule(connection, visit.key, later, actor="desk", change="c0")
    done(bookings.engine, absence_noted)
    with pytest.raises(UndoRefusedError, match="away on 3 March by now"):
        done(bookings.engine, lambda connection: undo(connection, "c0", actor="desk"))
    with reading(bookings.engine) as connection:
        assert visits_in(connection, ILL) == []


@pytest.mark.parametrize(
    ("begins_min", "ends_min", "is_away"),
    [(10, 60, True), (15, 60, True), (20, 60, False), (-60, 5, True), (-60, -2, True), (-60, -5, False)],
)
def test_an_absence_that_touches_any_part_of_a_visit_counts(
    bookings: Bookings, begins_min: int, ends_min: int, is_away: bool
) -> None:
    """The visit is from 0 to 15 minutes, with a buffer of 5 on either side, as the booking page counts it."""
    begins, ends = TEN + timedelta(minutes=begins_min), TEN + timedelta(minutes=ends_min)
    absence = Absence(provider="ana", start=begins, end=ends, reason="dentist")
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        assert visits_in(connection, absence) == ([visit] if is_away else [])
        reschedule(connection, visit.key, slot_at(utc(6, 18)), actor="desk", change="c0")
        note_absence(connection, absence, actor="desk", change="c1")
    if is_away:
        with pytest.raises(UndoRefusedError, match="away on 3 March by now"):
            done(bookings.engine, lambda connection: undo(connection, "c0", actor="desk"))
    else:
        done(bookings.engine, lambda connection: undo(connection, "c0", actor="desk"))


@pytest.mark.parametrize("way", ["cancel", "sweep"])
def test_who_frees_a_time_and_who_books_share_a_lane_and_both_are_done(
    on_postgres: Bookings, pool: ThreadPoolExecutor, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the audit row of the first and its offer, the second books with the same provider, in the same lane."""
    monkeypatch.setattr(log, "POSTGRES_LANES", 1)
    engine, slot = on_postgres.engine, slot_at(TEN)
    first = done(engine, lambda connection: put(connection, on_postgres, slot, way))
    done(engine, lambda connection: join_waitlist(connection, waiting(on_postgres, 1), actor="desk"))
    second: list[Future[Any]] = []

    def offered(connection: sa.Connection, free: Slot) -> Any:
        booking = slot_at(TEN + timedelta(hours=2))
        second.append(
            pool.submit(
                done, engine, lambda own: book(own, booking, person=on_postgres.people[2], actor="desk")
            )
        )
        wait(second, timeout=1.5)
        return offer(connection, free)

    offer = waitlist.offer_free_time
    for module in (waitlist, freed_times):
        monkeypatch.setattr(module, "offer_free_time", offered)
    if way == "cancel":
        done(engine, lambda connection: cancel_and_offer(connection, first.key, actor="desk"))
    else:
        on_postgres.clock.advance(timedelta(minutes=11))
        done(engine, sweep)
    assert second[0].result(20).start == TEN + timedelta(hours=2)
    with reading(engine) as connection:
        assert [one.hold is not None for one in waiting_entries(connection)] == [True]
        assert log.verify(connection).sound
        told = [one.action for one in entries(connection)]
    assert {"book visit", "hold time", "offer time"} <= set(told)
    assert ("cancel visit" if way == "cancel" else "let hold lapse") in told


def put(connection: sa.Connection, bookings: Bookings, slot: Slot, way: str) -> Any:
    if way == "cancel":
        return book(connection, slot, person=bookings.people[0], actor="desk")
    return hold_slot(connection, slot, actor="public")


def until(engine: sa.Engine, kind: str) -> None:
    """Until somebody waits for a lock of this kind."""
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = :kind")
    for _ in range(200):
        with reading(engine) as connection:
            if connection.execute(waits, {"kind": kind}).scalar_one():
                return
            connection.execute(sa.text("SELECT pg_sleep(0.05)"))
    raise AssertionError(f"nobody waits for a lock of kind {kind}")
