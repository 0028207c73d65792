"""A red flag in the intake stops booking until a clinician has looked."""

import sqlalchemy as sa

from spondyl.assessment.intake import Stop
from spondyl.booking import VisitType
from spondyl.clinic.care.booking_block import booking_block


class BookingStoppedError(ValueError):
    """This patient cannot be booked until a clinician has looked at the intake."""


def booking_stop(connection: sa.Connection, person_id: str, visit_type: VisitType) -> str | None:
    """Why this patient cannot be booked for such a visit now; None when nothing stands in the way.

    What the answers block is worked out in :mod:`spondyl.clinic.care.booking_block`: everything, or treatments only,
    which are the visits that use the adjusting instrument.
    """
    stop = booking_block(connection, person_id).stop
    if stop is Stop.EVERYTHING or (stop is Stop.TREATMENT and visit_type.instrument):
        return f"The intake holds answers that stop this. {stop.words}"
    return None


def refuse_if_stopped(connection: sa.Connection, person_id: str, visit_type: VisitType) -> None:
    """Raise ``BookingStoppedError`` when booking is stopped for this patient; an override does not help."""
    if reason := booking_stop(connection, person_id, visit_type):
        raise BookingStoppedError(reason)
