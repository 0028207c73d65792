"""A film that came before in other bytes is found by an index, not by reading the facts of every film."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0010_film_uids"
down_revision = "0009_overlaps_in_index"
branch_labels = None
depends_on = None

_COLUMN = "sop_uid_sha256"


def upgrade() -> None:
    """Add the column and fill it from the facts of each film."""
    connection = op.get_bind()
    if _COLUMN not in {one["name"] for one in sa.inspect(connection).get_columns("films")}:
        op.add_column("films", sa.Column(_COLUMN, sa.String(64)))
    op.create_index("ix_films_same_picture", "films", [_COLUMN, "state"], if_not_exists=True)
    table = sa.table("films", *(sa.column(name, sa.Text) for name in ("id", "facts", _COLUMN)))
    films = connection.execute(sa.select(table.c.id).where(table.c.facts.is_not(None))).scalars().all()
    for film in films:  # one at a time: the facts of all would not fit in memory everywhere
        facts = connection.execute(sa.select(table.c.facts).where(table.c.id == film)).scalar_one()
        if (uid := json.loads(facts).get("sop_uid")) is not None:
            digest = hashlib.sha256(uid.encode(errors="surrogatepass")).hexdigest()
            connection.execute(table.update().where(table.c.id == film).values({_COLUMN: digest}))
