"""Charts for tests: an encrypted file, and a PostgreSQL server of this test run's own on a unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade

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


@pytest.fixture
def embedded_engine(empty_chart: Path, tmp_path: Path, clock: Clock) -> Iterator[sa.Engine]:
    path = tmp_path / "chart.db"
    shutil.copy(empty_chart, path)
    engine = open_engine(embedded_url(path), key=SECRET, clock=clock, survives_power_loss=False)
    yield engine
    engine.dispose()


def postgres_programs() -> Path | None:
    """The folder with PostgreSQL's own programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


def as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as its own user."""
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        if os.geteuid() == 0
        else command
    )


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server on a unix socket in a folder of its own; yields the address without a database's name."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("not run: no PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="spondyl-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        made = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "spondyl",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(as_postgres(made), check=True, capture_output=True, cwd="/")
        options = f"-k {folder} -c listen_addresses='' -c max_connections=200"
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-s"]
        subprocess.run(
            as_postgres([*control, "-l", str(folder / "log"), "-o", options, "start"]),
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"host={folder} user=spondyl"
        finally:
            subprocess.run(as_postgres([*control, "-m", "immediate", "stop"]), check=True, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as address:
        yield address


def new_database(address: str) -> str:
    """The SQLAlchemy address of a new, empty database on the server."""
    name = f"chart_{uuid4().hex}"
    with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    host = address.split(maxsplit=1)[0].removeprefix("host=")
    return f"postgresql+psycopg://spondyl@/{name}?host={host}"


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """An empty PostgreSQL database of this test's own; without PostgreSQL: 'not run: no PostgreSQL'."""
    return new_database(postgres)


@pytest.fixture
def postgres_engine(postgres_url: str, clock: Clock) -> Iterator[sa.Engine]:
    engine = open_engine(postgres_url, key=SECRET, clock=clock)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["embedded", "postgres"])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """Each test that takes ``engine`` runs on both databases."""
    return request.getfixturevalue(f"{request.param}_engine")


Opener = Callable[[], sa.Engine]
