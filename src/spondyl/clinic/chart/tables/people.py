"""Patients."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("record_number", sa.Integer, nullable=False, unique=True),
    sa.Column("given_name", sa.Text, nullable=False),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("folded_name", sa.Text, nullable=False, index=True),
    sa.Column("birth_date", sa.Date, nullable=True, index=True),
    sa.Column("sex", sa.String(16), nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("synthetic", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcInstant, nullable=False),
    sa.Column("erased_at", UtcInstant, nullable=True),
)
