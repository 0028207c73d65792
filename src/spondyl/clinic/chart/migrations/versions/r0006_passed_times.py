"""A time that was offered and not taken is remembered with its office and provider; what knew only the start goes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006_passed_times"
down_revision = "0005_lean_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget the starts: at worst somebody is offered the same time once more."""
    table = sa.table("waitlist", sa.column("key", sa.Text), sa.column("body", sa.Text))
    for key, text in op.get_bind().execute(sa.select(table.c.key, table.c.body)).all():
        body = json.loads(text)
        if body.get("passed"):
            kept = json.dumps(body | {"passed": []})
            op.execute(table.update().where(table.c.key == key).values(body=kept))
