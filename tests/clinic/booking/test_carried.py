"""Claims: a booking that waits in line is written along with another's, exactly once; whatever speaks against it is
told to the one who wants it; nobody who dies, before the commit or after it, makes it twice or loses it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from clinic_bookings import prepared, slot_at
from clinic_charts import SECRET, Clock
from practices import utc
from spondyl.booking import Absence
from spondyl.clinic.chart import carried
from spondyl.clinic.chart.absences import note_absence
from spondyl.clinic.chart.appointments import book, hold_slot
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.handed_in import MOST_BYTES, PLACES, Desk, Request
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.tables import appointments, audit, outbox
from spondyl.clinic.chart.transaction import reading, writing

TEN, ELEVEN, NOON = (utc(3, hour) for hour in (18, 19, 20))
WITHIN_S = 30
DIES = """
import os, sys, time
sys.path[:0] = sys.argv[3].split(os.pathsep)
from pathlib import Path
from clinic_bookings import slot_at
from clinic_charts import SECRET, START
from practices import utc
from spondyl.clinic.chart import carried, handed_in
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.transaction import reading, writing
path, person = Path(sys.argv[1]), sys.argv[2]
engine = open_engine(embedded_url(path), key=SECRET, clock=lambda: START)
options = engine.get_execution_options()
"""
IN_THE_END = """
with reading(engine) as connection:
    options["spondyl_practice"].keep(1, practice_of(connection))
with writing(engine) as connection:
    book(connection, slot_at(utc(3, 18)), person=person, actor="dies", alone=True)
    print("mine", flush=True)
    while not options["spondyl_desk"].requests():
        time.sleep(0.01)
"""
AFTER_THE_COMMIT = DIES + "handed_in.Desk.answer = lambda *_: os._exit(9)\n" + IN_THE_END
BEFORE_THE_COMMIT = (
    DIES
    + "carry = carried.carry_others\n"
    + "carried.carry_others = lambda *given: os._exit(9 if carry(*given) else 1)\n"
    + IN_THE_END
)
WAITS = """
import sys, time
from pathlib import Path
from spondyl.clinic.chart.handed_in import Desk
with Desk(Path(sys.argv[1]), bytes(32)).handed_in("ab" * 16, b"dead"):
    print("waits", flush=True)
    time.sleep(60)
"""


class Two:
    """Two who write one file as two processes do, each with an engine of their own."""

    def __init__(self, engine: sa.Engine, other: sa.Engine, clock: Clock) -> None:
        self.chart = prepared(engine, clock)
        self.other = other
        self.begun = 0
        for one in (engine, other):
            with reading(one) as connection:
                seen = practice_of(connection)
            one.get_execution_options()["spondyl_practice"].keep(1, seen)
        event.listen(other, "begin", self._note)

    def _note(self, _: sa.Connection) -> None:
        self.begun += 1

    def their_booking(self, start: datetime = ELEVEN, provider: str = "ana", room: str = "t1") -> str:
        with writing(self.other) as connection:
            slot = slot_at(start, provider, room)
            return book(connection, slot, person=self.chart.people[1], actor="other", alone=True).key

    def wait_for_requests(self, count: int = 1) -> None:
        desk: Desk = self.chart.engine.get_execution_options()["spondyl_desk"]
        until = time.monotonic() + WITHIN_S
        while len(desk.requests()) < count:
            assert time.monotonic() < until
            time.sleep(0.005)

    def stand(self, *keys: str) -> None:
        """These visits stand, nobody else's, each with a letter and a row in a sound log."""
        with reading(self.chart.engine) as connection:
            assert set(connection.execute(sa.select(appointments.c.key)).scalars()) == set(keys)
            told = connection.execute(sa.select(outbox.c.appointment)).scalars().all()
            assert sorted(map(str, told)) == sorted(keys)
            rows = sa.select(audit.c.subject).where(audit.c.action == "book visit")
            assert sorted(connection.execute(rows).scalars()) == sorted(f"appointment {key}" for key in keys)
            assert verify(connection).problems == ()


