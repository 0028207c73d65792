"""Two charts of one person can be joined, and two people told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0015_joined_charts"
down_revision = "0014_due_documents"
branch_labels = None
depends_on = None

_ID, _INSTANT = sa.String(32), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of this revision."""
    op.create_table(
        "joined_charts",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kept", _ID, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_joined_charts"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_joined_charts_person_id"),
        sa.ForeignKeyConstraint(["kept"], ["people.id"], name="fk_joined_charts_kept"),
        if_not_exists=True,
    )
    op.create_index("ix_joined_charts_kept", "joined_charts", ["kept"], if_not_exists=True)
    op.create_table(
        "chart_joins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("closed", _ID, nullable=False),
        sa.Column("kept", _ID, nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("joined_at", _INSTANT, nullable=False),
        sa.Column("separated_by", sa.Text()),
        sa.Column("separated_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_chart_joins"),
        sa.ForeignKeyConstraint(["closed"], ["people.id"], name="fk_chart_joins_closed"),
        sa.ForeignKeyConstraint(["kept"], ["people.id"], name="fk_chart_joins_kept"),
        if_not_exists=True,
    )
    for column in ("closed", "kept"):
        op.create_index(f"ix_chart_joins_{column}", "chart_joins", [column], if_not_exists=True)
    op.create_table(
        "told_apart",
        sa.Column("one", _ID, nullable=False),
        sa.Column("other", _ID, nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_told_apart"),
        sa.ForeignKeyConstraint(["one"], ["people.id"], name="fk_told_apart_one"),
        sa.ForeignKeyConstraint(["other"], ["people.id"], name="fk_told_apart_other"),
        if_not_exists=True,
    )
    op.create_index("ix_told_apart_other", "told_apart", ["other"], if_not_exists=True)
