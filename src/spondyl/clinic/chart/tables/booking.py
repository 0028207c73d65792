"""Appointments, what they occupy, absences, courses, the waitlist, changes that can be undone, and messages to send."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

practice_versions = sa.Table(
    "practice_versions",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
)

appointments = sa.Table(
    "appointments",
    metadata,
    sa.Column("key", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=True, index=True),
    sa.Column("course", sa.String(ID_LENGTH), nullable=True),
    sa.Column("visit_number", sa.Integer, nullable=True),
    sa.Column("visit_type", sa.String(40), nullable=False),
    sa.Column("office", sa.String(40), nullable=False),
    sa.Column("provider", sa.String(40), nullable=False),
    sa.Column("room", sa.String(40), nullable=False),
    sa.Column("instrument", sa.String(40), nullable=True),
    sa.Column("starts_at", UtcInstant, nullable=False, index=True),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("wall", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("held_until", UtcInstant, nullable=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("override_reason", sa.Text, nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
)
# Most visits belong to no course and are not on hold: those need no entry.
for _few in (appointments.c.course, appointments.c.held_until):
    _filled = _few.is_not(None)
    sa.Index(f"ix_appointments_{_few.name}", _few, sqlite_where=_filled, postgresql_where=_filled)

# Seconds since 1970 in UTC: one form on both databases, so that the same rule guards both. The triggers and exclusion
# constraints that refuse overlaps stand in the migration.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("appointment", sa.ForeignKey("appointments.key"), nullable=False, index=True),
    sa.Column("resource", sa.String(140), nullable=False),
    sa.Column("office", sa.String(40), nullable=False),
    sa.Column("lane", sa.Integer, nullable=False),
    sa.Column("exclusive", sa.Boolean, nullable=False),
    sa.Column("starts_s", sa.BigInteger, nullable=False),
    sa.Column("ends_s", sa.BigInteger, nullable=False),
    # All that the embedded file's trigger looks at, so that it reads no rows besides.
    sa.Index("ix_claims_overlaps", "resource", "starts_s", "ends_s", "lane", "exclusive", "office"),
    sa.Index("ix_claims_starts_s", "starts_s"),
)

# Of a provider, a room or an instrument: the other two are empty.
absences = sa.Table(
    "absences",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("provider", sa.String(40), nullable=False),
    sa.Column("room", sa.String(40), nullable=False, server_default=""),
    sa.Column("instrument", sa.String(40), nullable=False, server_default=""),
    sa.Column("starts_at", UtcInstant, nullable=False),
    sa.Column("ends_at", UtcInstant, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("change", sa.String(ID_LENGTH), nullable=False),
)

courses = sa.Table(
    "courses",
    metadata,
    sa.Column("key", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
)

waitlist = sa.Table(
    "waitlist",
    metadata,
    sa.Column("key", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("hold", sa.String(ID_LENGTH), nullable=True, index=True),
    sa.Column("since", UtcInstant, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

# What an appointment was before a change; ``before`` is empty for one that the change made.
booking_changes = sa.Table(
    "booking_changes",
    metadata,
    sa.Column("change", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("appointment", sa.ForeignKey("appointments.key"), primary_key=True, index=True),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("sequence_after", sa.Integer, nullable=False),
    sa.Column("at", UtcInstant, nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False),
)

# ``body`` is the language of the letters about an appointment where that is not the patient's own, else empty.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("appointment", sa.String(ID_LENGTH), nullable=True, index=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("due_at", UtcInstant, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("done_at", UtcInstant, nullable=True),
    sa.Index("ix_outbox_state_due_at", "state", "due_at"),
)
