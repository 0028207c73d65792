"""The chart's tables, one file an area, all in one MetaData."""

from spondyl.clinic.chart.tables.accounts import accounts, passkeys, sessions, sign_in_attempts
from spondyl.clinic.chart.tables.audit import audit, audit_heads
from spondyl.clinic.chart.tables.documents import documents, signatures
from spondyl.clinic.chart.tables.metadata import metadata
from spondyl.clinic.chart.tables.people import people

__all__ = [
    "accounts",
    "audit",
    "audit_heads",
    "documents",
    "metadata",
    "passkeys",
    "people",
    "sessions",
    "sign_in_attempts",
    "signatures",
]
