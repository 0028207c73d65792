"""What a patient's answers block until a clinician has looked: read by booking and shown to the front desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.assessment.intake import Stop, flags_said, stop_of
from spondyl.assessment.intake.danger import ITEM_BEHIND, urgency_of_yes
from spondyl.assessment.screening import Urgency
from spondyl.clinic.care.flag_review import cleared_items, item_text
from spondyl.clinic.care.intake_record import KIND, StoredIntake, newest
from spondyl.clinic.care.newest_rows import newest_rows
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, person

SHOWN_FOR = timedelta(days=30)
"""How long an intake that nobody looked at stays on the front desk's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingBlock:
    """``reasons`` are the questions answered with yes and not cleared; ``urgency`` that of the most urgent one."""

    stop: Stop
    reasons: tuple[str, ...]
    urgency: Urgency | None

    @property
    def blocks(self) -> bool:
        """Whether anything is blocked."""
        return self.stop is not Stop.NOTHING


NOTHING_KNOWN = BookingBlock(stop=Stop.NOTHING, reasons=(), urgency=None)
"""Without an intake nothing is blocked: the first visit is where it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A patient whose answers wait for a clinician."""

    person: Person
    block: BookingBlock
    since: datetime


def booking_block(connection: sa.Connection, person_id: str) -> BookingBlock:
    """What is blocked for a patient. ``Stop.EVERYTHING``: no visit at all; ``Stop.TREATMENT``: no treatment."""
    stored = newest(connection, person_id)
    return NOTHING_KNOWN if stored is None else block_of(connection, stored)


def block_of(connection: sa.Connection, stored: StoredIntake) -> BookingBlock:
    """What one form blocks. Answers that are still missing block a treatment only once the form was begun."""
    cleared = cleared_items(connection, stored)
    said = [flag for flag in flags_said(stored.intake) if ITEM_BEHIND[flag.question.key] not in cleared]
    raised = sorted(stored.intake.raised - cleared)
    urgencies = [urgency_of_yes(ITEM_BEHIND[flag.question.key]) for flag in said]
    urgencies += [urgency_of_yes(key) for key in raised]
    known = [urgency for urgency in urgencies if urgency is not None]
    return BookingBlock(
        stop=stop_of(stored.intake, cleared),
        reasons=tuple(dict.fromkeys([flag.question.text for flag in said] + _taken_back(stored, raised))),
        urgency=min(known, key=list(Urgency).index, default=None),
    )


def _taken_back(stored: StoredIntake, raised: list[str]) -> list[str]:
    return [
        f"{item_text(key)} Answered yes, then changed." for key in raised if stored.intake.of(key) != ("yes",)
    ]


def waiting_for_a_look(connection: sa.Connection) -> tuple[Waiting, ...]:
    """Patients for whom everything is blocked, or whose finished form blocks a treatment; the most urgent first."""
    rows = newest_rows(connection, kind=KIND, since=now_of(connection) - SHOWN_FOR)
    stopped = [row.person_id for row in rows if row.body.get("stop") != Stop.NOTHING.value]
    found = [_waiting(connection, person_id) for person_id in stopped]
    order = list(Stop)
    return tuple(
        sorted((one for one in found if one), key=lambda one: (-order.index(one.block.stop), one.since))
    )


def _waiting(connection: sa.Connection, person_id: str) -> Waiting | None:
    stored = newest(connection, person_id)
    if stored is None:
        return None
    block = block_of(connection, stored)
    unfinished = stored.intake.next_group is not None
    if not block.blocks or (unfinished and block.stop is not Stop.EVERYTHING):
        return None
    return Waiting(person=person(connection, person_id), block=block, since=stored.saved_at)
