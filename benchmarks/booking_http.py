"""How long the public page takes to keep a time while 64 clients ask at once, half of them for the same ten starts.

The server is the product's own application in one process with its writer queue; the clients, in another process, keep
their connections open and each sends the form that the page sends. ``--pause`` is what a person takes to look; with 0
every client asks again at once, which no crowd of people does. ``server_ms_per_answer`` is the server's processor time,
which says more than the clock where the machine is shared.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import re
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import uvicorn

from booking_practices import SECRET, START, database, engine_for, fill, practice_with
from booking_race import overlaps
from spondyl.booking import Horizon, Wish, diary_of, free_slots
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_settings import ClinicSettings
from spondyl.clinic.serve import take_short_turns
from spondyl.clinic.web import create_app
from spondyl.clinic.web.ready import make_ready
from spondyl.clinic.web.services import Services

PROVIDERS, CONTENDED, DAYS = 16, 10, 14


def serve(address: str, kind: str, gate: Any) -> None:
    """Run the application until killed; tell the port."""
    settings = replace(ClinicSettings(), requests_per_minute=10_000_000)
    services = Services(
        engine=engine_for(address, kind),
        settings=settings,
        clock=lambda: START,
        secret=SECRET,
        data_dir=Path("/nonexistent"),
    )
    app = create_app(services)
    make_ready(app.state.templates)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)

    take_short_turns()

    async def run() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.02)
        gate.put(server.servers[0].sockets[0].getsockname()[1])
        await task

    asyncio.run(run())


class Client:
    """One visitor with a connection that stays open."""

    def __init__(self, port: int) -> None:
        self._port, self.cookie, self.csrf = port, "", ""

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head, body = await self.ask("GET /book?lang=en")
        found = re.search(rb"set-cookie: ([^;]+)", head, re.I)
        token = re.search(rb'<meta name="csrf" content="([0-9a-f]+)"', body)
        assert found and token
        self.cookie, self.csrf = found[1].decode(), token[1].decode()

    async def ask(self, line: str, body: str = "") -> tuple[bytes, bytes]:
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        text = (
            f"{line} HTTP/1.1\r\nHost: localhost:{self._port}\r\nCookie: {self.cookie}\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self._writer.write(text.encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        return head, await self._reader.readexactly(int(length[1]) if length else 0)

    async def hold(self, start: str) -> int:
        fields = {"csrf": self.csrf, "lang": "en", "office": "yl", "visit": "follow", "start": start}
        head, _ = await self.ask("POST /book/hold", urlencode(fields))
        return int(head.split(b" ", 2)[1])


def processor_s(process: int) -> float:
    """The processor time of a process so far, all of its threads, in seconds (10 ms exact)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def crowd(
    port: int, server: int, options: argparse.Namespace
) -> tuple[list[float], dict[int, int], float]:
    """Let the clients ask for a while; returns the seconds each answer took, how often each status came, and the
    processor time that the server spent meanwhile."""
    diary = diary_of(practice_with(PROVIDERS), Horizon(first_day=START.date(), days=DAYS), ())
    starts = [
        slot.start.isoformat()
        for slot in free_slots(diary, Wish(visit_type="follow", office="yl", not_before=START))
    ]
    visitors = [Client(port) for _ in range(options.clients)]
    for one in visitors:
        await one.open()
    took: list[float] = []
    seen: dict[int, int] = {}
    spent_s = processor_s(server)
    until = time.monotonic() + options.seconds

    async def visit(number: int, one: Client) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.random() * options.pause)
        while time.monotonic() < until:
            few = chance.random() < 0.5
            start = chance.choice(starts[8 : 8 + CONTENDED] if few else starts[30:])
            began = time.perf_counter()
            status = await one.hold(start)
            took.append(time.perf_counter() - began)
            seen[status] = seen.get(status, 0) + 1
            await asyncio.sleep(options.pause * (0.5 + chance.random()))

    await asyncio.gather(*(visit(number, one) for number, one in enumerate(visitors)))
    return took, seen, processor_s(server) - spent_s


def measure(kind: str, options: argparse.Namespace) -> dict[str, object]:
    """Start the server, let the crowd in, count what is booked."""
    with database(kind) as address:
        fill(address, kind, PROVIDERS, 10)
        context = multiprocessing.get_context("spawn")
        gate = context.Queue()
        server = context.Process(target=serve, args=(address, kind, gate), daemon=True)
        server.start()
        try:
            port = gate.get(timeout=60)
            took, seen, spent_s = asyncio.run(crowd(port, int(server.pid or 0), options))
        finally:
            server.kill()
            server.join()
        engine = engine_for(address, kind)
        with reading(engine) as connection:
            stored = connection.execute(sa.select(sa.func.count()).select_from(appointments)).scalar_one()
        double = overlaps(engine)
        engine.dispose()
    cuts = statistics.quantiles(took, n=100)
    return {
        "database": kind,
        "clients": options.clients,
        "pause_s": options.pause,
        "answers": len(took),
        "answers_per_s": round(len(took) / options.seconds),
        "status": {str(status): count for status, count in sorted(seen.items())},
        "stored": stored,
        "double_bookings": double,
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
        "server_ms_per_answer": round(1000 * spent_s / len(took), 2),
        "load_before": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between a client's requests")
    parser.add_argument("--databases", nargs="+", default=["embedded", "embedded-nosync"])
    options = parser.parse_args()
    for kind in options.databases:
        print(json.dumps(measure(kind, options)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
