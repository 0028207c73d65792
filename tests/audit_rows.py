"""Rows of the audit log for tests, by the look that the page and the exports take."""

import sqlalchemy as sa

from spondyl.clinic.chart.audit import AuditEntry
from spondyl.clinic.chart.audit_look import Asked, look


def entries(
    connection: sa.Connection,
    *,
    subject: str | None = None,
    action: str | None = None,
    actor: str | None = None,
    limit: int = 200,
) -> list[AuditEntry]:
    """The newest rows first, of what is given; each must be the very name."""
    asked = Asked(
        subjects=[subject] if subject else None,
        actions=[action] if action else None,
        actors=[actor] if actor else None,
    )
    return list(look(connection, asked, limit=limit).entries)
