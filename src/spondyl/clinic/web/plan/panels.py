"""Plans whose review is due, on the clinician's day page."""

from datetime import date, timedelta

import sqlalchemy as sa

from spondyl.clinic.care.newest_rows import newest_rows
from spondyl.clinic.care.plan_record import KIND, judged, latest_plan
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Panel, View
from spondyl.treatment.plan import PlanJudged, PlanState

MOST_SHOWN = 12
SHOWN_FOR = timedelta(days=60)


def today_panel(view: View) -> Panel | None:
    """Signed plans that are due and have not reached what matters; None when there are none."""
    account = view.viewer.account
    if account is None or account.role is not Role.CLINICIAN:
        return None
    today = view.services.clock().date()
    due: list[tuple[date, Person, PlanJudged]] = []
    for person_id in _due_people(view.connection, today):
        stored = latest_plan(view.connection, person_id)
        if stored is None or not stored.is_signed:
            continue
        if not may_open(view.connection, person_id, account.id):
            continue
        found = judged(view.connection, person_id, stored.plan, as_of=today)
        if found.state in (PlanState.NOT_REACHED, PlanState.NO_SCORE):
            due.append((stored.plan.review_on, person(view.connection, person_id), found))
    due.sort(key=lambda one: one[0])
    return (
        Panel(template="plan/due.html", context={"due": due[:MOST_SHOWN], "count": len(due)}) if due else None
    )


def _due_people(connection: sa.Connection, today: date) -> list[str]:
    """Patients whose newest plan was to be judged in the last two months: what is older was seen many times."""
    first, last = (today - SHOWN_FOR).isoformat(), today.isoformat()
    rows = newest_rows(connection, kind=KIND)
    return [row.person_id for row in rows if first <= row.body["plan"]["review_on"] <= last]
