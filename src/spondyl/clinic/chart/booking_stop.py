"""A red flag in the intake stops booking until a clinician has looked."""

import sqlalchemy as sa

from spondyl.clinic.chart.documents import latest

INTAKE = "intake"
BLOCKING = "blocking"
LOOKED_AT = "looked at"


class BookingStoppedError(ValueError):
    """This patient cannot be booked until a clinician has looked at the intake."""


def booking_stop(connection: sa.Connection, person_id: str) -> str | None:
    """Why this patient cannot be booked now; None when nothing stands in the way.

    The newest document of kind "intake" stops booking while its ``blocking`` is true and nobody has signed that version
    with the meaning "looked at" (:func:`spondyl.clinic.chart.documents.sign`).
    """
    intake = latest(connection, kind=INTAKE, person_id=person_id)
    if intake is None or not intake.body.get(BLOCKING):
        return None
    if any(signature.meaning == LOOKED_AT for signature in intake.signatures):
        return None
    return "The intake holds a red flag that no clinician has looked at. A clinician opens the intake first."


def refuse_if_stopped(connection: sa.Connection, person_id: str) -> None:
    """Raise ``BookingStoppedError`` when booking is stopped for this patient."""
    if reason := booking_stop(connection, person_id):
        raise BookingStoppedError(reason)
