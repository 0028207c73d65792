"""A course of visits: twelve or more proposed at once, each a fitting time after the one before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from spondyl.booking.diary import Diary, Slot, Wish, free_starts, slot_at
from spondyl.booking.grid import bits
from spondyl.booking.wall_clock import date_words, wall_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Some visits in a row, each wished ``every_days`` after the one before, never nearer or farther than allowed."""

    visits: int
    every_days: int
    at_least_days: int
    at_most_days: int

    def __post_init__(self) -> None:
        if self.visits < 1 or not 1 <= self.at_least_days <= self.every_days <= self.at_most_days <= 120:
            raise ValueError(
                f"{self.visits} visits every {self.every_days} days ({self.at_least_days} to {self.at_most_days}) is "
                "no spacing; give at least one visit and 1 <= least <= wished <= most <= 120 days."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRule:
    """What a course asks for. ``wish`` says visit, office, person and, if it matters, the provider.

    ``first_day`` opens the window of the first visit, which is as wide as the first phase allows; ``prefer_min`` is
    the time of day the patient likes, in minutes, and ``weekdays`` the days that suit (0 is Monday).
    """

    wish: Wish
    phases: tuple[Phase, ...]
    first_day: date
    prefer_min: int = 10 * 60
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    prefer_provider: str | None = None

    def __post_init__(self) -> None:
        if not self.phases or not self.weekdays:
            raise ValueError("A course needs at least one phase and one weekday that suits.")
        if len(self.gaps) > 60:
            raise ValueError(f"A course of {len(self.gaps)} visits is not planned in one go; use at most 60.")

    @property
    def gaps(self) -> tuple[Phase, ...]:
        """The phase each visit belongs to, in order: its spacing is to the visit before."""
        return tuple(phase for phase in self.phases for _ in range(phase.visits))

    @property
    def longest_days(self) -> int:
        """The days from ``first_day`` within which the last visit must fall."""
        return sum(phase.at_most_days for phase in self.gaps) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRefused:
    """No course fits: the first visit that has no time left, and the days that were tried for it."""

    visit_number: int
    after: date
    until: date

    def __str__(self) -> str:
        return (
            f"Visit {self.visit_number} has no free time from {date_words(self.after)} to {date_words(self.until)} "
            f"{self.until.year}. "
            "Widen the spacing, allow more weekdays, another provider or the other office."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    cost: float
    bit: int
    provider: str


PROVIDER_CHANGE_COST = 1.5  # as bad as an hour and a half away from the wished time of day
GAP_COST = 2.0  # a day off the wished spacing, squared


def propose_course(diary: Diary, rule: CourseRule) -> tuple[Slot, ...] | CourseRefused:
    """Return the slots of the whole course with the least total cost, or the visit for which there is none.

    The choice is exact over days (dynamic programming): cost is the square of the days off the wished spacing, the
    hours off the wished time of day, and a change of provider.
    """
    days = best_of_each_day(diary, rule)
    reached: list[dict[date, tuple[float, date | None]]] = []
    for number, phase in enumerate(rule.gaps):
        before = reached[-1] if reached else None
        layer = _first(days, rule) if before is None else _next(days, before, phase)
        if not layer:
            return _refused(rule, before, number)
        reached.append(layer)
    return tuple(
        slot_at(diary, rule.wish, days[day].bit, days[day].provider) for day in _traced_back(reached)
    )


def best_of_each_day(diary: Diary, rule: CourseRule) -> dict[date, _Day]:
    """Return for each day of the horizon that suits the free start nearest to the wish."""
    best: dict[date, _Day] = {}
    zone = diary.practice.office(rule.wish.office).zone
    for provider, mask in free_starts(diary, rule.wish).items():
        change = PROVIDER_CHANGE_COST if rule.prefer_provider not in {None, provider} else 0.0
        for bit in bits(mask):
            wall = wall_at(zone, diary.horizon.instant(bit))
            cost = change + abs(wall.hour * 60 + wall.minute - rule.prefer_min) / 60
            known = best.get(wall.date())
            if wall.weekday() in rule.weekdays and (known is None or cost < known.cost):
                best[wall.date()] = _Day(cost=cost, bit=bit, provider=provider)
    return best


def _first(days: Mapping[date, _Day], rule: CourseRule) -> dict[date, tuple[float, date | None]]:
    until = rule.first_day + timedelta(days=rule.gaps[0].at_most_days)
    return {
        day: (GAP_COST * (day - rule.first_day).days ** 2 + one.cost, None)
        for day, one in days.items()
        if rule.first_day <= day <= until
    }


def _next(
    days: Mapping[date, _Day], before: Mapping[date, tuple[float, date | None]], phase: Phase
) -> dict[date, tuple[float, date | None]]:
    layer: dict[date, tuple[float, date | None]] = {}
    for earlier, (cost, _) in before.items():
        for gap in range(phase.at_least_days, phase.at_most_days + 1):
            day = earlier + timedelta(days=gap)
            if day in days:
                total = cost + GAP_COST * (gap - phase.every_days) ** 2 + days[day].cost
                if day not in layer or total < layer[day][0]:
                    layer[day] = (total, earlier)
    return layer


def _traced_back(reached: list[dict[date, tuple[float, date | None]]]) -> Iterator[date]:
    day: date | None = min(reached[-1], key=lambda one: (reached[-1][one][0], one))
    chosen: list[date] = []
    for layer in reversed(reached):
        assert day is not None
        chosen.append(day)
        day = layer[day][1]
    return reversed(chosen)


def _refused(
    rule: CourseRule, before: Mapping[date, tuple[float, date | None]] | None, number: int
) -> CourseRefused:
    phase = rule.gaps[number]
    if before is None:
        return CourseRefused(
            visit_number=1, after=rule.first_day, until=rule.first_day + timedelta(days=phase.at_most_days)
        )
    return CourseRefused(
        visit_number=number + 1,
        after=min(before) + timedelta(days=phase.at_least_days),
        until=max(before) + timedelta(days=phase.at_most_days),
    )


def window(rule: CourseRule, days: Sequence[date | None], number: int) -> tuple[date, date]:
    """Return the first and last day on which visit ``number`` (from 0) keeps the spacing to its neighbours.

    ``days`` are the days of all visits of the course, None for those that are cancelled; the visit's own day is not
    looked at. Where a neighbour is cancelled, the visit follows the next that stands: not sooner than the spacing
    between two, and not later than if those between still stood.
    """
    first, last = date.min, date.max
    if (before := next((at for at in range(number - 1, -1, -1) if days[at]), None)) is not None:
        day = days[before]
        assert day is not None
        first = day + timedelta(days=rule.gaps[number].at_least_days)
        last = day + _at_most(rule, before, number)
    if (after := next((at for at in range(number + 1, len(days)) if days[at]), None)) is not None:
        day = days[after]
        assert day is not None
        first = max(first, day - _at_most(rule, number, after))
        last = min(last, day - timedelta(days=rule.gaps[after].at_least_days))
    return first, last


def _at_most(rule: CourseRule, one: int, later: int) -> timedelta:
    return timedelta(days=sum(phase.at_most_days for phase in rule.gaps[one + 1 : later + 1]))
