"""A telephone call that the front desk owes, in words: whom, which number, what to say, why no letter went."""

from spondyl.clinic.chart.outbox import CLINIC_REFUSED, MessageKind
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.telephone import dialled
from spondyl.clinic.chart.untold import Untold
from spondyl.clinic.messages.address import is_address
from spondyl.clinic.messages.send import NO_ADDRESS, REFUSED
from spondyl.clinic.messages.when import when_words

_SAY = {
    MessageKind.BOOKED: "booked for {when}",
    MessageKind.COURSE: "a course is booked, the first visit on {when}",
    MessageKind.MOVED: "moved to {when}",
    MessageKind.CANCELLED: "the visit of {when} is cancelled",
    MessageKind.COURSE_CANCELLED: "the course is cancelled, with all its visits from {when} on",
    MessageKind.REMINDER: "remind of {when}",
    MessageKind.OFFER: "an earlier time is kept: {when}",
}


def how_told(patient: Person) -> str:
    """How a patient hears of what was just booked or moved: by a message, or by whoever reads this."""
    if patient.details.email:
        return "A message goes out."
    number = patient.details.phone or "no number in the details either"
    return f"No message can go out (no e-mail address): tell {patient.full_name} now, or call: {number}."


def call_words(one: Untold) -> dict[str, str]:
    """One line of the list of calls."""
    telephone = one.patient.details.phone
    return {
        "visit": one.visit.key,
        "sequence": str(one.visit.sequence),
        "person": one.patient.id,
        "who": one.patient.full_name,
        "telephone": telephone,
        "dialled": dialled(telephone),
        "say": _SAY[one.kind].format(when=when_words(one.visit.wall)),
        "why": _why(one),
    }


def _why(one: Untold) -> str:
    if one.problem == NO_ADDRESS:
        return one.problem
    if not is_address(one.patient.details.email):
        return "the e-mail address is mistyped: ask for it"
    if one.problem.startswith(REFUSED):
        return "the mail server refuses the letter for good: ask for another address"
    if one.problem.startswith(CLINIC_REFUSED):
        return "the mail server refuses the clinic itself: tell the administrator"
    return "the mail server did not take the letter so far"
