"""Claims: a piece of work that the database ends because two servers wait for each other is written after all; what
another piece of the same batch did stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event, get_ident
from time import monotonic
from typing import TypeVar

import pytest
import sqlalchemy as sa
from psycopg.errors import DeadlockDetected

from clinic_bookings import prepared, slot_at
from clinic_charts import Clock
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.tables import claims
from spondyl.clinic.chart.transaction import MOST_TRIES, DeadlockError, writing
from spondyl.clinic.chart.writer_queue import WriterQueue

Result = TypeVar("Result")


def locked(connection: sa.Connection, number: int) -> int:
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    return number


def beside_a_deadlock(
    engine: sa.Engine, lock: Callable[[sa.Connection], object], second: Callable[[sa.Connection], Result]
) -> tuple[int, Result]:
    """Run two pieces as one batch while another server holds ``lock``, which ``second`` needs, and waits for the first
    piece's; returns what the pieces gave."""
    begun, first_locked = Event(), Event()

    def other_server() -> None:
        with writing(engine) as connection:
            # the queue's side notices first
            connection.execute(sa.text("SET LOCAL deadlock_timeout = '20s'"))
            lock(connection)
            begun.set()
            first_locked.wait(20)
            locked(connection, 1)

    def first(connection: sa.Connection) -> int:
        begun.wait(20)
        number = locked(connection, 1)
        first_locked.set()
        return number

    queue = WriterQueue(engine)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(other_server)
        queue.submit(lambda _: begun.wait(20))  # meanwhile both pieces come, and make one batch
        one, two = queue.submit(first), queue.submit(second)
        found = one.result(30), two.result(30)
        other.result(30)
    return found


def test_a_deadlocked_piece_is_written_again_by_itself(postgres_engine: sa.Engine) -> None:
    def second(connection: sa.Connection) -> int:
        return locked(connection, 2)

    assert beside_a_deadlock(postgres_engine, second, second) == (1, 2)


def test_a_booking_that_the_database_ends_is_booked_by_itself(
    postgres_engine: sa.Engine, clock: Clock
) -> None:
    """Claims: a new visit is one statement given straight to the driver, whose error is known for what it is too."""
    bookings = prepared(postgres_engine, clock)

    def lock(connection: sa.Connection) -> None:
        connection.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": "provider:ana"}
        )

    def second(connection: sa.Connection) -> str:
        slot = slot_at(clock() + timedelta(days=1, hours=2))
        return book(connection, slot, person=bookings.people[0], actor="desk").key

    number, key = beside_a_deadlock(postgres_engine, lock, second)
    assert number == 1 and key
    assert bookings.count(claims, claims.c.appointment == key) > 0


def deadlocked(times: int) -> Callable[[sa.Connection], str]:
    """A piece that the database ends so many times before it comes through."""
    left = [times]

    def work(_: sa.Connection) -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise DeadlockDetected("deadlock detected")
        return "written"

    return work


def test_a_piece_is_written_again_as_often_as_others_are_in_its_way_up_to_a_limit(
    embedded_engine: sa.Engine,
) -> None:
    """By itself a piece has six tries, and its error then says what to do."""
    queue = WriterQueue(embedded_engine)
    assert queue(deadlocked(MOST_TRIES - 1)) == "written"
    with pytest.raises(DeadlockError, match="Send it once more"):
        queue(deadlocked(MOST_TRIES))


def test_who_comes_while_nobody_writes_writes_in_their_own_thread(embedded_engine: sa.Engine) -> None:
    queue = WriterQueue(embedded_engine)

    def refused(_: sa.Connection) -> int:
        raise ValueError

    assert queue(lambda _: get_ident()) == get_ident()
    with pytest.raises(ValueError):
        queue(refused)
    assert queue.submit(lambda _: get_ident()).result(20) != get_ident()
    until = monotonic() + 20
    while queue(lambda _: get_ident()) != get_ident():  # the queue's own thread has just written its last
        assert monotonic() < until


def test_who_comes_meanwhile_is_written_after_it_in_their_order(embedded_engine: sa.Engine) -> None:
    queue, begun, go_on, order = WriterQueue(embedded_engine), Event(), Event(), list[int]()

    def first(_: sa.Connection) -> None:
        begun.set()
        assert go_on.wait(20)
        order.append(0)

    with ThreadPoolExecutor(2) as pool:
        writes = pool.submit(queue, first)
        assert begun.wait(20)
        later = [queue.submit(lambda _, number=number: order.append(number)) for number in range(1, 40)]
        waits = pool.submit(queue, lambda _: order.append(40))
        wait([waits], 0.2)
        assert not order and not waits.done()
        go_on.set()
        for done in [writes, *later, waits]:
            done.result(20)
    assert order == list(range(41))
