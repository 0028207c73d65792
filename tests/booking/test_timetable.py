"""Claims: the remembered timetable offers exactly what ``why_never`` has nothing against, whatever was asked before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from practices import ZONE, two_offices, utc
from spondyl.booking import (
    Former,
    OpenSpan,
    Placement,
    Practice,
    Slot,
    Timetable,
    timetable,
    wall_at,
    why_never,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
PLACES = [
    Placement(office="yl", provider="ana", room="t1"),
    Placement(office="yl", provider="ben", room="t2", instrument="i1"),
    Placement(office="yl", provider="ben", room="x1"),
    Placement(office="or", provider="ben", room="t3"),
    Placement(office="or", provider="ana", room="t3"),
    Placement(office="or", provider="nobody", room="t1"),
]
CLOCKS_CHANGE = (date(2026, 3, 8), date(2026, 11, 1))


def open_at_night() -> Practice:
    """Two offices open all week from midnight to four, when the clocks change."""
    night = tuple(OpenSpan(weekday=day, from_min=0, to_min=4 * 60) for day in range(7))
    practice = two_offices()
    providers = tuple(
        replace(one, shifts=tuple(replace(shift, span=span) for shift in one.shifts for span in night))
        for one in practice.providers
    )
    offices = tuple(replace(one, hours=night) for one in practice.offices)
    return replace(practice, offices=offices, providers=providers)


def slot(start: datetime, visit_type: str, place: Placement, **other: object) -> Slot:
    made = Slot(start=start, zone=ZONE, wall=wall_at(ZONE, start), visit_type=visit_type, placement=place)
    return replace(made, **other)  # type: ignore[arg-type]


def days_of(*days: date) -> list[datetime]:
    begins = [datetime(day.year, day.month, day.day, 6, tzinfo=UTC) for day in days]
    return [begin + number * FIVE_MINUTES for begin in begins for number in range(30 * 12)]


@pytest.mark.parametrize(
    ("practice", "starts", "least"),
    [
        (two_offices(), days_of(date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 7)), 50),
        (open_at_night(), days_of(*CLOCKS_CHANGE), 150),
    ],
)
def test_it_offers_what_nothing_speaks_against(
    practice: Practice, starts: list[datetime], least: int
) -> None:
    table, offered = Timetable(practice), 0
    for start, visit_type, place in product(starts, ("consult", "follow", "adjust"), PLACES):
        asked = slot(start, visit_type, place)
        assert table.offers(asked, LONG_AGO) == (why_never(practice, asked, (), LONG_AGO) is None), asked
        offered += table.offers(asked, LONG_AGO)
    assert offered > least


@pytest.mark.parametrize(
    "wrong",
    [
        {"wall": datetime(2026, 3, 3, 11)},
        {"zone": "America/Denver"},
        {"start": utc(3, 18, 2), "wall": datetime(2026, 3, 3, 10, 2)},
        {"start": utc(3, 18) + timedelta(seconds=1), "wall": datetime(2026, 3, 3, 10, 0, 1)},
        {"placement": Placement(office="yl", provider="ana", room="x1")},
    ],
)
def test_an_address_made_up_by_hand_is_not_offered(wrong: dict[str, object]) -> None:
    table, right = Timetable(two_offices()), slot(utc(3, 18), "follow", PLACES[0])
    assert table.offers(right, LONG_AGO)
    assert not table.offers(replace(right, **wrong), LONG_AGO)  # type: ignore[arg-type]


def test_a_start_that_has_passed_is_not_offered() -> None:
    table, right = Timetable(two_offices()), slot(utc(3, 18), "follow", PLACES[0])
    assert table.offers(right, utc(3, 17, 59))
    assert not table.offers(right, utc(3, 18))


@pytest.mark.parametrize(
    "unknown", [{"visit_type": "tea"}, {"placement": Placement(office="no", provider="ana", room="t1")}]
)
def test_what_the_practice_does_not_know_is_an_error(unknown: dict[str, object]) -> None:
    asked = replace(slot(utc(3, 18), "follow", PLACES[0]), **unknown)  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        Timetable(two_offices()).offers(asked, LONG_AGO)


def test_a_former_kind_of_visit_is_not_offered_to_a_page_that_still_has_it() -> None:
    asked, practice = slot(utc(3, 18), "follow", PLACES[0]), two_offices()
    assert why_never(practice, asked, (), LONG_AGO) is None
    kept, gone = (
        tuple(one for one in practice.visit_types if (one.key == "follow") is left) for left in (False, True)
    )
    after = replace(practice, visit_types=kept, former=Former(visit_types=gone))
    assert why_never(after, asked, (), LONG_AGO) == "That room or instrument does not serve this visit."
    assert not Timetable(after).offers(asked, LONG_AGO)


def test_it_remembers_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetable, "MOST_DAYS", 3)
    table = Timetable(two_offices())
    found = [table.offers(slot(utc(day, 18), "follow", PLACES[0]), LONG_AGO) for day in range(2, 14)]
    assert found == [why_never(two_offices(), slot(utc(day, 18), "follow", PLACES[0]), (), LONG_AGO) is None
                     for day in range(2, 14)]  # fmt: skip
    assert len(table._days) <= 3  # pyright: ignore[reportPrivateUsage]
