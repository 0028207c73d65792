"""Whose review is due is found in an index: the day stood in the body of every plan only."""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

from spondyl.clinic.chart.migrations.append_only import refuse_changes

revision = "0014_due_documents"
down_revision = "0013_born_alike"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the day, take it from the plans that there are, and index it."""
    connection = op.get_bind()
    if "due_on" not in {one["name"] for one in sa.inspect(connection).get_columns("documents")}:
        op.add_column("documents", sa.Column("due_on", sa.Date()))
        _fill(connection)
    columns = ["kind", "due_on", "person_id", "document_id", "version"]
    is_due = sa.text("due_on IS NOT NULL")
    op.create_index(
        "ix_documents_due",
        "documents",
        columns,
        sqlite_where=is_due,
        postgresql_where=is_due,
        if_not_exists=True,
    )


def _fill(connection: sa.Connection) -> None:
    # A document is never changed, and the database sees to it; the new column is no part of what was saved.
    is_embedded = connection.dialect.name == "sqlite"
    op.execute(
        "DROP TRIGGER documents_no_update"
        if is_embedded
        else "ALTER TABLE documents DISABLE TRIGGER documents_no_update"
    )
    table = sa.table(
        "documents",
        *(sa.column(name, sa.Text) for name in ("document_id", "kind", "body")),
        sa.column("version", sa.Integer),
        sa.column("due_on", sa.Date),
    )
    plans = sa.select(table.c.document_id, table.c.version).where(table.c.kind == "plan")
    for place in connection.execute(plans).all():  # one at a time: not every body fits in memory
        here = sa.and_(table.c.document_id == place.document_id, table.c.version == place.version)
        body = json.loads(connection.execute(sa.select(table.c.body).where(here)).scalar_one())
        if (day := body.get("plan", {}).get("review_on")) is not None:
            connection.execute(table.update().where(here).values(due_on=date.fromisoformat(day)))
    if is_embedded:
        refuse_changes("documents", verbs=("UPDATE",))
    else:
        op.execute("ALTER TABLE documents ENABLE TRIGGER documents_no_update")
