"""The patient's links about a visit: signed, nothing to guess."""

from datetime import datetime, timedelta

from spondyl.booking import Appointment
from spondyl.clinic.web.patient_link import PatientLink, make_link

VISIT, HOLD = "visit", "hold"


def visit_token(visit: Appointment, *, key: bytes) -> str:
    """The token of a visit's page; it goes on working when the visit is moved."""
    return make_link(PatientLink(purpose=VISIT, subject=visit.key, until=visit_link_until(visit)), key=key)


def visit_link_until(visit: Appointment) -> datetime:
    """Until when every link to a visit works: a day after it, wherever it stands by now."""
    return visit.start + timedelta(days=1)


def hold_token(hold: Appointment, *, key: bytes) -> str:
    """The token of a time that is kept; its page also answers a while after the time is over, to say so."""
    until = (hold.held_until or hold.start) + timedelta(hours=12)
    return make_link(PatientLink(purpose=HOLD, subject=hold.key, until=until), key=key)
