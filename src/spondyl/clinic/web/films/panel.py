"""The newest film on a patient's overview, with its red lines."""

from spondyl.clinic.chart.films import films_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.films.rows import film_row


def films_panel(view: View, patient: Person) -> Panel:
    """How many films there are, and what the newest one shows."""
    films = films_of(view.connection, patient.id)
    newest = (
        film_row(view.connection, films[0], patient, reports=(), before_it=0, sends_to=None)
        if films
        else None
    )
    return Panel(template="films/panel.html", context={"newest": newest, "count": len(films)})
