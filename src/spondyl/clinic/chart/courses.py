"""A course of visits: proposed as a whole, booked as a whole, and remembered with its spacing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter

from spondyl.booking import (
    Appointment,
    CourseRefused,
    CourseRule,
    Horizon,
    Slot,
    booked,
    propose_course,
)
from spondyl.clinic.chart.appointments import book_all
from spondyl.clinic.chart.claims import diary_between
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.booking import courses
from spondyl.clinic.chart.tables.column_types import new_id

_ADAPTER: TypeAdapter[CourseRule] = TypeAdapter(CourseRule)


class CourseUnknownError(LookupError):
    """There is no such course."""


def propose(connection: sa.Connection, rule: CourseRule) -> tuple[Slot, ...] | CourseRefused:
    """The best free times for a whole course as the diary is now; nothing is kept yet."""
    days = min(rule.longest_days + 1, 800)
    diary = diary_between(connection, practice_of(connection), Horizon(first_day=rule.first_day, days=days))
    soonest = now_of(connection) + timedelta(minutes=5)
    return propose_course(diary, replace(rule, wish=replace(rule.wish, not_before=soonest)))


def book_course(
    connection: sa.Connection, rule: CourseRule, slots: Sequence[Slot], *, person: str, actor: str
) -> tuple[str, list[Appointment]]:
    """Book every slot of a course in one transaction; returns the change, for undoing, and the visits."""
    if len(slots) != len(rule.gaps):
        raise ValueError(
            f"The course has {len(rule.gaps)} visits and {len(slots)} times; give one time a visit."
        )
    course, change = new_id(), new_id()
    connection.execute(
        courses.insert().values(
            key=course, person_id=person, rule=_ADAPTER.dump_json(rule).decode(), made_at=now_of(connection)
        )
    )
    visits = [
        replace(booked(new_id(), slot, person), course=course, visit_number=number)
        for number, slot in enumerate(slots)
    ]
    book_all(connection, visits, actor=actor, change=change, words=f"book {len(visits)} visits")
    return change, visits


def rule_of(connection: sa.Connection, course: str) -> CourseRule:
    """The spacing that a course was booked with."""
    rule = connection.execute(sa.select(courses.c.rule).where(courses.c.key == course)).scalar_one_or_none()
    if rule is None:
        raise CourseUnknownError("There is no such course.")
    return _ADAPTER.validate_json(rule)
