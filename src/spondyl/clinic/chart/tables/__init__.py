"""The chart's tables, one file an area, all in one MetaData."""

from spondyl.clinic.chart.tables.accounts import accounts, passkeys, sessions, sign_in_attempts
from spondyl.clinic.chart.tables.audit import audit, audit_heads
from spondyl.clinic.chart.tables.booking import (
    absences,
    appointments,
    booking_changes,
    claims,
    courses,
    outbox,
    practice_versions,
    waitlist,
)
from spondyl.clinic.chart.tables.documents import documents, signatures
from spondyl.clinic.chart.tables.films import film_reports, films
from spondyl.clinic.chart.tables.guard import glass_breaks, restrictions
from spondyl.clinic.chart.tables.joined import chart_joins, joined_charts, told_apart
from spondyl.clinic.chart.tables.metadata import metadata
from spondyl.clinic.chart.tables.people import people

__all__ = [
    "absences",
    "accounts",
    "appointments",
    "audit",
    "audit_heads",
    "booking_changes",
    "chart_joins",
    "claims",
    "courses",
    "documents",
    "film_reports",
    "films",
    "glass_breaks",
    "joined_charts",
    "metadata",
    "outbox",
    "passkeys",
    "people",
    "practice_versions",
    "restrictions",
    "sessions",
    "sign_in_attempts",
    "signatures",
    "told_apart",
    "waitlist",
]
