"""A chart with a practice and patients for the tests of booking, on both databases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Horizon, Placement, Slot, WaitEntry, Wish, free_slots, wall_at
from spondyl.clinic.chart.claims import diary_between
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.transaction import reading, writing


@dataclass(frozen=True)
class Bookings:
    """A chart in which two people can be booked."""

    engine: sa.Engine
    clock: Clock
    people: tuple[str, ...]

    def slots(self, visit: str = "follow", office: str = "yl", **wish: object) -> tuple[Slot, ...]:
        """What is free in the fortnight from now."""
        with reading(self.engine) as connection:
            horizon = Horizon(first_day=self.clock().date(), days=14)
            diary = diary_between(connection, practice_of(connection), horizon)
        return free_slots(
            diary,
            Wish(visit_type=visit, office=office, not_before=self.clock(), **wish),  # type: ignore[arg-type]
        )

    def count(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        with reading(self.engine) as connection:
            statement = sa.select(sa.func.count()).select_from(table).where(*conditions)
            return connection.execute(statement).scalar_one()


def slot_at(start: datetime, provider: str = "ana", room: str = "t1", visit: str = "follow") -> Slot:
    """A slot put together by hand, whether free or not."""
    office = "or" if room == "t3" else "yl"
    zone = "America/Los_Angeles"
    place = Placement(
        office=office, provider=provider, room=room, instrument="i1" if visit == "adjust" else None
    )
    return Slot(start=start, zone=zone, wall=wall_at(zone, start), visit_type=visit, placement=place)


def waiting(bookings: Bookings, number: int, **wish: Any) -> WaitEntry:
    """A person's place in the waitlist, a minute after the one before; they could come at any time of a week."""
    return WaitEntry(
        key=f"w{number}",
        person=bookings.people[number],
        visit_type="follow",
        offices=("yl",),
        earliest=utc(2, 8),
        latest=utc(9, 8),
        since=bookings.clock() + timedelta(minutes=number),
        **wish,
    )


def prepared(engine: sa.Engine, clock: Clock, people: int = 3) -> Bookings:
    with writing(engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        added = tuple(
            add_person(
                connection,
                PersonDetails(
                    given_name=f"Test{n}", family_name="Patient", email=f"t{n}@example.org", synthetic=True
                ),
                actor="test",
            ).id
            for n in range(people)
        )
    return Bookings(engine, clock, added)


@pytest.fixture
def bookings(engine: sa.Engine, clock: Clock) -> Bookings:
    clock.advance(timedelta(hours=-1))  # Monday 2 March 2026, 07:00 in California
    return prepared(engine, clock)
