"""Charts for tests: an encrypted file, and a PostgreSQL server of this test run's own on a unix socket."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from postgres_charts import PostgresCharts
from postgres_server import PostgresServer, postgres_programs, postgres_server
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import writing

SECRET = bytes(range(32))
START = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, step: timedelta) -> None:
        self.moment += step


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty, encrypted file: each test copies it, since migrating takes longer."""
    path = tmp_path_factory.mktemp("chart") / "empty.db"
    engine = open_engine(embedded_url(path), key=SECRET)
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@contextmanager
def copied_chart(empty_chart: Path, path: Path, clock: Clock) -> Iterator[sa.Engine]:
    """An empty chart of its own in that file."""
    shutil.copy(empty_chart, path)
    engine = open_engine(embedded_url(path), key=SECRET, clock=clock, survives_power_loss=False)
    yield engine
    engine.dispose()


@pytest.fixture
def embedded_engine(empty_chart: Path, tmp_path: Path, clock: Clock) -> Iterator[sa.Engine]:
    with copied_chart(empty_chart, tmp_path / "chart.db", clock) as engine:
        yield engine


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    if postgres_programs() is None:
        pytest.skip("not run: no PostgreSQL")
    with postgres_server(for_tests=True) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """An empty PostgreSQL database of this test's own; without PostgreSQL: 'not run: no PostgreSQL'."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def postgres_charts(postgres: PostgresServer) -> PostgresCharts:
    """Migrated once, as the embedded file is."""
    url = postgres.new_database()
    engine = open_engine(url, key=SECRET)
    upgrade(engine)
    engine.dispose()
    return PostgresCharts(postgres, like=url)


@pytest.fixture
def postgres_engine(postgres_charts: PostgresCharts, clock: Clock) -> Iterator[sa.Engine]:
    with postgres_charts.lent() as url:
        engine = open_engine(url, key=SECRET, clock=clock)
        yield engine
        engine.dispose()


@pytest.fixture(params=["embedded", "postgres"])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """Each test that takes ``engine`` runs on both databases."""
    return request.getfixturevalue(f"{request.param}_engine")


def watched(work: Callable[[], None]) -> tuple[float, float]:
    """Do ``work`` in a thread; how long it took, and the longest that it kept this one from running, in seconds."""
    thread, pauses, began = Thread(target=work), [0.0], time.monotonic()
    thread.start()
    while thread.is_alive():
        before = time.monotonic()
        time.sleep(0.005)
        pauses.append(time.monotonic() - before)
    return time.monotonic() - began, max(pauses)


def at_once(engine: sa.Engine, count: int, deed: Callable[[sa.Connection], object]) -> list[Exception]:
    """Run the deed in so many transactions at the same moment; the errors they ended with."""
    begin, errors = Barrier(count), list[Exception]()

    def one() -> None:
        begin.wait(30.0)
        try:
            with writing(engine) as connection:
                deed(connection)
        except Exception as error:
            errors.append(error)

    threads = [Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    return errors
