"""What the booking benchmarks book in: a practice of many providers, patients, and a database to put them in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa

from postgres_server import postgres_server
from spondyl.booking import (
    Diary,
    Horizon,
    Office,
    OpenSpan,
    Practice,
    Provider,
    Room,
    RoomKind,
    Shift,
    Slot,
    Travel,
    VisitType,
    Wish,
    diary_of,
    free_slots,
)
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.transaction import writing

SECRET = bytes(range(32))
START = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
ZONE = "America/Los_Angeles"
FIRST_DAY = date(2026, 3, 3)
WEEK = tuple(OpenSpan(weekday=day, from_min=7 * 60, to_min=19 * 60) for day in range(7))


def practice_with(providers: int) -> Practice:
    """Two offices an hour apart; every provider has a room and works at the first office."""
    return Practice(
        offices=tuple(Office(key=key, name=key, zone=ZONE, hours=WEEK) for key in ("yl", "or")),
        providers=tuple(
            Provider(
                key=f"p{n}",
                name=f"P{n}",
                shifts=tuple(Shift(office=office, span=span) for office in ("yl", "or") for span in WEEK),
            )
            for n in range(providers)
        ),
        rooms=tuple(
            Room(key=f"r{n}", office="yl", name=f"R{n}", kind=RoomKind.TREATMENT) for n in range(providers)
        ),
        instruments=(),
        visit_types=(
            VisitType(
                key="follow", name="Follow-up", name_es="Control", duration_min=10, after_min=5, public=True
            ),
        ),
        travel=(Travel(offices=("yl", "or"), minutes=60),),
    )


def slots_of(practice: Practice, provider: str, days: int) -> tuple[Slot, ...]:
    """Every start of one provider, each in a room of their own."""
    diary: Diary = diary_of(practice, Horizon(first_day=FIRST_DAY, days=days), ())
    found = free_slots(diary, Wish(visit_type="follow", office="yl", provider=provider))
    room = f"r{provider.removeprefix('p')}"
    return tuple(replace(slot, placement=replace(slot.placement, room=room)) for slot in found)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of a new database: "embedded", "embedded-nosync" or "postgres"."""
    if kind == "postgres":
        with postgres_server() as server:
            yield server.new_database()
    else:
        with tempfile.TemporaryDirectory(prefix="spondyl-bench-") as folder:
            yield embedded_url(Path(folder, "chart.db"))


def engine_for(address: str, kind: str) -> sa.Engine:
    """An engine; times stand still so that slots stay in the future."""
    return open_engine(
        address, key=SECRET, clock=lambda: START, survives_power_loss=kind != "embedded-nosync"
    )


def fill(address: str, kind: str, providers: int, people: int) -> list[str]:
    """Migrate, describe the practice, add patients; returns their identifiers."""
    engine = engine_for(address, kind)
    upgrade(engine)
    with writing(engine) as connection:
        save_practice(connection, practice_with(providers), actor="benchmark")
        added = [
            add_person(
                connection,
                PersonDetails(given_name="P", family_name=f"N{n}", synthetic=True),
                actor="benchmark",
            ).id
            for n in range(people)
        ]
    engine.dispose()
    return added
