"""Who was born on the same day is found in an index: each look at a patient asks whether another chart is theirs."""

from alembic import op

revision = "0013_born_alike"
down_revision = "0012_rows_by_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_people_birth_date", "people", ["birth_date"], if_not_exists=True)
