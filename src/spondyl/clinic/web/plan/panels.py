"""Plans whose review is due, on the clinician's day page."""

from datetime import date

import sqlalchemy as sa

from spondyl.clinic.care.plan_record import KIND, judged, latest_plan
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import documents
from spondyl.clinic.web.feature import Panel, View
from spondyl.treatment.plan import PlanJudged, PlanState

MOST_SHOWN = 12


def today_panel(view: View) -> Panel | None:
    """Signed plans that are due and have not reached what matters; None when there are none."""
    account = view.viewer.account
    if account is None or account.role is not Role.CLINICIAN:
        return None
    today = view.services.clock().date()
    people = view.connection.execute(
        sa.select(documents.c.person_id).where(documents.c.kind == KIND).distinct()
    ).scalars()
    due: list[tuple[date, Person, PlanJudged]] = []
    for person_id in people.all():
        stored = latest_plan(view.connection, person_id)
        if stored is None or not stored.is_signed or stored.plan.review_on > today:
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
