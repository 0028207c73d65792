"""What everybody has to know about the server before they begin the day: a disk nearly full, a restored copy."""

from spondyl.clinic.chart.full_disk import room_mb
from spondyl.clinic.clinic_home import RESTORED
from spondyl.clinic.web.feature import Panel, View

LEAST_MB = 200
"""A day of films: below it, the day's page says so to everybody."""


def server_panel(view: View) -> Panel | None:
    """How much room is left, when it is little; the file that makes a restored clinic a copy, while it lies there."""
    left = room_mb(view.services.data_dir)
    context = {
        "left": left if left is not None and left < LEAST_MB else None,
        "mark": view.services.data_dir / RESTORED if view.services.settings.restored else None,
    }
    if all(said is None for said in context.values()):
        return None
    return Panel(template="admin/server_state.html", context=context, comes_first=True)
