"""What the day's page says of the server to everybody (a disk nearly full, a restored copy), and to administrators of
openings of restricted charts that wait for a review."""

from spondyl.clinic.chart.full_disk import room_mb
from spondyl.clinic.chart.guard import openings_to_review
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.clinic_home import RESTORED
from spondyl.clinic.web.feature import Panel, View

LEAST_MB = 200
"""A day of films: below it, the day's page says so to everybody."""


def today_panel(view: View) -> Panel | None:
    """How much room is left, when it is little; the file that makes a restored clinic a copy, while it lies there; how
    many openings this administrator has to review."""
    left = room_mb(view.services.data_dir)
    context = {
        "left": left if left is not None and left < LEAST_MB else None,
        "mark": view.services.data_dir / RESTORED if view.services.settings.restored else None,
    }
    urgent = any(said is not None for said in context.values())
    openings = _openings(view)
    if not (urgent or openings):
        return None
    shown = context | {"openings": openings}
    return Panel(template="admin/today.html", context=shown, comes_first=urgent)


def _openings(view: View) -> int:
    account = view.viewer.account
    if account is None or not view.viewer.may(Role.ADMINISTRATOR):
        return 0
    return openings_to_review(view.connection, reviewer=account)
