"""How long the staff wait for their pages when twelve of them turn pages at once: p50 and p99 of each page.

The server is ``spondyl serve --demo`` in a process of its own. Each person keeps a connection open and opens by chance
the day, the calendar, the list of patients, a patient or a film. ``--pause`` is what a person takes to look; with 0
each asks again at once, which no staff does.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread

from clinic_crowd import Person
from demo_server import UNLIMITED, prepare, serving

PATIENTS = 10
CLINICIANS = ("lind", "ortega")
"""They may open films."""
Took = list[tuple[str, float]]


@contextmanager
def served(demo: Path) -> Generator[tuple[int, int]]:
    """The server of a copy of a prepared demo: its process and port."""
    with TemporaryDirectory() as place:
        data = Path(place) / "clinic"
        shutil.copytree(demo, data)
        (data / "settings.toml").write_text(UNLIMITED)
        with serving(data) as process_and_port:
            yield process_and_port


def addresses(port: int) -> dict[str, list[str]]:
    """What there is to open, by the kind of page."""
    person = Person(port, "lind")
    patients = sorted(set(re.findall(r"/patients/[0-9a-f]{32}", person.page("/patients"))))[:PATIENTS]
    films = {
        one + film
        for one in patients
        for film in re.findall(r"/films/[0-9a-f]{32}", person.page(f"{one}/films"))
    }
    assert patients and films, "The demo has no patient with a film."
    return {
        "day": ["/today"],
        "calendar": ["/calendar"],
        "patients": ["/patients"],
        "patient": patients,
        "film": sorted(films),
    }


def turn_pages(
    one: Person, pages: dict[str, list[str]], seconds: float, pause_s: float, chance: random.Random
) -> tuple[Took, Counter[int]]:
    """One person's pages: seconds of each answer, and how often each status came."""
    took: Took = []
    seen: Counter[int] = Counter()
    until = time.monotonic() + seconds
    time.sleep(chance.random() * pause_s)
    while time.monotonic() < until:
        kind = chance.choice(list(pages))
        address = chance.choice(pages[kind])
        begun = time.perf_counter()
        status, _ = one.get(address)
        took.append((kind, time.perf_counter() - begun))
        seen[status] += 1
        time.sleep(pause_s * (0.5 + chance.random()))
    return took, seen


def rush(port: int, people: int, seconds: float, pause_s: float) -> tuple[Took, Counter[int]]:
    """All people at once."""
    pages = addresses(port)
    staff = [Person(port, CLINICIANS[number % len(CLINICIANS)]) for number in range(people)]
    took: Took = []
    seen: Counter[int] = Counter()
    gate = Barrier(people)

    def work(number: int) -> None:
        gate.wait()
        mine, statuses = turn_pages(staff[number], pages, seconds, pause_s, random.Random(number))
        took.extend(mine)
        seen.update(statuses)

    threads = [Thread(target=work, args=(number,)) for number in range(people)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return took, seen


def ms(values: list[float]) -> str:
    """Median and 99th percentile."""
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {1000 * cuts[49]:.0f}, p99 {1000 * cuts[98]:.0f} ms"


def cpu_s(process: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(demo: Path, options: argparse.Namespace, pause_s: float) -> dict[str, object]:
    """Start the server, let the people in."""
    with served(demo) as (server, port):
        load, used_s = os.getloadavg()[0], cpu_s(server)
        took, seen = rush(port, options.people, options.seconds, pause_s)
        used_s = cpu_s(server) - used_s
    by_kind = {
        kind: ms([taken for name, taken in took if name == kind]) for kind in sorted({k for k, _ in took})
    }
    return {
        "people": options.people,
        "pause_s": pause_s,
        "answers_per_s": round(len(took) / options.seconds, 1),
        "status": {str(status): count for status, count in sorted(seen.items())},
        "all": ms([taken for _, taken in took]),
        **by_kind,
        "server_ms_a_page": round(1000 * used_s / len(took), 1),
        "load_before": round(load, 1),
    }


def main() -> int:
    """Print a line for each pause."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pause", type=float, nargs="+", default=[1.0, 0.0], help="seconds between pages")
    parser.add_argument("--demo", type=Path, help="a prepared demo folder to copy; made when not given")
    options = parser.parse_args()
    with TemporaryDirectory() as place:
        demo = options.demo or Path(place) / "clinic"
        if options.demo is None:
            prepare(demo)
        for pause_s in options.pause:
            print(json.dumps(measure(demo, options, pause_s)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
