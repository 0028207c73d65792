"""What stops booking: a red flag in the intake until a clinician has looked, and a plan whose review failed."""

import sqlalchemy as sa

from spondyl.assessment.intake import Stop
from spondyl.booking import VisitType
from spondyl.clinic.care.booking_block import BookingBlock, booking_block
from spondyl.clinic.care.plan_end import why_not_booked


class BookingStoppedError(ValueError):
    """This patient cannot be booked until a clinician has looked at the intake."""


class PlanEndedError(BookingStoppedError):
    """No more adjustments are booked until a clinician has changed the plan that did not reach its goal."""


def booking_stop(connection: sa.Connection, person_id: str, visit_type: VisitType) -> str | None:
    """Why this patient cannot be booked for such a visit now; None when nothing stands in the way."""
    return intake_stop(connection, person_id, visit_type) or plan_stop(connection, person_id, visit_type)


def intake_stop(connection: sa.Connection, person_id: str, visit_type: VisitType) -> str | None:
    """What the answers of the intake block.

    It is worked out in :mod:`spondyl.clinic.care.booking_block`: everything, or treatments only, which are the visits
    that use the adjusting instrument.
    """
    block = booking_block(connection, person_id)
    if block.stop is Stop.EVERYTHING or (block.stop is Stop.TREATMENT and visit_type.instrument):
        return _told(block)
    return None


def _told(block: BookingBlock) -> str:
    why = "is not finished" if block.is_unfinished else "holds answers that stop this"
    return f"The intake {why}. {block.words}"


def plan_stop(connection: sa.Connection, person_id: str, visit_type: VisitType) -> str | None:
    """What the stop rule of the newest plan blocks: visits that use the adjusting instrument."""
    return why_not_booked(connection, person_id) if visit_type.instrument else None


def refuse_if_stopped(connection: sa.Connection, person_id: str, visit_type: VisitType) -> None:
    """Raise ``BookingStoppedError`` when booking is stopped for this patient; an override does not help.

    Who has no intake need not be asked about: without one no adjustment can be planned either.
    """
    if reason := intake_stop(connection, person_id, visit_type):
        raise BookingStoppedError(reason)
    if reason := plan_stop(connection, person_id, visit_type):
        raise PlanEndedError(reason)


def refuse_while_urgent(connection: sa.Connection, person_id: str) -> None:
    """Raise ``BookingStoppedError`` while an answer stops every visit, so that a clinician hears of it by telephone
    before the patient puts a visit off. What stops treatments only stops no change of a visit that is booked."""
    block = booking_block(connection, person_id)
    if block.stop is Stop.EVERYTHING:
        raise BookingStoppedError(_told(block))
