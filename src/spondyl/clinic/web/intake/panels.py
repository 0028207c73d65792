"""What of the intake stands on the day's page and on a patient's overview."""

from dataclasses import replace

from spondyl.assessment.intake import Stop
from spondyl.clinic.care.booking_block import BookingBlock, Waiting, booking_block, waiting_for_a_look
from spondyl.clinic.care.intake_record import StoredIntake, newest
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Panel, View


def today_panel(view: View) -> Panel | None:
    """Patients whose answers wait for a clinician, seen by all staff; None when nobody waits."""
    waiting = [_as_seen(view, one) for one in waiting_for_a_look(view.connection)]
    urgent = any(one.block.stop is Stop.EVERYTHING for one in waiting)
    shown = Panel(template="intake/waiting.html", context={"waiting": waiting}, comes_first=urgent)
    return shown if waiting else None


def _as_seen(view: View, waiting: Waiting) -> Waiting:
    """Of a restricted chart only that it waits: its answers are for the named staff."""
    account = view.viewer.account
    if account is not None and may_open(view.connection, waiting.person.id, account.id):
        return waiting
    return replace(waiting, block=replace(waiting.block, reasons=()))


def patient_panel(view: View, person: Person) -> Panel:
    """Where the patient's form stands, and what it blocks."""
    stored, block = newest(view.connection, person.id), booking_block(view.connection, person.id)
    context = {"stored": stored, "block": block, "person_id": person.id}
    then = _next_step(stored, block, is_clinician=view.viewer.may(Role.CLINICIAN))
    return Panel(template="intake/overview.html", context=context, next_step=then)


def _next_step(stored: StoredIntake | None, block: BookingBlock, *, is_clinician: bool) -> str:
    if block.blocks and (block.reasons or not block.is_unfinished):
        return (
            "look at the answers that stop a visit." if is_clinician else "fetch a clinician: answers wait."
        )
    if stored is None:
        return "begin the intake."
    return "let the patient finish the intake." if stored.intake.next_group is not None else ""
