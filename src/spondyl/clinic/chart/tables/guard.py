"""Charts that only a few may open, and openings of such a chart in an emergency."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

restrictions = sa.Table(
    "restrictions",
    metadata,
    sa.Column("person_id", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("set_at", UtcInstant, nullable=False),
)

glass_breaks = sa.Table(
    "glass_breaks",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
    sa.Column("until", UtcInstant, nullable=False),
    sa.Column("reviewed_by", sa.Text, nullable=True),
    sa.Column("reviewed_at", UtcInstant, nullable=True),
    sa.Column("finding", sa.Text, nullable=True),
)
