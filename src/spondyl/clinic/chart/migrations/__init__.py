"""Bring a database to the newest form: alembic revisions, packed in the wheel, in one line."""

from spondyl.clinic.chart.migrations.upgrade import newest_revision, present_revision, refuse_newer, upgrade

__all__ = ["newest_revision", "present_revision", "refuse_newer", "upgrade"]
