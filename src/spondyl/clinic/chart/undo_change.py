"""Undo a change of visits as a whole, while that is still true to everybody who was told of it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Practice,
    Status,
    absent_name,
    cancelled,
    date_words,
    moment_words,
    restored,
    wall_at,
)
from spondyl.clinic.chart.appointment_rows import (
    appointment,
    update_row,
)
from spondyl.clinic.chart.appointments import occupy, record_visit
from spondyl.clinic.chart.booking_changes import (
    UNDO_FOR,
    ChangeSet,
    UndoRefusedError,
    change_set,
    mark_undone,
)
from spondyl.clinic.chart.claims import (
    absences_of_visit,
    standing_claims,
    take_away,
)
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.outbox import MessageKind, queue_change, queue_undone
from spondyl.clinic.chart.overrides import come_down
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.practice_change import why_outside
from spondyl.clinic.chart.same_person import refuse_if_closed
from spondyl.clinic.chart.tables.booking import absences


def undo(connection: sa.Connection, change: str, *, actor: str) -> list[Appointment]:
    """Undo a change as a whole; refused with ``UndoRefusedError`` when a visit was changed again since, when the
    patient is here, it is a day old, the time before is over, what it booked has begun, its provider is away by now or
    the hours no longer allow it; with ``ChartClosedError`` when the patient's chart was joined to another.

    What was noted of who came is taken back by ``who_came``."""
    found = change_set(connection, change)
    pairs = [(appointment(connection, part.appointment, lock=True), part) for part in found.parts]
    _refuse_if_changed_again(found, [now for now, _ in pairs])
    for now, part in pairs:
        _refuse_if_over(now, part.before, now_of(connection))
    _refuse_if_old(found, pairs[0][0].zone, now_of(connection))
    freed = [claim for now, _ in pairs for claim in standing_claims(connection, now.key)]
    take_away(connection, [now.key for now, _ in pairs])
    come_down(connection, freed)
    after = [restored(part.before, now) if part.before else cancelled(now) for now, part in pairs]
    connection.execute(absences.delete().where(absences.c.change == change))
    practice = practice_of(connection)
    for visit in after:
        update_row(connection, visit)
        if visit.live:
            refuse_if_closed(connection, visit.person or "")
            _refuse_if_away(connection, practice, visit)
            _refuse_if_outside(practice, visit, now_of(connection))
            occupy(connection, practice, visit)
    made = [visit for visit, (_, part) in zip(after, pairs, strict=True) if part.before is None]
    queue_undone(connection, sorted(made, key=lambda visit: visit.start))
    for visit in after:
        if visit not in made:
            queue_change(connection, visit, MessageKind.MOVED if visit.live else MessageKind.CANCELLED)
    mark_undone(connection, change)
    for visit in after:
        record_visit(connection, visit, actor=actor, action=f"undo: {found.words}")
    return after


def _refuse_if_changed_again(found: ChangeSet, visits: Sequence[Appointment]) -> None:
    if any(one.status is Status.ARRIVED for one in visits):
        raise UndoRefusedError(
            "The patient is here already; leave this visit as it is, and book another if needed."
        )
    pairs = zip(visits, found.parts, strict=True)
    if moved_on := [now for now, part in pairs if now.sequence != part.sequence_after]:
        raise UndoRefusedError(
            f"{len(moved_on)} of these visits changed again since; undo that first, or move them one by one."
        )


def _refuse_if_old(found: ChangeSet, zone: str, now: datetime) -> None:
    """What was decided long ago is known to the patients by now."""
    if found.at <= now - UNDO_FOR:
        raise UndoRefusedError(
            f"This was done on {moment_words(wall_at(zone, found.at))}, too long ago to be undone as a whole; "
            "open the visits and change them one by one."
        )


def _refuse_if_over(visit: Appointment, before: Appointment | None, now: datetime) -> None:
    """Nobody is written to about a time that is over, and what has begun stays in the record."""
    if before is None and visit.live and visit.start <= now:
        raise UndoRefusedError(
            f"The visit of {moment_words(visit.wall)} has begun, so this booking is not undone as a whole; "
            "open each visit that shall not be, and cancel it."
        )
    if before is not None and before.live and before.start < now:
        when = moment_words(before.wall)
        raise UndoRefusedError(
            f"The time before, {when}, is over; choose another time for this visit instead."
        )


def _refuse_if_away(connection: sa.Connection, practice: Practice, visit: Appointment) -> None:
    """Nothing is put back into an absence noted since, no part of a visit; over one that was known staff had given a
    reason."""
    if not visit.override_reason and (noted := absences_of_visit(connection, practice, visit)):
        what = f"{absent_name(practice, noted[0])} {noted[0].words} on {date_words(visit.wall)} by now"
        raise UndoRefusedError(f"{what}; move the visit to another time instead.")


def _refuse_if_outside(practice: Practice, visit: Appointment, now: datetime) -> None:
    """Nothing is put back where the practice has no hours by now; outside those that were known staff had given a
    reason."""
    if not visit.override_reason and (problem := why_outside(practice, visit, now)):
        when = moment_words(visit.wall)
        raise UndoRefusedError(f"The time before was {when}. {problem} Choose another time for this visit.")
