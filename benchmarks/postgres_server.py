"""A PostgreSQL server of one run's own: in a folder of its own, on a unix socket, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from running import is_running

START_WITHIN_S = 60


def postgres_programs() -> Path | None:
    """The folder with PostgreSQL's own programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


def as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as its own user."""
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [*change, *command] if os.geteuid() == 0 else command


class PostgresServer:
    """A server that can be started, crashed and stopped; ``address`` is libpq's, without a database's name.

    One for tests neither waits for the disk nor gathers statistics of its own accord, by which it would plan otherwise
    in a test that takes longer.
    """

    def __init__(self, programs: Path, folder: Path, *, for_tests: bool) -> None:
        self._programs, self._folder = programs, folder
        self._settings = ("fsync=off", "autovacuum=off") if for_tests else ()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"host={folder} user=spondyl"

    def make(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self._folder / "data")]
        command += ["-U", "spondyl", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(as_postgres(command), check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        command = [
            str(self._programs / "postgres"),
            "-D",
            str(self._folder / "data"),
            "-k",
            str(self._folder),
        ]
        command += ["-c", "listen_addresses=", "-c", "max_connections=200"]
        for setting in self._settings:
            command += ["-c", setting]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(as_postgres(command), cwd="/", stdout=log, stderr=log)
        end = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
            time.sleep(0.03)

    def crash(self) -> None:
        """Kill every process of the server at once, then start it: it recovers from its log."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # from here on it starts no process that is not listed
        listed = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        told = subprocess.run(listed, check=False, capture_output=True, text=True)
        backends = [int(pid) for pid in told.stdout.split()]
        for pid in (self._process.pid, *backends):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        end = time.monotonic() + START_WITHIN_S
        while any(
            map(is_running, backends)
        ):  # one that is still ending holds the shared memory: no start then
            if time.monotonic() > end:
                raise RuntimeError(f"killed {START_WITHIN_S} s ago and still running: {backends}")
            time.sleep(0.01)
        self.start()

    def stop(self) -> None:
        """PostgreSQL's immediate shutdown."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=60)

    def new_database(self, *, like: str | None = None) -> str:
        """The SQLAlchemy address of a new database: empty, or a copy of the one at ``like``, which nobody has open."""
        name = f"chart_{uuid4().hex}"
        model = "template1" if like is None else make_url(like).database
        with psycopg.connect(f"{self.address} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {model}".encode())
        return f"postgresql+psycopg://spondyl@/{name}?host={self._folder}"

    def drop_database(self, url: str) -> None:
        """Drop the database at that address, whoever has it open."""
        name = make_url(url).database
        with psycopg.connect(f"{self.address} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.address} dbname=postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres_server(*, for_tests: bool = False) -> Iterator[PostgresServer]:
    """A running server."""
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("no PostgreSQL in /usr/lib/postgresql; install the package postgresql")
    folder = Path(tempfile.mkdtemp(prefix="spondyl-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = PostgresServer(programs, folder, for_tests=for_tests)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
