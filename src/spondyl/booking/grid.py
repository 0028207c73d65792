"""Time as bits: one bit a five-minute cell in one Python integer, so that three months of a provider are one word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from spondyl.booking.practice import CELL_MIN, Office, OpenSpan
from spondyl.booking.wall_clock import MINUTES_IN_DAY, first_reach, instant_of, steady_offset

_CELL_S = 60 * CELL_MIN
_FIRST_DAY = date(1970, 1, 1).toordinal()  # cells are counted from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The days looked at, as cells; a day is added on both sides so that every time zone fits."""

    first_day: date
    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 800:
            raise ValueError(f"A horizon of {self.days} days is not looked at in one go; use 1 to 800.")

    @property
    def first_cell(self) -> int:
        """The cell of bit 0."""
        return (self.first_day.toordinal() - 1 - _FIRST_DAY) * (MINUTES_IN_DAY // CELL_MIN)

    @property
    def start(self) -> datetime:
        """The UTC instant of bit 0."""
        return datetime(
            self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=UTC
        ) - timedelta(days=1)

    @property
    def end(self) -> datetime:
        """The UTC instant after the last bit."""
        return self.start + timedelta(days=self.days + 2)

    @property
    def all_cells(self) -> int:
        """A mask of every cell."""
        return (1 << _extent(self)[1]) - 1

    def each_day(self) -> Iterator[date]:
        """Yield the days, by the calendar."""
        return (self.first_day + timedelta(days=number) for number in range(self.days))

    def mask(self, start: datetime, end: datetime) -> int:
        """Return the bits of the cells touched by [start, end), cut to the horizon."""
        return self.cells(int(start.timestamp()), int(end.timestamp()))

    def cells(self, starts_s: int, ends_s: int) -> int:
        """Return the bits of the cells touched by [starts_s, ends_s), seconds since 1970, cut to the horizon."""
        before, count = _extent(self)
        low, high = max(starts_s // _CELL_S - before, 0), min(-(-ends_s // _CELL_S) - before, count)
        return (1 << high) - (1 << low) if high > low else 0

    def instant(self, bit: int) -> datetime:
        """Return the UTC instant at which the cell of a bit begins."""
        return self.start + timedelta(minutes=CELL_MIN * bit)


@lru_cache(maxsize=512)
def _extent(horizon: Horizon) -> tuple[int, int]:
    """The cell of bit 0, and how many cells there are."""
    return horizon.first_cell, (horizon.days + 2) * MINUTES_IN_DAY // CELL_MIN


def runs(mask: int, cells: int) -> int:
    """Return the bits from which ``cells`` set bits follow one another."""
    length = 1
    while length < cells:
        step = min(length, cells - length)
        mask &= mask >> step
        length += step
    return mask


def bits(mask: int) -> Iterator[int]:
    """Yield the numbers of the set bits, from the lowest."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


def union(masks: Iterable[int]) -> int:
    """Return the bits set in any of the masks."""
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


@lru_cache(maxsize=512)
def open_mask(zone: str, spans: tuple[OpenSpan, ...], closed: tuple[date, ...], horizon: Horizon) -> int:
    """Return the cells in which a place with these hours is open."""
    return union(
        horizon.mask(first_reach(zone, day, span.from_min), first_reach(zone, day, span.to_min))
        for day in horizon.each_day()
        if day not in closed
        for span in spans
        if span.weekday == day.weekday()
    )


@lru_cache(maxsize=512)
def start_mask(office: Office, step_min: int, horizon: Horizon) -> int:
    """Return the cells at which a visit may start: wall times on the step, in the hours, that mean one instant."""
    return union(
        _day_starts(office, day, step_min, horizon) for day in horizon.each_day() if day not in office.closed
    )


def _day_starts(office: Office, day: date, step_min: int, horizon: Horizon) -> int:
    minutes = [
        minute for span in office.hours if span.weekday == day.weekday() for minute in _steps(span, step_min)
    ]
    midnight = datetime(day.year, day.month, day.day)
    if (offset := steady_offset(office.zone, day)) is not None:
        zero = int(((midnight - offset).replace(tzinfo=UTC) - horizon.start) / timedelta(minutes=CELL_MIN))
        return union(1 << zero + minute // CELL_MIN for minute in minutes)
    walls = (midnight + timedelta(minutes=minute) for minute in minutes)
    instants = (instant_of(office.zone, wall) for wall in walls)
    return union(horizon.mask(one, one + timedelta(minutes=CELL_MIN)) for one in instants if one is not None)


def _steps(span: OpenSpan, step_min: int) -> range:
    return range(-(-span.from_min // step_min) * step_min, span.to_min, step_min)
