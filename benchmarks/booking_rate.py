"""How many visits a second eight processes book through the product's own functions, each in its own transaction.

Every booking checks hours and intake, writes the appointment, what it occupies (provider, room, patient, way to the
other office), the letter about it and its audit row, and is acknowledged after the commit. ``million_additions_ms``
says how fast the machine was just then: rates of different minutes, or machines, compare by it only.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from typing import Any

import sqlalchemy as sa

from booking_practices import database, engine_for, fill, practice_with, slots_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.transaction import reading, writing

PROVIDERS = 16


def worker(job: tuple[str, str, int, int, list[str], Any]) -> tuple[int, float, float, float]:
    """Book as many visits as asked; returns how many, when it began and ended, and the processor time."""
    address, kind, number, count, people, gate = job
    engine = engine_for(address, kind)
    mine = [f"p{n}" for n in range(PROVIDERS) if n % 8 == number]
    days = count // (len(mine) * 48) + 1
    slots = [
        slot
        for some in zip(*(slots_of(practice_with(PROVIDERS), one, days) for one in mine), strict=True)
        for slot in some
    ]
    with reading(engine) as connection:
        connection.execute(sa.select(appointments.c.key).limit(1)).all()
    gate.wait()
    began, used, made = time.monotonic(), time.process_time(), 0
    for at, slot in enumerate(slots[:count]):
        try:
            with writing(engine) as connection:
                person = people[(at * 8 + number) % len(people)]
                book(connection, slot, person=person, actor="benchmark", alone=True)
            made += 1
        except TimeTakenError:
            continue
    return made, began, time.monotonic(), time.process_time() - used


def million_additions_ms() -> float:
    """What a million additions take Python now, in milliseconds: the best of five."""
    took: list[float] = []
    for _ in range(5):
        began, total = time.perf_counter(), 0
        for one in range(1_000_000):
            total += one
        took.append(1000 * (time.perf_counter() - began))
    return min(took)


def measure(kind: str, count: int) -> dict[str, object]:
    """Book ``count`` visits with eight processes; check the audit chain afterwards."""
    with database(kind) as address:
        people = fill(address, kind, PROVIDERS, 400)
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager, context.Pool(8) as pool:
            gate = manager.Barrier(8)
            jobs = [(address, kind, number, count // 8, people[number::8], gate) for number in range(8)]
            results = pool.map(worker, jobs, chunksize=1)
        made = sum(result[0] for result in results)
        seconds = max(result[2] for result in results) - min(result[1] for result in results)
        engine = engine_for(address, kind)
        with reading(engine) as connection:
            stored = connection.execute(sa.select(sa.func.count()).select_from(appointments)).scalar_one()
            sound = verify(connection).sound
        engine.dispose()
    return {
        "database": kind,
        "booked": made,
        "stored": stored,
        "audit_sound": sound,
        "seconds": round(seconds, 2),
        "bookings_per_s": round(made / seconds),
        "client_cpu_ms_each": round(1000 * sum(result[3] for result in results) / max(made, 1), 2),
        "load_before": os.getloadavg()[0],
        "million_additions_ms": round(million_additions_ms()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--databases", nargs="+", default=["embedded", "embedded-nosync", "postgres"])
    options = parser.parse_args()
    for kind in options.databases:
        print(json.dumps(measure(kind, options.count)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
