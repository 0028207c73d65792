"""A disk that is nearly full is said before it is full."""

from spondyl.clinic.chart.full_disk import room_mb
from spondyl.clinic.web.feature import Panel, View

LEAST_MB = 200
"""A day of films: below it, the day's page says so to everybody."""


def room_panel(view: View) -> Panel | None:
    """How much room is left, when it is little."""
    left = room_mb(view.services.data_dir)
    if left is None or left >= LEAST_MB:
        return None
    return Panel(template="admin/room.html", context={"left": left}, comes_first=True)
