"""Kill a process that saves documents and books, again and again; count rows that were acknowledged and are gone.

python benchmarks/chart_kill.py                        # embedded: 1,000 x kill -9 of the writer
python benchmarks/chart_kill.py --beside 7             # the same among seven others, who carry each other's bookings
python benchmarks/chart_kill.py --database postgresql  # PostgreSQL: 1,000 x the writer, then 25 x the whole server

A row counts as acknowledged when the writer, after its commit, has told the parent. Exit code 1 when one is lost or the
audit chain does not verify.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from booking_practices import engine_for, fill, practice_with, slots_of
from postgres_server import PostgresServer, postgres_server
from spondyl.booking import Slot
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.engine import embedded_url
from spondyl.clinic.chart.tables import appointments
from spondyl.clinic.chart.tables import documents as document_table
from spondyl.clinic.chart.transaction import reading, writing

PROVIDERS, SLOTS_EACH = 8, 24
LONGEST_S = 0.06
ID_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the kills did."""

    database: str
    kills: int
    server_crashes: int
    beside: int
    acknowledged: int
    lost: int
    twice: int
    audit_rows: int
    chain_sound: bool
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Where one writer writes, for whom, and the times that nobody else books."""

    url: str
    kind: str
    person: str
    slots: Sequence[Slot]


def write_until_killed(work: Work, told: int) -> None:
    """Save documents and book visits for ever; tell each one's identifier once it is committed."""
    engine, slots = engine_for(work.url, work.kind), iter(work.slots)
    while True:
        with writing(engine) as connection:
            saved = documents.save(
                connection, kind="exam", person_id=work.person, body={"a": 1}, actor="writer"
            )
        os.write(told, saved.document_id.encode())
        if slot := next(slots, None):
            with writing(engine) as connection:
                visit = book(connection, slot, person=work.person, actor="writer", alone=True)
            os.write(told, visit.key.encode())


def acknowledged_before_kill(work: Work, chance: random.Random, strike: Callable[[int], None]) -> list[str]:
    """Fork a writer, let it work for a random moment, strike; the identifiers it had told."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        try:
            write_until_killed(work, told)
        finally:
            os._exit(3)
    os.close(told)
    first = os.read(heard, ID_BYTES)
    time.sleep(chance.uniform(0, LONGEST_S))
    strike(child)
    with os.fdopen(heard, "rb") as pipe:
        said = first + pipe.read()
    os.waitpid(child, 0)
    return identifiers(said)


def identifiers(said: bytes) -> list[str]:
    """What a writer told."""
    return [said[at : at + ID_BYTES].decode() for at in range(0, len(said), ID_BYTES)]


@contextmanager
def others(works: Sequence[Work], told: Path) -> Iterator[None]:
    """Writers who go on writing beside the killed one, and are killed at the end; ``told``: what they acknowledged."""
    children: list[int] = []
    with told.open("ab") as file:
        for work in works:
            child = os.fork()
            if child == 0:
                try:
                    write_until_killed(work, file.fileno())
                finally:
                    os._exit(3)
            children.append(child)
        try:
            yield
        finally:
            for child in children:
                kill(child)
                os.waitpid(child, 0)


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)


def present(engine: sa.Engine) -> set[str]:
    with reading(engine) as connection:
        return {
            found
            for column in (document_table.c.document_id, appointments.c.key)
            for found in connection.execute(sa.select(column)).scalars()
        }


def run(
    url: str,
    *,
    kills: int,
    crashes: int = 0,
    crash: Callable[[int], None] = kill,
    beside: int = 0,
    name: str,
    seed: int = 1,
) -> Outcome:
    """Kill ``kills`` writers, then call ``crash`` ``crashes`` times while one writes; ``beside`` others write on."""
    begun = time.monotonic()
    providers = PROVIDERS + beside
    people = fill(url, name, providers, providers)
    days = (kills + crashes) * SLOTS_EACH // (PROVIDERS * 40) + 1
    times = [slots_of(practice_with(providers), f"p{number}", days) for number in range(providers)]
    chance = random.Random(seed)
    told: list[str] = []
    aside = [
        Work(url=url, kind=name, person=people[number], slots=times[number])
        for number in range(PROVIDERS, providers)
    ]
    with tempfile.TemporaryDirectory(prefix="spondyl-told-") as folder:
        with others(aside, Path(folder) / "told"):
            for number in range(kills + crashes):
                turn, which = divmod(number, PROVIDERS)
                slots = times[which][turn * SLOTS_EACH : (turn + 1) * SLOTS_EACH]
                work = Work(url=url, kind=name, person=people[which], slots=slots)
                told.extend(acknowledged_before_kill(work, chance, kill if number < kills else crash))
        told.extend(identifiers((Path(folder) / "told").read_bytes()))
    engine = engine_for(url, name)
    lost = set(told) - present(engine)
    with reading(engine) as connection:
        verdict = verify(connection)
    engine.dispose()
    return Outcome(
        database=name,
        kills=kills,
        server_crashes=crashes,
        beside=beside,
        acknowledged=len(told),
        lost=len(lost),
        twice=len(told) - len(set(told)),
        audit_rows=verdict.rows,
        chain_sound=verdict.sound,
        took_s=round(time.monotonic() - begun, 1),
    )


def crash_of(server: PostgresServer) -> Callable[[int], None]:
    """End the server, then the writer, which may still tell what it had committed; the server recovers."""

    def crash(child: int) -> None:
        server.crash()
        kill(child)

    return crash


@contextmanager
def place(database: str) -> Iterator[tuple[str, Callable[[int], None]]]:
    """The address of an empty database, and what crashes its server."""
    if database == "embedded":
        with tempfile.TemporaryDirectory(prefix="spondyl-kill-") as folder:
            yield embedded_url(Path(folder) / "chart.db"), kill
        return
    with postgres_server() as server:
        yield server.new_database(), crash_of(server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("embedded", "postgresql"), default="embedded")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--server-crashes", type=int, default=25)
    parser.add_argument("--beside", type=int, default=0, help="writers who go on beside the killed one")
    asked = parser.parse_args()
    crashes = asked.server_crashes if asked.database == "postgresql" else 0
    with place(asked.database) as (url, crash):
        outcome = run(
            url, kills=asked.kills, crashes=crashes, crash=crash, beside=asked.beside, name=asked.database
        )
    print(json.dumps(asdict(outcome), indent=2))
    sys.exit(0 if outcome.lost == outcome.twice == 0 and outcome.chain_sound else 1)


if __name__ == "__main__":
    main()
