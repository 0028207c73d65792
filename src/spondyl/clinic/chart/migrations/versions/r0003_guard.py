"""Restricted charts and their opening in an emergency."""

import sqlalchemy as sa
from alembic import op

revision = "0003_guard"
down_revision = "0002_booking"
branch_labels = None
depends_on = None

_ID, _INSTANT = sa.String(32), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of this revision."""
    op.create_table(
        "restrictions",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("set_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "account_id", name="pk_restrictions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_restrictions_person_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_restrictions_account_id"),
    )
    op.create_table(
        "glass_breaks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("reviewed_by", sa.Text()),
        sa.Column("reviewed_at", _INSTANT),
        sa.Column("finding", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_glass_breaks"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_glass_breaks_person_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_glass_breaks_account_id"),
    )
    op.create_index("ix_glass_breaks_person_id", "glass_breaks", ["person_id"])
