"""Another chart may be the same person's, or is: said to the staff on the overview; no chart is joined by a guess."""

from collections.abc import Collection

import sqlalchemy as sa

from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.joining import joins_into
from spondyl.clinic.chart.known_person import perhaps_same
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.viewer import Viewer


def perhaps_twice(
    connection: sa.Connection, viewer: Viewer, known: Collection[Person]
) -> dict[str, list[Person]]:
    """For each of these patients the other charts that may be theirs, as far as the viewer may open them."""
    if viewer.account is None:
        return {}
    return perhaps_same(connection, known, shut=shut_for(connection, viewer.account.id))


def patient_panel(view: View, person: Person) -> Panel | None:
    """The charts that may be this patient's too, and what to do, and those that were joined; None when there are
    none."""
    others = perhaps_twice(view.connection, view.viewer, [person]).get(person.id, [])
    joins = joins_into(view.connection, person.id)
    if not others and not joins:
        return None
    closed = people_of(view.connection, [one.closed for one in joins])
    context = {
        "person": person,
        "others": others,
        "joins": [(one, closed[one.closed]) for one in joins],
    }
    then = "ask whether the other chart is this patient's too." if others else ""
    return Panel(template="patients/alike.html", context=context, next_step=then)
