"""Claim: the moves proposed for a day stand together, keep every plan's spacing and never use who is ill."""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practices import MONDAY, ZONE, two_offices, utc
from spondyl.booking import (
    Absence,
    Claim,
    Displaced,
    Horizon,
    Move,
    NoMove,
    Placement,
    claims_of,
    clashes,
    diary_of,
    repair,
    ways_out,
)

PRACTICE = two_offices()
HORIZON = Horizon(first_day=MONDAY, days=12)
ILL = Absence(provider="ben", start=utc(2, 8), end=utc(3, 8))


def displaced(key: str, start: datetime, visit: str = "follow", last: int = 5) -> Displaced:
    return Displaced(
        key=key,
        person=f"person-{key}",
        visit_type=visit,
        office="yl",
        provider="ben",
        start=start,
        zone=ZONE,
        first_day=MONDAY,
        last_day=MONDAY + timedelta(days=last),
    )


def test_the_same_time_with_another_provider_comes_first() -> None:
    (move,) = repair(diary_of(PRACTICE, HORIZON, (), [ILL]), [displaced("a", utc(2, 18))], utc(2, 8))
    assert isinstance(move, Move)
    assert (move.slot.start, move.slot.placement.provider) == (utc(2, 18), "ana")
    assert move.note == "same time, with Dr. Ana"


def test_who_has_one_way_out_gets_it() -> None:
    """One visit may move all week, the other only today; one place is left today."""
    filled = [
        Claim(resource="provider:ana", office="yl", start=utc(2, 8), end=utc(2, 18, 10)),
        Claim(resource="provider:ana", office="yl", start=utc(2, 18, 35), end=utc(3, 8)),
    ]
    diary = diary_of(PRACTICE, HORIZON, filled, [ILL])
    moves = repair(
        diary, [displaced("free", utc(2, 18, 15)), displaced("tied", utc(2, 19), last=0)], utc(2, 8)
    )
    tied = next(move for move in moves if move.key == "tied")
    assert isinstance(tied, Move) and tied.slot.start == utc(2, 18, 15)
    assert all(isinstance(move, Move) for move in moves)


def test_who_can_stay_at_their_own_time_does() -> None:
    """The other provider is free from the later visit's own time on: the earlier one, who chose first,
    took it, and both had to be told of another time."""
    filled = [Claim(resource="provider:ana", office="yl", start=utc(2, 8), end=utc(2, 17, 45))]
    diary = diary_of(PRACTICE, HORIZON, filled, [ILL])
    moves = repair(diary, [displaced("a", utc(2, 17)), displaced("b", utc(2, 18))], utc(2, 8))
    early, late = (move.slot for move in moves if isinstance(move, Move))
    assert (late.start, late.placement.provider) == (utc(2, 18), "ana")
    assert early.start > utc(2, 18) and early.wall.date() == MONDAY


def test_each_visit_weighs_its_ways_once_however_many_choose_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A day of eight visits once weighed the ways of all that still waited, at every choice: 4.5 times the work."""
    place = import_module("spondyl.booking.repair")
    weighed: list[datetime] = []

    def counted(old: datetime, wall: datetime) -> float:
        weighed.append(wall)
        return abs((wall - old).total_seconds())

    monkeypatch.setattr(place, "_cost", counted)
    diary = diary_of(PRACTICE, HORIZON, (), [ILL])
    eight = [displaced(str(number), utc(2, 18, 5 * number)) for number in range(8)]
    ways_out(diary, eight[0], utc(2, 8))
    of_one = len(weighed)
    weighed.clear()
    assert all(isinstance(one, Move) for one in repair(diary, eight, utc(2, 8)))
    assert 0 < len(weighed) <= 8 * of_one


def test_nothing_that_fits_is_said_with_the_days_tried() -> None:
    everyone = Absence(provider="ana", start=utc(2, 8), end=utc(14, 8))
    (none,) = repair(
        diary_of(PRACTICE, HORIZON, (), [ILL, everyone]), [displaced("a", utc(2, 18), last=0)], utc(2, 8)
    )
    assert isinstance(none, NoMove)
    assert "2 Mar to 2 Mar" in none.reason


def test_the_ways_out_differ() -> None:
    ways = ways_out(diary_of(PRACTICE, HORIZON, (), [ILL]), displaced("a", utc(2, 18)), utc(2, 8))
    starts = [way.slot.start for way in ways]
    assert len(ways) == 3
    assert all(abs(one - other) >= timedelta(hours=1) for i, one in enumerate(starts) for other in starts[:i])


@settings(max_examples=25, deadline=None)
@given(
    starts=st.lists(st.tuples(st.integers(0, 13), st.sampled_from(("follow", "adjust", "consult")), st.integers(0, 8)),
                    min_size=1, max_size=11),
    busy=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=20),
)  # fmt: skip
def test_all_moves_stand_together(starts: list[tuple[int, str, int]], busy: list[tuple[int, int]]) -> None:
    taken: list[Claim] = []
    for day, cell in busy:
        start = utc(2, 17) + timedelta(days=day, minutes=5 * cell)
        place = Placement(office="yl", provider="ana", room="t1")
        claims = claims_of(PRACTICE, PRACTICE.visit_type("follow"), place, start, f"other-{day}-{cell}")
        if not clashes(claims, taken):
            taken.extend(claims)
    visits = [
        displaced(str(number), utc(2, 17) + timedelta(minutes=15 * quarter), visit, last)
        for number, (quarter, visit, last) in enumerate(starts)
    ]
    moves = repair(diary_of(PRACTICE, HORIZON, taken, [ILL]), visits, utc(2, 8))
    assert [move.key for move in moves] == [visit.key for visit in visits]
    for visit, move in zip(visits, moves, strict=True):
        if isinstance(move, Move):
            slot = move.slot
            assert visit.first_day <= slot.wall.date() <= visit.last_day != date.max
            assert not (slot.placement.provider == "ben" and slot.wall.date() == MONDAY)
            visit_type = PRACTICE.visit_type(visit.visit_type)
            claims = claims_of(PRACTICE, visit_type, slot.placement, slot.start, visit.person)
            assert not clashes(claims, taken)
            taken.extend(claims)
