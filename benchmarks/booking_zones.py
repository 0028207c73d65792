"""Every start in every time zone of tzdata, 2020 to 2040, against the C library's own reading of the clock.

The claim: an office open all day offers, on its quarter-hour step, every wall time that comes exactly once, at its
right instant, and nothing else. The reference asks libc's ``localtime`` what the clock reads at every quarter hour of
UTC and counts how often each wall time comes: it shares neither code nor direction (UTC to wall) with the product
(wall to UTC). Zones whose tzdata is the same byte for byte are looked at once.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import TZPATH, available_timezones

import numpy as np

from spondyl.booking import (
    Horizon,
    Office,
    OpenSpan,
    Practice,
    Provider,
    Room,
    RoomKind,
    Shift,
    VisitType,
    Wish,
    diary_of,
    free_starts,
    wall_at,
)

STEP_MIN = 15
EPOCH = datetime(1970, 1, 1)
SECOND = timedelta(seconds=1)
ALL_DAY = tuple(OpenSpan(weekday=day, from_min=0, to_min=1440) for day in range(7))


def round_the_clock(zone: str) -> Practice:
    """Return an office that never closes."""
    return Practice(
        offices=(Office(key="o", name="Office", zone=zone, hours=ALL_DAY),),
        providers=(
            Provider(key="p", name="P", shifts=tuple(Shift(office="o", span=span) for span in ALL_DAY)),
        ),
        rooms=(Room(key="r", office="o", name="R", kind=RoomKind.TREATMENT),),
        instruments=(),
        visit_types=(VisitType(key="v", name="V", name_es="V", duration_min=STEP_MIN),),
        start_step_min=STEP_MIN,
    )


def offered(zone: str, year: int) -> np.ndarray:
    """Return the product's starts in a year, in seconds since 1970."""
    firsts = [date(year + month // 12, month % 12 + 1, 1) for month in range(13)]
    practice = round_the_clock(zone)
    months = (Horizon(first_day=first, days=(after - first).days) for first, after in pairwise(firsts))
    return np.concatenate([_offered(practice, month) for month in months])


def _offered(practice: Practice, horizon: Horizon) -> np.ndarray:
    mask = free_starts(diary_of(practice, horizon, ()), Wish(visit_type="v", office="o")).get("p", 0)
    found = np.flatnonzero(np.frombuffer(bin(mask)[:1:-1].encode(), np.uint8) == ord("1"))
    return found * 300 + int(horizon.start.timestamp())


def expected(zone: str, year: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the starts libc vouches for: wall times of the year that come exactly once."""
    os.environ["TZ"] = zone
    time.tzset()
    first, last = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    instants = np.arange(first - 86_400, last + 86_400, STEP_MIN * 60)
    walls = instants + np.array([time.localtime(at).tm_gmtoff for at in instants.tolist()])
    _, where, comes = np.unique(walls, return_index=True, return_counts=True)
    once = where[comes == 1]
    once = once[(walls[once] >= first) & (walls[once] < last) & (walls[once] % (STEP_MIN * 60) == 0)]
    once.sort()
    return instants[once], walls[once]


def check(job: tuple[str, int, int]) -> dict[str, object]:
    """Compare one zone over some years."""
    zone, first, last = job
    starts = wrong = missing = 0
    for year in range(first, last + 1):
        mine, (instants, walls) = offered(zone, year), expected(zone, year)
        starts += len(instants)
        if not np.array_equal(mine, instants):
            wrong += len(np.setdiff1d(mine, instants))
            missing += len(np.setdiff1d(instants, mine))
        for instant, wall in _worth_reading(instants, walls):
            reads = wall_at(zone, datetime.fromtimestamp(instant, UTC))
            wrong += (reads - EPOCH) // SECOND != wall
    return {"zone": zone, "starts": starts, "wrong": wrong, "missing": missing}


def _worth_reading(instants: np.ndarray, walls: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield where the product is asked what the clock reads: every quarter hour near a change, else twice a day."""
    near = np.zeros(len(instants), bool)
    for change in np.flatnonzero(np.diff(walls - instants)):
        near[max(0, change - 192) : change + 192] = True
    near[::48] = True
    return zip(instants[near].tolist(), walls[near].tolist(), strict=True)


def different_zones() -> tuple[list[str], int]:
    """Return one name for each distinct zone file, and how many names there are."""
    names = sorted(available_timezones() - {"localtime", "Factory"})
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(sha256(_zone_bytes(name)).hexdigest(), name)
    return sorted(seen.values()), len(names)


def _zone_bytes(name: str) -> bytes:
    for folder in TZPATH:
        if (path := Path(folder, name)).is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="look at one zone in this many")
    parser.add_argument("--years", type=int, nargs=2, default=(2020, 2040))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    zones, names = different_zones()
    jobs = [(zone, *options.years) for zone in zones[:: options.every]]
    with ProcessPoolExecutor(options.processes) as pool:
        results = list(pool.map(check, jobs))
    bad = [result for result in results if result["wrong"] or result["missing"]]
    total = {
        "zone_names": names,
        "different_zones": len(zones),
        "looked_at": len(jobs),
        "starts": sum(int(str(result["starts"])) for result in results),
        "wrong": sum(int(str(result["wrong"])) for result in bad),
        "missing": sum(int(str(result["missing"])) for result in bad),
        "bad": bad[:10],
        "seconds": round((timedelta(seconds=time.monotonic() - began)).total_seconds()),
    }
    print(json.dumps(total, indent=1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
