"""A person can say when a film was taken whose file does not say it."""

import sqlalchemy as sa
from alembic import op

revision = "0016_stated_days"
down_revision = "0015_joined_charts"
branch_labels = None
depends_on = None

_COLUMN = "stated_day"


def upgrade() -> None:
    """Add the column."""
    if _COLUMN not in {one["name"] for one in sa.inspect(op.get_bind()).get_columns("films")}:
        op.add_column("films", sa.Column(_COLUMN, sa.Date()))
