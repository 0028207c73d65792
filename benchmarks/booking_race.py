"""Double bookings in a million contended attempts: eight processes want the same few starts of the same providers.

Each attempt is one call of the product's own ``book`` in its own transaction, half of them ``alone``, by chance.
Whoever gets a time gives some of them back, so that the fight goes on. In the end, and along the way, every pair of
claims that stand is compared in Python.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from typing import Any

import sqlalchemy as sa

from booking_practices import database, engine_for, fill, practice_with, slots_of
from spondyl.clinic.chart.appointments import book, cancel
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.tables.booking import claims
from spondyl.clinic.chart.transaction import reading, writing

PROVIDERS, STARTS, KEEP = 2, 10, 4


def worker(job: tuple[str, str, int, int, float, list[str], Any]) -> dict[str, int]:
    """Attempt ``count`` bookings, or as many as the minutes allow; count what came of them."""
    address, kind, number, count, minutes, people, gate = job
    engine, chance = engine_for(address, kind), random.Random(number)
    slots = [
        slot for n in range(PROVIDERS) for slot in slots_of(practice_with(PROVIDERS), f"p{n}", 1)[:STARTS]
    ]
    mine: list[str] = []
    seen = {"booked": 0, "refused": 0, "given_back": 0, "other": 0, "overlaps": 0}
    gate.wait()
    until = time.monotonic() + 60 * minutes
    for attempt in range(count):
        if time.monotonic() > until:
            break
        try:
            slot, person, alone = chance.choice(slots), chance.choice(people), chance.random() < 0.5
            with writing(engine) as connection:
                made = book(connection, slot, person=person, actor="race", alone=alone)
            mine.append(made.key)
            seen["booked"] += 1
        except TimeTakenError:
            seen["refused"] += 1
        except sa.exc.DBAPIError:
            seen["other"] += 1
        if len(mine) >= KEEP or (mine and chance.random() < 0.02):
            try:
                with writing(engine) as connection:
                    cancel(connection, mine.pop(chance.randrange(len(mine))), actor="race")
                seen["given_back"] += 1
            except sa.exc.DBAPIError:
                seen["other"] += 1
        if attempt % 2000 == 0:
            seen["overlaps"] += overlaps(engine)
    return seen


def overlaps(engine: sa.Engine) -> int:
    """Pairs of claims that stand and should not, found by comparing them all."""
    with reading(engine) as connection:
        rows = connection.execute(sa.select(claims)).all()
    return sum(
        one.starts_s < other.ends_s
        and other.starts_s < one.ends_s
        and one.resource == other.resource
        and (one.exclusive or one.office != other.office)
        for number, one in enumerate(rows)
        for other in rows[:number]
        if one.appointment != other.appointment
    )


def measure(kind: str, count: int, minutes: float) -> dict[str, Any]:
    """Run the race on one database."""
    with database(kind) as address:
        people = fill(address, kind, PROVIDERS, 40)
        began = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager, context.Pool(8) as pool:
            gate = manager.Barrier(8)
            jobs = [(address, kind, number, count // 8, minutes, people, gate) for number in range(8)]
            results = pool.map(worker, jobs, chunksize=1)
        seconds = time.monotonic() - began
        engine = engine_for(address, kind)
        with reading(engine) as connection:
            verdict = verify(connection)
        double = overlaps(engine) + sum(result["overlaps"] for result in results)
        engine.dispose()
    total = {
        name: sum(result[name] for result in results) for name in ("booked", "refused", "given_back", "other")
    }
    return {
        "database": kind,
        "attempts": total["booked"] + total["refused"] + total["other"],
        **total,
        "double_bookings": double,
        "audit_rows": verdict.rows,
        "audit_sound": verdict.sound,
        "seconds": round(seconds),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=600, help="stop after so many minutes")
    parser.add_argument("--databases", nargs="+", default=["embedded-nosync", "postgres"])
    options = parser.parse_args()
    double = 0
    for kind in options.databases:
        found = measure(kind, options.count, options.minutes)
        print(json.dumps(found), flush=True)
        double += int(found["double_bookings"])
    return 1 if double else 0


if __name__ == "__main__":
    sys.exit(main())
