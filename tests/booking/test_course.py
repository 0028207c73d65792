"""Claim: a course keeps its spacing and costs no more than any other; source: trying all of them on small cases."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practices import MONDAY, two_offices, utc
from spondyl.booking import (
    Claim,
    CourseRefused,
    CourseRule,
    Horizon,
    Phase,
    Wish,
    claims_of,
    clashes,
    diary_of,
    propose_course,
    window,
)
from spondyl.booking.course import GAP_COST, best_of_each_day

PRACTICE = two_offices()
WISH = Wish(visit_type="adjust", office="yl", person="p1")
BUSY = Phase(visits=6, every_days=2, at_least_days=1, at_most_days=4)
WEEKLY = Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10)


def test_twelve_visits_keep_their_spacing_and_stand_together() -> None:
    rule = CourseRule(wish=WISH, phases=(BUSY, WEEKLY), first_day=MONDAY, prefer_min=600)
    diary = diary_of(PRACTICE, Horizon(first_day=MONDAY, days=90), ())
    slots = propose_course(diary, rule)
    assert not isinstance(slots, CourseRefused)
    days = [slot.wall.date() for slot in slots]
    gaps = [(later - day).days for day, later in pairwise(days)]
    assert len(slots) == 12
    assert all(p.at_least_days <= gap <= p.at_most_days for p, gap in zip(rule.gaps[1:], gaps, strict=True))
    assert {slot.wall.strftime("%H:%M") for slot in slots} == {"10:00"}
    assert date(2026, 3, 4) not in days  # the holiday
    claims = [claims_of(PRACTICE, PRACTICE.visit_type("adjust"), s.placement, s.start, "p1") for s in slots]
    assert not any(clashes(one, other) for i, one in enumerate(claims) for other in claims[:i])


@settings(max_examples=40, deadline=None)
@given(
    full=st.sets(st.integers(0, 17), max_size=9),
    hours=st.dictionaries(st.integers(0, 17), st.integers(0, 3), max_size=8),
    most=st.integers(3, 6),
)
def test_no_other_choice_of_days_costs_less(full: set[int], hours: dict[int, int], most: int) -> None:
    """Some days are full, some are free only late; every combination of days is tried."""
    phase = Phase(visits=4, every_days=3, at_least_days=2, at_most_days=most)
    rule = CourseRule(wish=WISH, phases=(phase,), first_day=MONDAY, prefer_min=540)
    diary = diary_of(
        PRACTICE,
        Horizon(first_day=MONDAY, days=30),
        [_taken(day, 24) for day in full] + [_taken(day, 17 + late) for day, late in hours.items()],
    )
    best = best_of_each_day(diary, rule)
    costs = [cost for days in combinations(sorted(best), 4) if (cost := _cost(best, days, rule)) is not None]
    slots = propose_course(diary, rule)
    if isinstance(slots, CourseRefused):
        assert not costs
    else:
        assert _cost(best, tuple(slot.wall.date() for slot in slots), rule) == pytest.approx(min(costs))


def _taken(day: int, until_hour: int) -> Claim:
    start = utc(2, 8) + timedelta(days=day)
    return Claim(
        resource="instrument:i1", office="yl", start=start, end=start + timedelta(hours=until_hour - 8)
    )


def _cost(best, days: tuple[date, ...], rule: CourseRule) -> float | None:  # type: ignore[no-untyped-def]
    first = (days[0] - rule.first_day).days
    if not 0 <= first <= rule.gaps[0].at_most_days:
        return None
    total = GAP_COST * first**2 + sum(best[day].cost for day in days)
    for phase, day, later in zip(rule.gaps[1:], days, days[1:], strict=False):
        gap = (later - day).days
        if not phase.at_least_days <= gap <= phase.at_most_days:
            return None
        total += GAP_COST * (gap - phase.every_days) ** 2
    return total


def test_a_course_that_does_not_fit_names_the_visit_and_the_days() -> None:
    rule = CourseRule(wish=WISH, phases=(BUSY,), first_day=MONDAY)
    away = [
        Claim(resource="instrument:i1", office="yl", start=utc(day, 8), end=utc(day + 1, 8))
        for day in range(6, 13)
    ]
    refused = propose_course(diary_of(PRACTICE, Horizon(first_day=MONDAY, days=40), away), rule)
    assert isinstance(refused, CourseRefused)
    assert refused.visit_number == 4  # Monday, Tuesday and Thursday are free, then nothing until the 13th
    assert "Widen the spacing" in str(refused)


def test_a_visit_may_move_only_as_far_as_its_neighbours_allow() -> None:
    rule = CourseRule(
        wish=WISH, phases=(Phase(visits=3, every_days=7, at_least_days=5, at_most_days=9),), first_day=MONDAY
    )
    days = (MONDAY, MONDAY + timedelta(days=7), MONDAY + timedelta(days=14))
    assert window(rule, days, 1) == (MONDAY + timedelta(days=5), MONDAY + timedelta(days=9))
    assert window(rule, days, 0) == (MONDAY - timedelta(days=2), MONDAY + timedelta(days=2))


def test_beside_a_cancelled_visit_the_next_that_stands_counts_with_the_spacing_between() -> None:
    """7 ± 2 days a step: one step after Monday at least 5 days, two steps at most 18."""
    rule = CourseRule(
        wish=WISH, phases=(Phase(visits=4, every_days=7, at_least_days=5, at_most_days=9),), first_day=MONDAY
    )
    third, last = MONDAY + timedelta(days=14), MONDAY + timedelta(days=21)
    assert window(rule, (MONDAY, None, third, last), 2) == (
        last - timedelta(days=9),
        last - timedelta(days=5),
    )
    assert window(rule, (MONDAY, None, third, None), 2) == (
        MONDAY + timedelta(days=5),
        MONDAY + timedelta(days=18),
    )
    assert window(rule, (None, None, third, None), 2) == (date.min, date.max)


@pytest.mark.parametrize("numbers", [(0, 2, 1, 4), (3, 5, 6, 7), (3, 2, 1, 200)])
def test_a_spacing_that_contradicts_itself_is_refused(numbers: tuple[int, int, int, int]) -> None:
    visits, every, least, most = numbers
    with pytest.raises(ValueError, match="is no spacing"):
        Phase(visits=visits, every_days=every, at_least_days=least, at_most_days=most)
