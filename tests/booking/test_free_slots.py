"""Claim: the bit arithmetic offers exactly the starts that trying every place one by one offers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from practices import MONDAY, ZONE, two_offices, utc
from spondyl.booking import (
    Absence,
    Claim,
    Horizon,
    OpenSpan,
    Placement,
    Shift,
    Wish,
    claims_of,
    clashes,
    diary_of,
    free_slots,
    free_starts,
    instants,
    nearest_slots,
    occupied,
    slot_starting,
    wall_at,
    why_not,
)

PRACTICE = two_offices()
HORIZON = Horizon(first_day=MONDAY, days=3)
VISITS = ("consult", "follow", "adjust")


def places(office: str, visit: str) -> Iterator[Placement]:
    """Every combination of provider, room and instrument, suitable or not by hours."""
    visit_type = PRACTICE.visit_type(visit)
    for provider in PRACTICE.providers:
        for room in PRACTICE.rooms:
            if room.office == office and room.kind is visit_type.room:
                machines = [one.key for one in PRACTICE.instruments if one.office == office]
                for machine in machines if visit_type.instrument else [None]:
                    yield Placement(office=office, provider=provider.key, room=room.key, instrument=machine)


def one_by_one(office: str, visit: str, taken: list[Claim], away: list[Absence]) -> set[tuple[datetime, str]]:
    """Try each quarter of an hour of each day with each place, by wall time and by clashing claims."""
    found: set[tuple[datetime, str]] = set()
    visit_type = PRACTICE.visit_type(visit)
    for quarter in range(3 * 96):
        wall = datetime.combine(MONDAY, datetime.min.time()) + timedelta(minutes=15 * quarter)
        (start,) = instants(ZONE, wall)
        begins, ends = occupied(visit_type, start)
        opens, closes = wall.replace(hour=9, minute=0), wall.replace(hour=13, minute=0)
        inside = opens <= wall_at(ZONE, begins) and wall_at(ZONE, ends) <= closes
        if not inside or wall.date() in PRACTICE.office(office).closed:
            continue
        for place in places(office, visit):
            works = any(shift.office == office for shift in PRACTICE.provider(place.provider).shifts)
            ill = any(
                one.provider == place.provider and one.start < ends and begins < one.end for one in away
            )
            if works and not ill and not clashes(claims_of(PRACTICE, visit_type, place, start), taken):
                found.add((start, place.provider))
    return found


visits = st.builds(
    lambda office, visit, cell, pick: (office, visit, utc(2, 16) + timedelta(minutes=5 * cell), pick),
    st.sampled_from(("yl", "or")),
    st.sampled_from(VISITS),
    st.integers(0, 700),
    st.integers(0, 50),
)


def standing(drawn: list[tuple[str, str, datetime, int]]) -> list[Claim]:
    """Lay the drawn visits down one after another, leaving out those that cannot stand."""
    taken: list[Claim] = []
    for office, visit, start, pick in drawn:
        options = list(places(office, visit))
        if options:
            place = options[pick % len(options)]
            claims = claims_of(PRACTICE, PRACTICE.visit_type(visit), place, start)
            if not clashes(claims, taken):
                taken.extend(claims)
    return taken


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(visits, max_size=25),
    office=st.sampled_from(("yl", "or")),
    visit=st.sampled_from(VISITS),
    ill=st.booleans(),
)
def test_free_starts_are_those_found_by_trying(
    drawn: list[tuple[str, str, datetime, int]], office: str, visit: str, ill: bool
) -> None:
    taken = standing(drawn)
    away = [Absence(provider="ana", start=utc(3, 18), end=utc(3, 19, 20))] if ill else []
    diary = diary_of(PRACTICE, HORIZON, taken, away)
    wish = Wish(visit_type=visit, office=office)
    found = {
        (HORIZON.instant(bit), provider)
        for provider, mask in free_starts(diary, wish).items()
        for bit in range(mask.bit_length())
        if mask >> bit & 1
    }
    assert found == one_by_one(office, visit, taken, away)
    for slot in free_slots(diary, wish):
        claims = claims_of(PRACTICE, PRACTICE.visit_type(visit), slot.placement, slot.start)
        assert not clashes(claims, taken)
        assert slot.wall == wall_at(ZONE, slot.start) and slot.zone == ZONE


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(visits, max_size=25), visit=st.sampled_from(["follow", "adjust"]), late=st.booleans())
def test_the_slot_at_one_start_is_that_of_all(
    drawn: list[tuple[str, str, datetime, int]], visit: str, late: bool
) -> None:
    """Also before and after the days looked at, between two cells, and at starts that the wish leaves out."""
    diary = diary_of(PRACTICE, HORIZON, standing(drawn))
    wish = Wish(visit_type=visit, office="yl", not_before=utc(3, 19) if late else None)
    every = {slot.start: slot for slot in free_slots(diary, wish)}
    first = HORIZON.start - timedelta(days=1)
    starts = [first + timedelta(minutes=5 * number) for number in range(288 * (HORIZON.days + 4))]
    assert {one: slot for one in starts if (slot := slot_starting(diary, wish, one))} == every
    assert all(slot_starting(diary, wish, one + timedelta(seconds=1)) is None for one in list(every)[:3])


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(visits, max_size=25),
    minute=st.integers(0, 3 * 1440),
    limit=st.integers(1, 5),
    within=st.one_of(
        st.just(timedelta.max), st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes))
    ),
)
def test_the_nearest_are_those_of_all_sorted_by_distance(
    drawn: list[tuple[str, str, datetime, int]], minute: int, limit: int, within: timedelta
) -> None:
    diary = diary_of(PRACTICE, HORIZON, standing(drawn))
    wish, start = Wish(visit_type="follow", office="yl"), utc(2, 16) + timedelta(minutes=minute)
    reached = [slot for slot in free_slots(diary, wish) if abs(slot.start - start) <= within]
    every = sorted(reached, key=lambda slot: (abs(slot.start - start), slot.start))
    nearest = sorted(every[:limit], key=lambda slot: slot.start)
    assert list(nearest_slots(diary, wish, start, limit, within=within)) == nearest


def test_what_follows_from_a_practice_is_never_said_of_another_in_its_place() -> None:
    """Practices come and go, and a later one may lie where an earlier one lay in memory."""
    usual = two_offices()
    for hour in [10, 11, 12, 13] * 5:
        span = OpenSpan(weekday=1, from_min=9 * 60, to_min=hour * 60)
        working = tuple(replace(one, shifts=(Shift(office="yl", span=span),)) for one in usual.providers)
        practice = replace(usual, providers=working)
        diary = diary_of(practice, HORIZON, ())
        last = max(slot.wall for slot in free_slots(diary, Wish(visit_type="follow", office="yl")))
        assert hour - 1 <= last.hour < hour
        del practice, diary


def test_travel_keeps_the_other_office_away_on_both_sides() -> None:
    ana = Placement(office="yl", provider="ana", room="t1")
    visit = PRACTICE.visit_type("follow")
    taken = claims_of(PRACTICE, visit, ana, utc(2, 19))  # 11:00 to 11:15, with buffers 10:55 to 11:20
    free = free_slots(
        diary_of(PRACTICE, HORIZON, taken), Wish(visit_type="follow", office="or", provider="ana")
    )
    monday = [slot.wall.strftime("%H:%M") for slot in free if slot.wall.date() == MONDAY]
    assert monday == [
        "09:15",
        "09:30",
        "09:45",
        "12:15",
        "12:30",
    ]  # ends by 10:15 less 5; begins from 12:00 plus 5


def test_a_refused_start_says_why() -> None:
    diary = diary_of(PRACTICE, HORIZON, ())
    wish = Wish(visit_type="consult", office="yl", not_before=utc(2, 18))
    assert why_not(diary, wish, utc(2, 18, 15)) is None
    assert "no start" in str(why_not(diary, wish, utc(2, 18, 7)))
    assert "closes" in str(why_not(diary, wish, utc(2, 20, 45)))
    assert "passed" in str(why_not(diary, wish, utc(2, 17, 15)))
    everything = [Claim(resource="room:x1", office="yl", start=utc(2, 16), end=utc(3, 1))]
    assert "taken" in str(why_not(diary_of(PRACTICE, HORIZON, everything), wish, utc(2, 18, 15)))


def test_a_person_is_in_one_room_at_a_time() -> None:
    taken = claims_of(
        PRACTICE,
        PRACTICE.visit_type("consult"),
        Placement(office="yl", provider="ben", room="x1"),
        utc(2, 18),
        "p1",
    )
    diary = diary_of(PRACTICE, HORIZON, taken)
    starts = [slot.start for slot in free_slots(diary, Wish(visit_type="follow", office="yl", person="p1"))]
    assert utc(2, 18, 15) not in starts
    others = free_slots(diary, Wish(visit_type="follow", office="yl", person="p2"))
    assert utc(2, 18, 15) in [slot.start for slot in others]


def test_a_person_is_given_the_way_between_two_offices() -> None:
    place = Placement(office="or", provider="ben", room=_first_room("or"), instrument=None)
    follow = PRACTICE.visit_type("follow")
    ten = utc(2, 18)
    diary = diary_of(PRACTICE, HORIZON, claims_of(PRACTICE, follow, place, ten, "p1"))
    begins, ends = occupied(follow, ten)
    way = timedelta(minutes=PRACTICE.travel_min("or", "yl"))
    assert way
    for office, needed in (("yl", way), ("or", timedelta())):
        with_way, everybody = (
            {slot.start for slot in free_slots(diary, Wish(visit_type="follow", office=office, person=who))}
            for who in ("p1", "p2")
        )
        fits = {
            start
            for start in everybody
            if occupied(follow, start)[1] + needed <= begins or occupied(follow, start)[0] >= ends + needed
        }
        assert with_way == fits and (fits < everybody or office == "or")


def _first_room(office: str) -> str:
    kind = PRACTICE.visit_type("follow").room
    return next(one.key for one in PRACTICE.rooms if (one.office, one.kind) == (office, kind))
