"""Charts of one person: which belong together, how they came together, and which pairs are two people."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

# The kept chart has a row that names itself: whichever chart is asked about, one look says whether it is joined.
joined_charts = sa.Table(
    "joined_charts",
    metadata,
    sa.Column("person_id", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("kept", sa.ForeignKey("people.id"), nullable=False, index=True),
)

# ``moved`` is JSON: what went to the kept chart and goes back when the charts are separated.
chart_joins = sa.Table(
    "chart_joins",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("closed", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("kept", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("moved", sa.Text, nullable=False),
    sa.Column("joined_by", sa.Text, nullable=False),
    sa.Column("joined_at", UtcInstant, nullable=False),
    sa.Column("separated_by", sa.Text, nullable=True),
    sa.Column("separated_at", UtcInstant, nullable=True),
)

# ``one`` has the smaller identifier of the two.
told_apart = sa.Table(
    "told_apart",
    metadata,
    sa.Column("one", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("other", sa.ForeignKey("people.id"), primary_key=True, index=True),
    sa.Column("said_by", sa.Text, nullable=False),
    sa.Column("said_at", UtcInstant, nullable=False),
)
