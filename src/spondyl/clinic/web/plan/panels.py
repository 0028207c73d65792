"""Plans whose review is due, on the clinician's day page; how a patient's plan stands, on the overview."""

from datetime import date, timedelta

from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.plan_record import latest_plan, plans_due
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.plan.standing import standing_of
from spondyl.treatment.plan import PlanState

MOST_SHOWN = 12
SHOWN_FOR = timedelta(days=365)
"""Until a review is answered; after a year without an answer the patient has long left."""
FRESH_FOR = timedelta(days=60)
"""What was to be judged longer ago stands below, so that patients who left do not hide those who come."""


def today_panel(view: View) -> Panel | None:
    """Signed plans that are due and have not reached what matters; None when there are none.

    However many patients there are, the chart is asked six times.
    """
    account = view.viewer.account
    if account is None or account.role is not Role.CLINICIAN:
        return None
    today, shut = clinic_today(view.services), shut_for(view.connection, account.id)
    found = [
        one
        for one in plans_due(view.connection, first=today - SHOWN_FOR, last=today)
        if one.person_id not in shut and one.judged.state in (PlanState.NOT_REACHED, PlanState.NO_SCORE)
    ]
    patients = people_of(view.connection, {one.person_id for one in found})
    due = [(one.plan.review_on, patients[one.person_id], one.judged) for one in found]
    due.sort(key=lambda one: _place(one[0], today))
    context = {"due": due[:MOST_SHOWN], "count": len(due)}
    return Panel(template="plan/due.html", context=context) if due else None


def patient_panel(view: View, person: Person) -> Panel | None:
    """How the plan in force stands; None for who sees no plans."""
    if not view.viewer.may(Role.CLINICIAN):
        return None
    stored = latest_plan(view.connection, person.id)
    if stored is None:
        shown, then = None, "examine the patient and make a plan."
    else:
        shown = standing_of(view.connection, person.id, stored, as_of=clinic_today(view.services))
        then = shown.next_step
    context = {"standing": shown, "option_name": option_name}
    return Panel(template="plan/overview.html", context=context, next_step=then)


def _place(review_on: date, today: date) -> tuple[bool, timedelta]:
    """The fresh ones first, and of these the one due first; then the others from the newest to the oldest."""
    ago = today - review_on
    is_old = ago > FRESH_FOR
    return is_old, ago if is_old else -ago