@pytest.fixture
def two(embedded_engine: sa.Engine, tmp_path: Path, clock: Clock) -> Iterator[Two]:
    other = open_engine(embedded_url(tmp_path / "chart.db"), key=SECRET, clock=clock)
    yield Two(embedded_engine, other, clock)
    other.dispose()


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def while_one_writes(
    two: Two, aside: ThreadPoolExecutor, theirs: Callable[[], str], *, then: Exception | None = None
) -> tuple[str, Future[str]]:
    """Book at ten; before the commit the other hands in a booking, and perhaps an exception follows."""
    with writing(two.chart.engine) as connection:
        mine = book(connection, slot_at(TEN), person=two.chart.people[0], actor="desk", alone=True)
        future = aside.submit(theirs)
        two.wait_for_requests()
        if then is not None:
            raise then
    return mine.key, future


def test_who_waits_is_carried_along(two: Two, aside: ThreadPoolExecutor) -> None:
    mine, future = while_one_writes(two, aside, two.their_booking)
    two.stand(mine, future.result(WITHIN_S))
    assert two.begun == 0


def test_who_hands_in_while_another_is_carried_is_carried_too(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_savepoint, later = carried._in_savepoint, list[Future[str]]()

    def and_one_more(connection: sa.Connection, request: Request) -> bool:
        if not later:
            later.append(pool.submit(two.their_booking, NOON))
            two.wait_for_requests(2)
        return in_savepoint(connection, request)

    monkeypatch.setattr(carried, "_in_savepoint", and_one_more)
    with ThreadPoolExecutor(2) as pool:
        mine, future = while_one_writes(two, pool, two.their_booking)
        two.stand(mine, future.result(WITHIN_S), later[0].result(WITHIN_S))
    assert two.begun == 0


def test_an_overlap_is_refused_to_the_one_who_wants_it(two: Two, aside: ThreadPoolExecutor) -> None:
    mine, future = while_one_writes(two, aside, lambda: two.their_booking(TEN))
    with pytest.raises(TimeTakenError, match="taken a moment ago"):
        future.result(WITHIN_S)
    two.stand(mine)


def test_who_is_carried_is_told_after_the_disk_has_it(
    two: Two, aside: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(os, "fdatasync", refuse)  # the one who carries does not wait for the disk
    _, future = while_one_writes(two, aside, two.their_booking)
    with pytest.raises(OSError, match="disk is gone"):
        future.result(WITHIN_S)


def test_when_the_one_who_carries_is_undone_the_other_books_alone(
    two: Two, aside: ThreadPoolExecutor
) -> None:
    futures: list[Future[str]] = []

    def theirs() -> str:
        return two.their_booking()

    with pytest.raises(RuntimeError, match="undone"), writing(two.chart.engine) as connection:
        book(connection, slot_at(TEN), person=two.chart.people[0], actor="desk", alone=True)
        futures.append(aside.submit(theirs))
        two.wait_for_requests()
        raise RuntimeError("undone")
    two.stand(futures[0].result(WITHIN_S))
    assert two.begun == 1


def test_what_was_noted_since_the_practice_was_seen_counts(two: Two, aside: ThreadPoolExecutor) -> None:
    ill = Absence(provider="ana", start=ELEVEN, end=NOON, reason="ill")
    with writing(two.chart.engine) as connection:
        note_absence(connection, ill, change="c1", actor="desk")
    mine, future = while_one_writes(two, aside, two.their_booking)
    with pytest.raises(TimeTakenError, match="That time is taken"):
        future.result(WITHIN_S)
    two.stand(mine)


def test_a_practice_changed_since_counts(two: Two, aside: ThreadPoolExecutor) -> None:
    with writing(two.chart.engine) as connection:
        practice = practice_of(connection)
        without = tuple(replace(one, shifts=()) if one.key == "ana" else one for one in practice.providers)
        save_practice(connection, replace(practice, providers=without), actor="desk")
    with writing(two.chart.engine) as connection:
        ben = slot_at(TEN, "ben", "t2")
        mine = book(connection, ben, person=two.chart.people[0], actor="desk", alone=True)
        future = aside.submit(two.their_booking)
        two.wait_for_requests()
    with pytest.raises(TimeTakenError):
        future.result(WITHIN_S)
    two.stand(mine.key)


def dies(two: Two, aside: ThreadPoolExecutor, how: str, path: Path) -> tuple[int, Future[str]]:
    command = [sys.executable, "-c", how, str(path), two.chart.people[0], os.pathsep.join(sys.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "mine\n"
    future = aside.submit(two.their_booking)
    process.stdout.close()
    return process.wait(WITHIN_S), future


def test_who_was_carried_by_one_that_died_after_the_commit_is_booked_once(
    two: Two, aside: ThreadPoolExecutor, tmp_path: Path
) -> None:
    status, future = dies(two, aside, AFTER_THE_COMMIT, tmp_path / "chart.db")
    assert status == 9
    theirs = future.result(WITHIN_S)
    with reading(two.chart.engine) as connection:
        (mine,) = connection.execute(
            sa.select(appointments.c.key).where(appointments.c.key != theirs)
        ).scalars()
    two.stand(mine, theirs)


def test_who_was_carried_by_one_that_died_before_the_commit_books_alone(
    two: Two, aside: ThreadPoolExecutor, tmp_path: Path
) -> None:
    status, future = dies(two, aside, BEFORE_THE_COMMIT, tmp_path / "chart.db")
    assert status == 9
    two.stand(future.result(WITHIN_S))


def test_nothing_is_written_for_one_who_died_waiting(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "chart.db", bytes(32))
    command = [sys.executable, "-c", WAITS, str(tmp_path / "chart.db")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "waits\n"
    assert [one.body for one in desk.requests()] == [b"dead"]
    process.send_signal(signal.SIGKILL)
    process.wait(WITHIN_S)
    process.stdout.close()
    assert desk.requests() == []
    with desk.handed_in("cd" * 16, b"alive"):  # in the very place of the dead one
        assert [(one.place, one.body) for one in desk.requests()] == [(0, b"alive")]


def test_an_answer_is_for_the_request_that_it_names(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "chart.db", bytes(32))
    with desk.handed_in("ab" * 16, b"first") as first:
        asked = desk.requests()
        assert first is not None and first.answer() is None
        desk.answer(asked, 7)
        assert first.answer() == 7
    with desk.handed_in("cd" * 16, b"second") as second:
        assert second is not None and second.answer() is None


def test_messages_without_the_key_are_nobodys(tmp_path: Path) -> None:
    mine, stranger = (Desk(tmp_path / "chart.db", bytes([number]) * 32) for number in (1, 2))
    with stranger.handed_in("ab" * 16, b"forged"):
        assert mine.requests() == []
    with mine.handed_in("cd" * 16, b"secret words") as own:
        stranger.answer(mine.requests(), 7)
        assert own is not None and own.answer() is None
        content = (tmp_path / "chart.db.line").read_bytes()
        assert b"secret" not in content and b"cdcd" not in content
        (tmp_path / "chart.db.line").write_bytes(content[:40] + b"!" + content[41:])
        assert mine.requests() == []


def test_who_finds_no_place_stands_in_line_like_before(
    two: Two, aside: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Desk = two.chart.engine.get_execution_options()["spondyl_desk"]
    taken = [desk.handed_in(f"{number:032x}", b"{}") for number in range(PLACES)]
    for one in taken:
        assert one.__enter__() is not None
    with desk.handed_in("ab" * 16, b"no place left") as own:
        assert own is None
    for one in taken:
        one.__exit__(None, None, None)
    with desk.handed_in("ab" * 16, bytes(MOST_BYTES + 1)) as own:
        assert own is None
    with desk.handed_in("ab" * 16, bytes(MOST_BYTES)) as own:
        assert [len(one.body) for one in desk.requests()] == [MOST_BYTES]
    monkeypatch.setattr("spondyl.clinic.chart.handed_in.MOST_BYTES", 0)
    with writing(two.chart.engine) as connection:
        mine = book(connection, slot_at(TEN), person=two.chart.people[0], actor="desk", alone=True)
        future = aside.submit(two.their_booking)
        time.sleep(0.2)
    two.stand(mine.key, future.result(WITHIN_S))
    assert two.begun == 1


def test_a_hold_is_carried_like_a_booking(two: Two, aside: ThreadPoolExecutor) -> None:
    def theirs() -> str:
        with writing(two.other) as connection:
            return hold_slot(connection, slot_at(ELEVEN), actor="visitor", alone=True).key

    _, future = while_one_writes(two, aside, theirs)
    with reading(two.chart.engine) as connection:
        made = connection.execute(
            sa.select(appointments.c.held_until).where(appointments.c.key == future.result(WITHIN_S))
        ).scalar_one()
    assert made == two.chart.clock() + timedelta(minutes=10)
    assert two.begun == 0
