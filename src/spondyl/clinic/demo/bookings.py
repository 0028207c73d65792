"""The demo's bookings: a working week from today at both offices, the adjustments after it, a course of twelve visits,
a waitlist of three."""

from collections.abc import Iterable, Iterator
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
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import free_on
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.chart.waitlist import join_waitlist
from spondyl.clinic.chart.who_came import arrive
from spondyl.clinic.demo.care import ADJUSTED, BOOKED_COURSE, COURSES
from spondyl.clinic.demo.clinic import DEMO_ACTOR, DemoClinic
from spondyl.clinic.demo.patients import PATIENTS
from spondyl.clinic.sample_practice import sample_practice

DAYS = 5
BEFORE_OPENING_MIN = 6 * 60
FIRST_VISIT_MIN = 8 * 60 + 15
BETWEEN_VISITS_MIN = 65
LIST_OF = ("lind", "ortega", "lind", "park")
"""Whose patient is whose, in turn: one provider has a full day, so that there is something to move when she is ill."""
NEWCOMERS_COME_FOR = ("consultation", "follow-up")
WITH_A_STORY = frozenset(one.given_name for one in PATIENTS)
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
    engine, now, zone = clinic.services.engine, clinic.services.clock(), sample_practice().offices[0].zone
    today = wall_at(zone, now).date()
    practice = _practice(clinic, today)
    morning = min(now, first_reach(zone, today, BEFORE_OPENING_MIN))
    with writing(engine.execution_options(spondyl_clock=lambda: morning)) as connection:
        save_practice(connection, practice, actor=DEMO_ACTOR)
        days = opening_days(practice, today)
        _seed_course(connection, practice, named(clinic.people, BOOKED_COURSE), days[0])
        for turn, day in enumerate(days):
            for visit in _visits_of(clinic.people, turn):
                _seed_visit(connection, practice, visit, day)
        for visit in _again(clinic.people):
            days_between = COURSES[visit.patient.details.given_name].days_between
            (later,) = opening_days(practice, days[0] + timedelta(days=days_between), count=1)
            _seed_visit(connection, practice, visit, later)
        _seed_waiting(connection, practice, clinic.people)
    with writing(engine) as connection:
        for visit in appointments_between(connection, morning, now):
            arrive(connection, visit.key, actor=DEMO_ACTOR)


def _practice(clinic: DemoClinic, today: date) -> Practice:
    """The sample, each provider with the account that signs in under the same name, and both offices closed on the
    first working day after those that are filled."""
    practice = sample_practice()
    accounts = {name: account.id for name, account in clinic.staff.items()}
    providers = tuple(replace(one, account=accounts.get(one.key, "")) for one in practice.providers)
    closed = opening_days(practice, today, count=DAYS + 1)[-1:]
    offices = tuple(replace(one, closed=closed) for one in practice.offices)
    return replace(practice, providers=providers, offices=offices)


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


def named(people: Iterable[Person], given_name: str) -> Person:
    """The demo's patient of that name."""
    return next(one for one in people if one.details.given_name == given_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Who comes for what, to whom, and from which minute of the day on there is to be a place."""

    patient: Person
    kind: str
    provider: str
    after_min: int = 0


def _visits_of(people: tuple[Person, ...], turn: int) -> Iterator[_Visit]:
    """The visits of one day: on the first everybody with a story, on the others newcomers."""
    if turn == 0:
        return _one_after_another(_own(people))
    new = [one for one in people if one.details.given_name not in WITH_A_STORY][turn - 1 :: DAYS - 1]
    first = [
        _Visit(patient=one, kind=NEWCOMERS_COME_FOR[at % len(NEWCOMERS_COME_FOR)], provider=_whose(at))
        for at, one in enumerate(new)
    ]
    return _one_after_another(first)


def _own(people: tuple[Person, ...]) -> list[_Visit]:
    """The next visit of everybody with a story, but for the one whose whole course is booked."""
    known = [one for one in people if one.details.given_name in WITH_A_STORY - {BOOKED_COURSE}]
    return [_Visit(patient=one, kind=_kind_of(one), provider=_whose(at)) for at, one in enumerate(known)]


def _again(people: tuple[Person, ...]) -> Iterator[_Visit]:
    """The adjustment after the next one of who has some, by the same hands."""
    return _one_after_another(one for one in _own(people) if one.kind == "adjustment")


def _one_after_another(visits: Iterable[_Visit]) -> Iterator[_Visit]:
    count: dict[str, int] = dict.fromkeys(LIST_OF, 0)
    for visit in visits:
        after_min = FIRST_VISIT_MIN + BETWEEN_VISITS_MIN * count[visit.provider]
        count[visit.provider] += 1
        yield replace(visit, after_min=after_min)


def _whose(place: int) -> str:
    return LIST_OF[place % len(LIST_OF)]


def _seed_visit(connection: sa.Connection, practice: Practice, visit: _Visit, day: date) -> None:
    provider, after = practice.provider(visit.provider), (day, visit.after_min)
    if slot := _first_free(connection, provider, visit.kind, visit.patient, after):
        book(connection, slot, person=visit.patient.id, actor=DEMO_ACTOR)


def _kind_of(patient: Person) -> str:
    """An adjustment for who has consented to some, a follow-up for who was treated or filmed, else the first visit."""
    name = patient.details.given_name
    if name in ADJUSTED:
        return "adjustment"
    return "follow-up" if name in COURSES or name == "Carmen" else "consultation"


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
