"""Films and their reports."""

import sqlalchemy as sa
from alembic import op

from spondyl.clinic.chart.migrations.append_only import refuse_changes

revision = "0004_films"
down_revision = "0003_guard"
branch_labels = None
depends_on = None

_TEXT, _ID, _SHA256, _INSTANT = sa.Text(), sa.String(32), sa.String(64), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of this revision."""
    op.create_table(
        "films",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("content_sha256", _SHA256, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_name", _TEXT, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        *(
            sa.Column(name, _TEXT)
            for name in ("given_landmarks", "facts", "original", "refusal", "summary", "draft")
        ),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("reading_id", _ID),
        sa.PrimaryKeyConstraint("id", name="pk_films"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_films_person_id"),
        sa.UniqueConstraint("content_sha256", name="uq_films_content_sha256"),
    )
    for column in ("person_id", "state"):
        op.create_index(f"ix_films_{column}", "films", [column])
    op.create_table(
        "film_reports",
        sa.Column("film_id", _ID, nullable=False),
        sa.Column("reading_version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("content_sha256", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("film_id", "reading_version", "name", name="pk_film_reports"),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name="fk_film_reports_film_id"),
    )
    refuse_changes("film_reports", verbs=("UPDATE",))
