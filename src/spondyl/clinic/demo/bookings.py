"""The demo's bookings: two offices, a full week, a course of twelve visits, somebody on the waitlist."""

from datetime import timedelta

import sqlalchemy as sa

from spondyl.booking import CourseRefused, CourseRule, Phase, Practice, WaitEntry, Wish, wall_at
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.chart.waitlist import join_waitlist
from spondyl.clinic.demo.clinic import DEMO_ACTOR, DemoClinic
from spondyl.clinic.sample_practice import sample_practice

COURSE_OF = 0
DAYS = 5
TWICE_A_WEEK = Phase(visits=6, every_days=3, at_least_days=2, at_most_days=5)
WEEKLY = Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10)


def seed_bookings(clinic: DemoClinic) -> None:
    """Describe the practice and fill the coming days."""
    with writing(clinic.services.engine) as connection:
        save_practice(connection, sample_practice(), actor=DEMO_ACTOR)
        practice = practice_of(connection)
        _seed_course(connection, practice, clinic.people[COURSE_OF])
        for number, patient in enumerate(clinic.people):
            for day in range(DAYS):
                if patient is not clinic.people[COURSE_OF]:
                    _seed_visit(connection, practice, patient, number, day)
        _seed_waiting(connection, practice, clinic.people[-1])


def _seed_course(connection: sa.Connection, practice: Practice, patient: Person) -> None:
    office = practice.offices[0]
    wish = Wish(visit_type="adjustment", office=office.key, person=patient.id)
    first = wall_at(office.zone, now_of(connection)).date()
    rule = CourseRule(wish=wish, phases=(TWICE_A_WEEK, WEEKLY), first_day=first, prefer_min=9 * 60)
    slots = propose(connection, rule)
    if not isinstance(slots, CourseRefused):
        book_course(connection, rule, slots, person=patient.id, actor=DEMO_ACTOR)


def _seed_visit(
    connection: sa.Connection, practice: Practice, patient: Person, number: int, day: int
) -> None:
    """Book a visit some hours into a day; every patient has another kind, office and hour."""
    kind = practice.visit_types[(number + day) % len(practice.visit_types)]
    office = practice.offices[(number + day) % len(practice.offices)]
    after = now_of(connection) + timedelta(days=day, minutes=75 * number)
    wish = Wish(visit_type=kind.key, office=office.key, person=patient.id)
    free = next_free(connection, wish, after=after)
    if free:
        book(connection, free[0], person=patient.id, actor=DEMO_ACTOR)


def _seed_waiting(connection: sa.Connection, practice: Practice, patient: Person) -> None:
    now = now_of(connection)
    entry = WaitEntry(
        key=new_id(),
        person=patient.id,
        visit_type="consultation",
        offices=tuple(office.key for office in practice.offices),
        earliest=now,
        latest=now + timedelta(days=21),
        since=now,
    )
    join_waitlist(connection, entry, actor=DEMO_ACTOR)
