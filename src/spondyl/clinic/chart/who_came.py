"""Who came: noted at a visit, and taken back. The time stays as it is, and nobody is written to."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from spondyl.booking import Appointment, arrived, restored
from spondyl.clinic.chart.appointment_rows import appointment, update_row
from spondyl.clinic.chart.appointments import described
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_changes import (
    ARRIVED,
    ChangeSet,
    UndoRefusedError,
    mark_undone,
    note_change,
    refuse_if_changed,
)
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables.column_types import new_id


def arrive(
    connection: sa.Connection, key: str, *, actor: str, change: str | None = None, sequence: int | None = None
) -> Appointment:
    """Note that the patient is here.

    With the ``sequence`` that was seen, a visit that was changed since is left, with ``VisitChangedError``.
    """
    refuse_if_changed(connection, key, sequence)
    return _note(connection, key, arrived, actor=actor, change=change, words=ARRIVED)


def _note(
    connection: sa.Connection,
    key: str,
    step: Callable[[Appointment, datetime], Appointment],
    *,
    actor: str,
    change: str | None,
    words: str,
) -> Appointment:
    before = appointment(connection, key, lock=True)
    after = step(before, now_of(connection))
    update_row(connection, after)
    note_change(connection, before, after, change=change or new_id(), actor=actor, words=words)
    _log(connection, after, actor=actor, action=words)
    return after


def take_back(connection: sa.Connection, found: ChangeSet, *, actor: str) -> list[Appointment]:
    """Take back what was noted, at any time; refused with ``UndoRefusedError`` when the visit was changed since."""
    pairs = [(part.before, appointment(connection, part.appointment, lock=True)) for part in found.parts]
    if [now.sequence for _, now in pairs] != [part.sequence_after for part in found.parts]:
        raise UndoRefusedError("The visit changed again since; look where it stands now.")
    visits = [restored(before, now) for before, now in pairs if before is not None]
    for visit in visits:
        update_row(connection, visit)
        _log(connection, visit, actor=actor, action=f"undo: {found.words}")
    mark_undone(connection, found.change)
    return visits


def _log(connection: sa.Connection, one: Appointment, *, actor: str, action: str) -> None:
    detail = {"person": one.person or "", **described(one)}
    record(connection, actor=actor, action=action, subject=f"appointment {one.key}", detail=detail)
