"""From what the clock on the wall reads to the instant it means, and honestly back."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTES_IN_DAY = 24 * 60


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone of that name; a name tzdata does not know raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ValueError(
            f"Time zone {name!r} is not in tzdata; use an IANA name such as 'America/Los_Angeles'."
        ) from problem


def instants(zone: str, wall: datetime) -> tuple[datetime, ...]:
    """Return the UTC instants at which a clock in the zone reads ``wall``.

    One on an ordinary day, none when the clock jumps over it in spring, two when the hour comes twice in autumn.
    """
    found: list[datetime] = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone_of(zone), fold=fold).astimezone(UTC)
        if wall_at(zone, instant) == wall and instant not in found:
            found.append(instant)
    return tuple(found)


def instant_of(zone: str, wall: datetime) -> datetime | None:
    """Return the one UTC instant that ``wall`` means, or None where it means none or two."""
    found = instants(zone, wall)
    return found[0] if len(found) == 1 else None


def wall_at(zone: str, instant: datetime) -> datetime:
    """Return what a clock in the zone reads at the UTC instant (naive)."""
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def clock_words(wall: datetime) -> str:
    """Return the time of day as every page writes it: 9:30 am."""
    return f"{wall.hour % 12 or 12}:{wall.minute:02d} {'am' if wall.hour < 12 else 'pm'}"


def date_words(day: date) -> str:
    """Return a day without a zero before it: 3 March."""
    return f"{day.day} {day:%B}"


def moment_words(wall: datetime) -> str:
    """Return a day and its time: 3 March, 9:30 am."""
    return f"{date_words(wall)}, {clock_words(wall)}"


def steady_offset(zone: str, day: date) -> timedelta | None:
    """Return the day's UTC offset if the clock is not changed from the day before to the day after, else None.

    The offset is asked every six hours. Two changes within six hours that cancel out are in no zone from 2020 to 2040:
    ``benchmarks/booking_zones.py`` compares every start with libc.
    """
    noon = datetime.combine(day, time(12), UTC)
    offsets = {
        (noon + timedelta(hours=hours)).astimezone(zone_of(zone)).utcoffset() for hours in range(-30, 31, 6)
    }
    return offsets.pop() if len(offsets) == 1 else None


def first_reach(zone: str, day: date, minute: int) -> datetime:
    """Return the first UTC instant at which the clock on ``day`` reads ``minute`` of the day, or passes over it.

    ``minute`` may be 1440: the midnight that ends the day. Opening and closing are bounds, so they need an instant even
    where the clock jumps over them.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = instants(zone, wall)
    return min(found) if found else _jump_over(zone, wall)


def _jump_over(zone: str, wall: datetime) -> datetime:
    """Return the instant of the jump that skips ``wall``, to the minute, by halving."""
    both = [wall.replace(tzinfo=zone_of(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    before, after = min(both), max(both)
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        before, after = (middle, after) if wall_at(zone, middle) < wall else (before, middle)
    return before if wall_at(zone, before) >= wall else after
