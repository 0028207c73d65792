"""Administration: accounts, the audit log, openings of restricted charts, retention, erasure, export."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.admin import accounts, audit_log, erasure, export, openings
from spondyl.clinic.web.admin.today import today_panel
from spondyl.clinic.web.feature import Feature, RailStep

FEATURE = Feature(
    name="admin",
    routers=(accounts.router, audit_log.router, openings.router, erasure.router, export.router),
    rail=(RailStep(label="Administration", href="/admin", icon="gear", roles=(Role.ADMINISTRATOR,)),),
    today=today_panel,
)
