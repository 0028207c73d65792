"""What a patient's answers block until a clinician has looked: read by booking and shown to the front desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.assessment.intake import Stop, urgency_of_yes, worst_stop
from spondyl.assessment.screening import Urgency
from spondyl.clinic.care.flag_review import item_text
from spondyl.clinic.care.intake_record import KIND, StoredIntake
from spondyl.clinic.care.newest_rows import rows_since
from spondyl.clinic.care.standing_flags import StandingForm, standing_forms
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.same_person import kept_charts

SHOWN_FOR = timedelta(days=30)
"""How long an intake that nobody looked at stays on the front desk's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingBlock:
    """``reasons`` are the questions answered with yes and not cleared; ``urgency`` that of the most urgent one.

    ``is_unfinished``: it waits for the patient, who has yet to finish the form, not for a clinician.
    """

    stop: Stop
    reasons: tuple[str, ...]
    urgency: Urgency | None
    is_unfinished: bool = False

    @property
    def blocks(self) -> bool:
        """Whether anything is blocked."""
        return self.stop is not Stop.NOTHING

    @property
    def words(self) -> str:
        """What may be booked, for the front desk."""
        if not self.is_unfinished:
            return self.stop.words
        looked = " and a clinician has looked" if self.reasons else ""
        return f"A consultation may be booked; a treatment only after the form is finished{looked}."


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
    return block_of(standing_forms(connection, person_id))


def block_of(forms: tuple[StandingForm, ...]) -> BookingBlock:
    """What a patient's forms block: a new form takes back nothing that an earlier one was told.

    Answers that are still missing block a treatment only once the form was begun.
    """
    if not forms:
        return NOTHING_KNOWN
    known = [urgency for form in forms for key in form.said if (urgency := urgency_of_yes(key)) is not None]
    reasons = [reason for form in forms for reason in _reasons(form)]
    stop = worst_stop(form.stop for form in forms)
    holding = [form for form in forms if form.stop is stop]
    return BookingBlock(
        stop=stop,
        reasons=tuple(dict.fromkeys(reasons)),
        urgency=min(known, key=list(Urgency).index, default=None),
        is_unfinished=stop is Stop.TREATMENT
        and all(form.is_newest and form.stored.intake.next_group is not None for form in holding),
    )


def _reasons(form: StandingForm) -> list[str]:
    raised = sorted(form.stored.intake.raised - form.cleared)
    return [flag.question.text for flag in form.flags_said] + _taken_back(form.stored, raised)


def _taken_back(stored: StoredIntake, raised: list[str]) -> list[str]:
    return [
        f"{item_text(key)} Answered yes, then changed." for key in raised if stored.intake.of(key) != ("yes",)
    ]


def waiting_for_a_look(connection: sa.Connection) -> tuple[Waiting, ...]:
    """Patients for whom everything is blocked, or whose finished form blocks a treatment; the most urgent first."""
    rows = rows_since(connection, kind=KIND, since=now_of(connection) - SHOWN_FOR)
    stopped = [row.person_id for row in rows if row.body.get("stop") != Stop.NOTHING.value]
    kept = kept_charts(connection, set(stopped))
    charts = dict.fromkeys(kept.get(one, one) for one in stopped)
    found = [_waiting(connection, person_id) for person_id in charts]
    return tuple(sorted((one for one in found if one), key=_order))


def _order(waiting: Waiting) -> tuple[int, int, datetime]:
    """What stops most comes first, of that the most urgent, of that whoever waits longest."""
    block, urgencies = waiting.block, list(Urgency)
    urgency = len(urgencies) if block.urgency is None else urgencies.index(block.urgency)
    return -list(Stop).index(block.stop), urgency, waiting.since


def _waiting(connection: sa.Connection, person_id: str) -> Waiting | None:
    forms = standing_forms(connection, person_id)
    block = block_of(forms)
    if not block.blocks or block.is_unfinished:
        return None
    since = min(form.stored.saved_at for form in forms if form.stop is block.stop)
    return Waiting(person=person(connection, person_id), block=block, since=since)
