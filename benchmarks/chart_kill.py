"""Kill a process that writes to the chart, again and again; count rows that were acknowledged and are gone.

python benchmarks/chart_kill.py                        # embedded: 1,000 x kill -9 of the writer
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from postgres_server import PostgresServer, postgres_server
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.tables import documents as document_table
from spondyl.clinic.chart.transaction import reading, writing

SECRET = bytes(range(32))
LONGEST_S = 0.06
ID_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the kills did."""

    database: str
    kills: int
    server_crashes: int
    acknowledged: int
    lost: int
    audit_rows: int
    chain_sound: bool
    took_s: float


def write_until_killed(url: str, person_id: str, told: int) -> None:
    """Save documents for ever; tell each one's identifier once it is committed."""
    engine = open_engine(url, key=SECRET)
    while True:
        with writing(engine) as connection:
            saved = documents.save(
                connection, kind="exam", person_id=person_id, body={"a": 1}, actor="writer"
            )
        os.write(told, saved.document_id.encode())


def acknowledged_before_kill(
    url: str, person_id: str, chance: random.Random, strike: Callable[[int], None]
) -> list[str]:
    """Fork a writer, let it work for a random moment, strike; the identifiers it had told."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        try:
            write_until_killed(url, person_id, told)
        finally:
            os._exit(3)
    os.close(told)
    first = os.read(heard, ID_BYTES)
    time.sleep(chance.uniform(0, LONGEST_S))
    strike(child)
    with os.fdopen(heard, "rb") as pipe:
        text = (first + pipe.read()).decode()
    os.waitpid(child, 0)
    return [text[at : at + ID_BYTES] for at in range(0, len(text), ID_BYTES)]


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)


def present(engine: sa.Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(sa.select(document_table.c.document_id)).scalars())


def run(
    url: str, *, kills: int, crashes: int = 0, crash: Callable[[int], None] = kill, name: str, seed: int = 1
) -> Outcome:
    """Kill ``kills`` writers, then call ``crash`` ``crashes`` times while one writes."""
    begun = time.monotonic()
    engine = open_engine(url, key=SECRET)
    upgrade(engine)
    with writing(engine) as connection:
        details = PersonDetails(given_name="Kill", family_name="Test", synthetic=True)
        person_id = add_person(connection, details, actor="bench").id
    engine.dispose()  # a fork must not inherit connections
    chance = random.Random(seed)
    told: list[str] = []
    for number in range(kills + crashes):
        strike = kill if number < kills else crash
        told.extend(acknowledged_before_kill(url, person_id, chance, strike))
    lost = set(told) - present(engine)
    with reading(engine) as connection:
        verdict = verify(connection)
    engine.dispose()
    return Outcome(
        database=name,
        kills=kills,
        server_crashes=crashes,
        acknowledged=len(told),
        lost=len(lost),
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
    asked = parser.parse_args()
    crashes = asked.server_crashes if asked.database == "postgresql" else 0
    with place(asked.database) as (url, crash):
        outcome = run(url, kills=asked.kills, crashes=crashes, crash=crash, name=asked.database)
    print(json.dumps(asdict(outcome), indent=2))
    sys.exit(0 if outcome.lost == 0 and outcome.chain_sound else 1)


if __name__ == "__main__":
    main()
