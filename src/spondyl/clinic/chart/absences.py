"""A provider is away, a room or an instrument out of use: the visits that must move, proposals for them, and all of it
done or undone at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from spondyl.booking import (
    Absence,
    Appointment,
    Diary,
    Displaced,
    Horizon,
    Move,
    NoMove,
    occupied,
    repair,
    wall_at,
    ways_out,
    window,
)
from spondyl.booking.claim import LONGEST_CLAIM
from spondyl.clinic.chart.appointment_rows import appointments_between, appointments_of_course
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.canonical_json import digest_of
from spondyl.clinic.chart.claims import absence_in, diary_between, shut_out_bookings
from spondyl.clinic.chart.courses import rule_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.booking import absences
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.waitlist_turn import take_waitlist_turn

LOOK_AHEAD_DAYS = 14


def note_absence(connection: sa.Connection, absence: Absence, *, actor: str, change: str) -> None:
    """Note that a provider is away, or a thing out of use: nothing more is offered there. Undoing the change takes it
    back.

    Every visit that is booked into it was booked before: ``visits_in`` finds it in the same transaction.
    """
    take_waitlist_turn(connection)
    shut_out_bookings(connection)
    connection.execute(
        absences.insert().values(
            id=new_id(),
            provider=absence.provider,
            room=absence.room,
            instrument=absence.instrument,
            starts_at=absence.start,
            ends_at=absence.end,
            reason=absence.reason,
            change=change,
        )
    )
    _log(connection, absence, actor=actor, action="provider away" if absence.provider else "out of use")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedAbsence:
    """An absence as it was noted, with the key by which it is taken back."""

    key: str
    absence: Absence


def coming_absences(connection: sa.Connection) -> list[NotedAbsence]:
    """What is noted and not over yet, in order of time."""
    statement = (
        sa.select(absences)
        .where(absences.c.ends_at > now_of(connection))
        .order_by(absences.c.starts_at, absences.c.provider, absences.c.room, absences.c.id)
    )
    return [_noted(row) for row in connection.execute(statement)]


def take_back_absence(connection: sa.Connection, key: str, *, actor: str) -> Absence | None:
    """Offer that time again; visits that were moved stay where they are now. None when it was taken back before."""
    row = connection.execute(sa.select(absences).where(absences.c.id == key).with_for_update()).one_or_none()
    if row is None:
        return None
    connection.execute(absences.delete().where(absences.c.id == key))
    absence = _noted(row).absence
    _log(connection, absence, actor=actor, action="provider back" if absence.provider else "in use again")
    return absence


def _noted(row: sa.Row[Any]) -> NotedAbsence:
    return NotedAbsence(key=row.id, absence=absence_in(row))


def _log(connection: sa.Connection, absence: Absence, *, actor: str, action: str) -> None:
    # The reason's digest: words in the log would outlast the erasure of a patient whom they may name.
    reason = digest_of(absence.reason)
    detail = {"from": absence.start.isoformat(), "to": absence.end.isoformat(), "reason_digest": reason}
    record(connection, actor=actor, action=action, subject=absence.resource.replace(":", " "), detail=detail)


def visits_in(connection: sa.Connection, absence: Absence) -> list[Appointment]:
    """The booked visits that an absence touches, be it at their end or in their buffers, and that are not over."""
    practice, now = practice_of(connection), now_of(connection)
    near = appointments_between(connection, absence.start - LONGEST_CLAIM, absence.end + LONGEST_CLAIM)
    return [
        visit
        for visit in near
        if absence.resource in visit.placement.resources()
        and visit.status == "booked"
        and absence.touches(*(claim := occupied(practice.visit_type(visit.visit_type), visit.start)))
        and claim[1] > now
    ]


def displaced_visit(connection: sa.Connection, visit: Appointment) -> Displaced:
    """A visit with the days on which its course's spacing still holds; a single visit may move a week on."""
    today = wall_at(visit.zone, now_of(connection)).date()
    own = visit.wall.date()
    first, last = today, own + timedelta(days=7)
    if visit.course is not None and visit.visit_number is not None:
        first, last = _course_window(connection, visit, visit.course)
    return Displaced(
        key=visit.key,
        person=visit.person or "",
        visit_type=visit.visit_type,
        office=visit.placement.office,
        provider=visit.placement.provider,
        start=visit.start,
        zone=visit.zone,
        first_day=max(first, today),
        last_day=max(min(last, own + timedelta(days=LOOK_AHEAD_DAYS)), first, today),
    )


def propose_repair(
    connection: sa.Connection, visits: Iterable[Appointment], absence: Absence | None
) -> tuple[Move | NoMove, ...]:
    """Proposals for all of these visits that can stand together."""
    waiting = [displaced_visit(connection, visit) for visit in visits]
    if not waiting:
        return ()
    diary = diary_between(
        connection, practice_of(connection), _horizon(waiting), without=[one.key for one in waiting]
    )
    diary = _without_absent(diary, absence)
    return repair(diary, waiting, now_of(connection))


def ways_for(
    connection: sa.Connection, visit: Appointment, *, limit: int = 3, absence: Absence | None = None
) -> tuple[Move, ...]:
    """The best few other times for one visit, none of them during an absence that is about to be noted."""
    one = displaced_visit(connection, visit)
    diary = diary_between(connection, practice_of(connection), _horizon([one]), without=[one.key])
    ways = ways_out(_without_absent(diary, absence), one, now_of(connection), limit=limit + 1)
    return tuple(
        way for way in ways if way.slot.start != visit.start or way.slot.placement != visit.placement
    )[:limit]


def _without_absent(diary: Diary, absence: Absence | None) -> Diary:
    return diary if absence is None else diary.with_absences([absence])


def _course_window(connection: sa.Connection, visit: Appointment, course: str) -> tuple[date, date]:
    """The window between the neighbours that still stand, at most 30 days from where the visit is."""
    rule = rule_of(connection, course)
    days = {
        other.visit_number: other.wall.date()
        for other in appointments_of_course(connection, course)
        if other.visit_number is not None
    }
    standing = [days.get(at) for at in range(len(rule.gaps))]
    first, last = window(rule, standing, visit.visit_number or 0)
    own = visit.wall.date()
    return max(first, own - timedelta(days=30)), min(last, own + timedelta(days=30))


def _horizon(waiting: list[Displaced]) -> Horizon:
    first = min(one.first_day for one in waiting)
    last = max(one.last_day for one in waiting)
    return Horizon(first_day=first, days=max((last - first).days + 1, 1))
