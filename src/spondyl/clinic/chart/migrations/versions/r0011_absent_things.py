"""Rooms and instruments can be out of use as providers can be away."""

import sqlalchemy as sa
from alembic import op

revision = "0011_absent_things"
down_revision = "0010_film_uids"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns; what is noted already is of providers."""
    known = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("absences")}
    for name in {"room", "instrument"} - known:
        op.add_column("absences", sa.Column(name, sa.String(40), nullable=False, server_default=""))
