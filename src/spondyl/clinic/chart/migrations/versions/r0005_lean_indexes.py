"""Index only the visits that belong to a course or are on hold: most do not, and each index costs every booking."""

import sqlalchemy as sa
from alembic import op

revision = "0005_lean_indexes"
down_revision = "0004_films"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two indexes anew."""
    for column in ("course", "held_until"):
        name, filled = f"ix_appointments_{column}", sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, "appointments")
        op.create_index(name, "appointments", [column], sqlite_where=filled, postgresql_where=filled)
