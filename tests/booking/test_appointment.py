"""Claim: an appointment takes only the steps of its life, and calendars are told of each change by SEQUENCE."""

from datetime import datetime, timedelta

import pytest

from practices import ZONE, utc
from spondyl.booking import (
    Placement,
    Slot,
    Status,
    StepRefusedError,
    WaitEntry,
    Waiting,
    arrived,
    booked,
    cancelled,
    confirmed,
    held,
    in_line,
    lapsed,
    missed,
    moved,
    offer_until,
    offered,
    passed_over,
    restored,
    settled,
    wall_at,
)

NOW = utc(2, 17)


def slot(hour: int = 18) -> Slot:
    start = utc(2, hour)
    return Slot(
        start=start,
        zone=ZONE,
        wall=wall_at(ZONE, start),
        visit_type="follow",
        placement=Placement(office="yl", provider="ana", room="t1"),
    )


def test_hold_confirm_move_cancel() -> None:
    hold = held("a", slot(), NOW + timedelta(minutes=5))
    visit = confirmed(hold, "p1", NOW)
    later = moved(visit, slot(19))
    gone = cancelled(later)
    assert [one.status for one in (hold, visit, later, gone)] == ["held", "booked", "booked", "cancelled"]
    assert [one.sequence for one in (hold, visit, later, gone)] == [0, 0, 1, 2]
    assert restored(visit, gone).sequence == 3
    assert (hold.live, gone.live) == (True, False)


def test_a_hold_that_is_over_cannot_be_confirmed() -> None:
    hold = held("a", slot(), NOW)
    with pytest.raises(StepRefusedError, match="free again"):
        confirmed(hold, "p1", NOW)
    assert lapsed(hold, NOW).status is Status.LAPSED


@pytest.mark.parametrize(
    "step",
    [
        cancelled,
        lambda one: arrived(one, NOW),
        lambda one: moved(one, slot(19)),
        lambda one: lapsed(one, NOW),
    ],
)
def test_a_cancelled_visit_takes_no_further_step(step) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StepRefusedError, match="cancelled"):
        step(cancelled(booked("a", slot(), "p1")))


@pytest.mark.parametrize(
    ("now", "has_come"),
    [
        (utc(2, 7, 59), False),  # in California it is the first of March yet
        (utc(2, 8), True),
        (utc(3, 7, 59), True),
        (utc(3, 8), True),  # it was forgotten
    ],
)
def test_a_patient_arrives_from_the_day_of_the_visit_on_where_its_office_stands(
    now: datetime, has_come: bool
) -> None:
    visit = booked("a", slot(), "p1")
    if has_come:
        here = arrived(visit, now)
        assert (here.status, here.sequence) == (Status.ARRIVED, 1)
    else:
        with pytest.raises(StepRefusedError, match="is on 2 March"):
            arrived(visit, now)


def test_nobody_stays_away_from_a_visit_that_has_not_begun() -> None:
    visit = booked("a", slot(), "p1")
    with pytest.raises(StepRefusedError, match="begins on 2 March, 10:00 am"):
        missed(visit, visit.start - timedelta(seconds=1))
    for now in (visit.start, visit.start + timedelta(days=40)):
        away = missed(visit, now)
        assert (away.status, away.sequence, away.live) == (Status.MISSED, 1, True)
    with pytest.raises(StepRefusedError, match="arrived"):
        missed(arrived(visit, visit.start), visit.start)


def waiting(key: str, minute: int, **changes: object) -> WaitEntry:
    given = {
        "key": key,
        "person": key,
        "visit_type": "follow",
        "offices": ("yl",),
        "earliest": utc(2, 8),
        "latest": utc(6, 8),
        "since": utc(1, 8, minute),
    }
    return WaitEntry(**{**given, **changes})  # type: ignore[arg-type]


def test_the_longest_waiting_whom_it_suits_is_next() -> None:
    line = [
        waiting("late", 9),
        waiting("first", 1, offices=("or",)),
        waiting("second", 2),
        waiting("third", 3),
    ]
    chosen, *others = in_line([line[3], *line[:3]], slot())
    assert chosen.key == "second" and others == [line[3], line[0]]
    passed = passed_over(offered(chosen, "hold-1"), slot())
    assert in_line([passed, *line[3:]], slot()) == line[3:]  # the cascade
    assert passed.suits(slot(19)) and not settled(passed, Waiting.BOOKED).suits(slot(19))


def test_an_offer_is_not_made_at_the_last_moment() -> None:
    noon = utc(2, 20)  # in California
    assert offer_until(noon, noon + timedelta(hours=5), 60, ZONE) == noon + timedelta(minutes=60)
    assert offer_until(noon, noon + timedelta(minutes=50), 60, ZONE) == noon + timedelta(minutes=30)
    assert offer_until(noon, noon + timedelta(minutes=25), 60, ZONE) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(4, 6), utc(4, 17)),  # at ten in the evening: until nine in the morning
        (utc(4, 3, 30), utc(4, 16, 30)),  # half an hour before eight in the evening, half an hour after eight
        (utc(4, 13), utc(4, 17)),  # at five in the morning
        (utc(4, 16), utc(4, 17)),
        (utc(8, 5), utc(8, 16)),  # in the night when the clock is put forward
    ],
)
def test_an_offer_stands_while_people_are_awake(now: datetime, until: datetime) -> None:
    assert offer_until(now, now + timedelta(days=2), 60, ZONE) == until
    near = now + timedelta(minutes=50)
    assert offer_until(now, near, 60, ZONE) == near - timedelta(minutes=20)
