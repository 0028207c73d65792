"""The newest documents, and what was changed at a visit, are found in indexes alone.

A form's answers make some fifty versions of a few kilobytes, and to know which is the newest all of them were read.
"""

from alembic import op

revision = "0012_rows_by_index"
down_revision = "0011_absent_things"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_documents_newest": ("documents", ["person_id", "kind", "document_id", "version", "made_at"]),
    "ix_documents_recent": ("documents", ["kind", "made_at", "document_id", "version", "person_id"]),
    "ix_booking_changes_appointment": ("booking_changes", ["appointment"]),
}


def upgrade() -> None:
    """Add them; the first holds what the index of patient and kind held."""
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns, if_not_exists=True)
    op.drop_index("ix_documents_person_id_kind", "documents", if_exists=True)
