"""Names for searching know one apostrophe and one space between words: O’Neil is found as O'Neil."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008_folded_names"
down_revision = "0007_hashed_resources"
branch_labels = None
depends_on = None

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ", "'"))


def upgrade() -> None:
    """Fold the name of everybody in the chart anew; who was erased has none."""
    names = ("id", "given_name", "family_name", "folded_name")
    table = sa.table("people", *(sa.column(name, sa.Text) for name in names))
    for row in op.get_bind().execute(sa.select(table).where(table.c.folded_name != "")).all():
        folded = _fold(f"{row.family_name} {row.given_name}")
        if folded != row.folded_name:
            op.execute(table.update().where(table.c.id == row.id).values(folded_name=folded))


def _fold(name: str) -> str:
    # Written out: a migration does the same for ever, whatever becomes of the chart's own fold.
    parts = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES))
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()
    return " ".join(plain.split())
