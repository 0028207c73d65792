"""Visit notes that nobody has signed yet, on the clinician's day page and on the patient's overview."""

from collections.abc import Sequence
from datetime import date

from spondyl.clinic.care.newest_rows import NewestRow, unsigned_rows
from spondyl.clinic.care.visit_note import KIND
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Panel, View

MOST_SHOWN = 12


def today_panel(view: View) -> Panel | None:
    """Every note that waits for a signature, one's own first; None when there is none. Three queries in all."""
    account = view.viewer.account
    if account is None or account.role is not Role.CLINICIAN:
        return None
    shut = shut_for(view.connection, account.id)
    rows = [row for row in unsigned_rows(view.connection, kind=KIND) if row.person_id not in shut]
    rows.sort(key=lambda row: row.made_by != view.viewer.actor)
    shown = rows[:MOST_SHOWN]
    patients = people_of(view.connection, {row.person_id for row in shown})
    return _panel([(patients[row.person_id], row) for row in shown], count=len(rows))


def patient_panel(view: View, person: Person) -> Panel | None:
    """The notes of one patient that wait for a signature; None when there is none."""
    if not view.viewer.may(Role.CLINICIAN):
        return None
    rows = unsigned_rows(view.connection, kind=KIND, person_id=person.id)
    return _panel([(person, row) for row in rows], count=len(rows), next_step="sign the visit note.")


def _panel(shown: Sequence[tuple[Person, NewestRow]], *, count: int, next_step: str = "") -> Panel | None:
    waiting = [(patient, row, date.fromisoformat(row.body["on"])) for patient, row in shown]
    context = {"waiting": waiting, "count": count}
    return Panel(template="exam/unsigned.html", context=context, next_step=next_step) if waiting else None
