"""Versioned JSON documents and their signatures."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("document_id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Index("ix_documents_newest", "person_id", "kind", "document_id", "version", "made_at"),
    sa.Index("ix_documents_recent", "kind", "made_at", "document_id", "version", "person_id"),
)

# Few documents ask for something on a day: the others need no entry.
_is_due = documents.c.due_on.is_not(None)
sa.Index(
    "ix_documents_due",
    *(documents.c[name] for name in ("kind", "due_on", "person_id", "document_id", "version")),
    sqlite_where=_is_due,
    postgresql_where=_is_due,
)

signatures = sa.Table(
    "signatures",
    metadata,
    sa.Column("document_id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("signed_by", sa.Text, primary_key=True),
    sa.Column("signed_at", UtcInstant, nullable=False),
    sa.Column("meaning", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.ForeignKeyConstraint(["document_id", "version"], ["documents.document_id", "documents.version"]),
)
