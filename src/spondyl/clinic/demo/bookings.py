"""The demo's bookings: a working week from today at both offices, a course of twelve visits, a waitlist of three."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from spondyl.booking import (
    CourseRefused,
    CourseRule,
    Phase,
    Practice,
    Provider,
    Slot,
    WaitEntry,
    Wish,
    first_reach,
    wall_at,
)
from spondyl.clinic.chart.appointment_rows import appointments_between
from spondyl.clinic.chart.appointments import arrive, book
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import free_on
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.chart.waitlist import join_waitlist
from spondyl.clinic.demo.clinic import DEMO_ACTOR, DemoClinic
from spondyl.clinic.sample_practice import sample_practice

COURSE_OF = 0
DAYS = 5
BEFORE_OPENING_MIN = 6 * 60
FIRST_VISIT_MIN = 8 * 60 + 15
BETWEEN_VISITS_MIN = 65
LIST_OF = ("lind", "ortega", "lind", "park")
"""Whose patient is whose, in turn: one provider has a full day, so that there is something to move when she is ill."""
TWICE_A_WEEK = Phase(visits=6, every_days=3, at_least_days=2, at_most_days=5)
WEEKLY = Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a person of the demo waits for, and for how many days already."""

    visit_type: str
    days: int
    anywhere: bool = True
    provider: str | None = None
    from_min: int = 0


WAITING = (
    Waits(visit_type="consultation", days=6),
    Waits(visit_type="follow-up", days=2, provider="lind"),
    Waits(visit_type="follow-up", days=1, anywhere=False, from_min=15 * 60),
)


def seed_bookings(clinic: DemoClinic) -> None:
    """Describe the practice and fill today and the coming days; written with the clock of this morning."""
    engine, now, practice = clinic.services.engine, clinic.services.clock(), _practice(clinic)
    zone = practice.offices[0].zone
    today = wall_at(zone, now).date()
    morning = min(now, first_reach(zone, today, BEFORE_OPENING_MIN))
    with writing(engine.execution_options(spondyl_clock=lambda: morning)) as connection:
        save_practice(connection, practice, actor=DEMO_ACTOR)
        days = opening_days(practice, today)
        _seed_course(connection, practice, clinic.people[COURSE_OF], days[0])
        for turn, day in enumerate(days):
            _seed_day(connection, practice, clinic.people, day, turn)
        _seed_waiting(connection, practice, clinic.people)
    with writing(engine) as connection:
        for visit in appointments_between(connection, morning, now):
            arrive(connection, visit.key, actor=DEMO_ACTOR)


def _practice(clinic: DemoClinic) -> Practice:
    """The sample, each provider with the account that signs in under the same name."""
    practice = sample_practice()
    accounts = {name: account.id for name, account in clinic.staff.items()}
    providers = tuple(replace(one, account=accounts.get(one.key, "")) for one in practice.providers)
    return replace(practice, providers=providers)


def opening_days(practice: Practice, first: date, count: int = DAYS) -> tuple[date, ...]:
    """The next days, the first included, on which an office opens."""
    days = (first + timedelta(days=number) for number in range(366))
    opened = (day for day in days if any(office.open_on(day) for office in practice.offices))
    return tuple(day for day, _ in zip(opened, range(count), strict=False))


def _seed_course(connection: sa.Connection, practice: Practice, patient: Person, first: date) -> None:
    wish = Wish(visit_type="adjustment", office=practice.offices[0].key, person=patient.id)
    rule = CourseRule(wish=wish, phases=(TWICE_A_WEEK, WEEKLY), first_day=first, prefer_min=9 * 60)
    slots = propose(connection, rule)
    if not isinstance(slots, CourseRefused):
        book_course(connection, rule, slots, person=patient.id, actor=DEMO_ACTOR)


def _seed_day(
    connection: sa.Connection, practice: Practice, people: tuple[Person, ...], day: date, turn: int
) -> None:
    """Give each patient but the one with the course a visit; the lists of the providers turn from day to day."""
    others = [one for number, one in enumerate(people) if number != COURSE_OF]
    count = dict.fromkeys(LIST_OF, 0)
    for number in range(len(others)):
        patient, provider = others[(number + 3 * turn) % len(others)], LIST_OF[number % len(LIST_OF)]
        after = FIRST_VISIT_MIN + BETWEEN_VISITS_MIN * count[provider]
        count[provider] += 1
        kind = practice.visit_types[(number + turn) % len(practice.visit_types)].key
        if slot := _first_free(connection, practice.provider(provider), kind, patient, (day, after)):
            book(connection, slot, person=patient.id, actor=DEMO_ACTOR)


def _first_free(
    connection: sa.Connection, provider: Provider, kind: str, patient: Person, after: tuple[date, int]
) -> Slot | None:
    """The provider's first free start on a day after a minute of it, at whichever office the shifts name."""
    day, minute = after
    earliest = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    offices = dict.fromkeys(
        one.office
        for one in provider.shifts
        if one.span.weekday == day.weekday() and one.span.to_min > minute
    )
    for office in offices:
        wish = Wish(visit_type=kind, office=office, provider=provider.key, person=patient.id)
        for slot in free_on(connection, wish, day):
            if slot.wall >= earliest:
                return slot
    return None


def _seed_waiting(connection: sa.Connection, practice: Practice, people: tuple[Person, ...]) -> None:
    """Three people who wait: for any consultation, for one provider, for late afternoons at one office."""
    now, offices = now_of(connection), tuple(office.key for office in practice.offices)
    soon = now + timedelta(days=21)
    for number, wish in enumerate(WAITING, start=1):
        entry = WaitEntry(
            key=new_id(),
            person=people[-number].id,
            visit_type=wish.visit_type,
            offices=offices if wish.anywhere else offices[-1:],
            earliest=now,
            latest=soon,
            since=now - timedelta(days=wish.days),
            provider=wish.provider,
            from_min=wish.from_min,
        )
        join_waitlist(connection, entry, actor=DEMO_ACTOR)
