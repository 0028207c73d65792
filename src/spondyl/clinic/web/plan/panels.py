"""Plans whose review is due, on the clinician's day page; how a patient's plan stands, on the overview."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

import sqlalchemy as sa

from spondyl.clinic.care.newest_rows import DueDocument, newest_due
from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.plan_record import KIND, DuePlan, judge_due, latest_plan
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.plan.standing import standing_of
from spondyl.treatment.plan import PlanState

MOST_SHOWN = 12
READ_AT_ONCE = 40
"""Plans: most of those on which nothing is left to do are passed over in a few steps."""
SHOWN_FOR = timedelta(days=365)
"""Until a review is answered; after a year without an answer the patient has long left."""
FRESH_FOR = timedelta(days=60)
"""What was to be judged longer ago stands below, so that patients who left do not hide those who come."""


def today_panel(view: View) -> Panel | None:
    """Signed plans that are due and have not reached what matters; None when there are none.

    However many patients there are, no more plans are read than it takes to fill the panel.
    """
    account = view.viewer.account
    if account is None or account.role is not Role.CLINICIAN:
        return None
    today, shut = clinic_today(view.services), shut_for(view.connection, account.id)
    reviews = newest_due(view.connection, kind=KIND, first=today - SHOWN_FOR, last=today)
    reviews = [one for one in reviews if one.person_id not in shut]
    reviews.sort(key=lambda one: (_place(one.due_on, today), one.person_id))
    found = list(islice(_open(view.connection, reviews, today), MOST_SHOWN + 1))
    patients = people_of(view.connection, {one.person_id for one in found})
    due = [(one.plan.review_on, patients[one.person_id], one.judged) for one in found]
    context = {"due": due[:MOST_SHOWN], "are_more": len(due) > MOST_SHOWN}
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


def _open(connection: sa.Connection, reviews: Sequence[DueDocument], today: date) -> Iterator[DuePlan]:
    """Those of which something is left to do, in this order, read some at a time."""
    for start in range(0, len(reviews), READ_AT_ONCE):
        some = reviews[start : start + READ_AT_ONCE]
        for one in judge_due(connection, some, as_of=today):
            if one.judged.state in (PlanState.NOT_REACHED, PlanState.NO_SCORE):
                yield one


def _place(review_on: date, today: date) -> tuple[bool, timedelta]:
    """The fresh ones first, and of these the one due first; then the others from the newest to the oldest."""
    ago = today - review_on
    is_old = ago > FRESH_FOR
    return is_old, ago if is_old else -ago
