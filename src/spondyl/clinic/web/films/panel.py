"""The newest film on a patient's overview, with its red lines."""

from spondyl.clinic.chart.films import films_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.films.rows import film_row, until_signed


def films_panel(view: View, patient: Person) -> Panel:
    """How many films there are, and what the newest one shows."""
    films = films_of(view.connection, patient.id)
    newest = (
        film_row(view.connection, films[0], patient, reports=(), before_it=0, sends_to=None)
        if films
        else None
    )
    waits = until_signed([newest]) if newest and view.viewer.may(Role.CLINICIAN) else None
    context = {"newest": newest, "count": len(films)}
    return Panel(template="films/panel.html", context=context, next_step=waits or "")
