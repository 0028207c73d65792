"""The audit log: a chain of rows, each sealed over the one before."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.metadata import metadata

# ``at`` is text on purpose: the seal is over the very characters that are stored, the same on both databases.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False, index=True),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)
