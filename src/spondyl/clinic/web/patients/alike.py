"""Another chart may be the same person's: said to the staff on the overview; nobody's charts are joined by a guess."""

from collections.abc import Collection

from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.known_person import perhaps_same
from spondyl.clinic.chart.people import Person
from spondyl.clinic.web.feature import Panel, View


def perhaps_twice(view: View, known: Collection[Person]) -> dict[str, list[Person]]:
    """For each of these patients the other charts that may be theirs, as far as the viewer may open them."""
    account = view.viewer.account
    if account is None:
        return {}
    return perhaps_same(view.connection, known, shut=shut_for(view.connection, account.id))


def patient_panel(view: View, person: Person) -> Panel | None:
    """The charts that may be this patient's too, and what to do; None when there are none."""
    others = perhaps_twice(view, [person]).get(person.id)
    if others is None:
        return None
    oldest = min([person, *others], key=lambda one: one.record_number)
    context = {"others": others, "oldest": oldest}
    then = "ask whether the other chart is this patient's too."
    return Panel(template="patients/alike.html", context=context, next_step=then)
