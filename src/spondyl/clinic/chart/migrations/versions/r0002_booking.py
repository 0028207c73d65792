"""Booking: the database itself refuses two visits in one place at one time."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002_booking"
down_revision = "0001_base"
branch_labels = None
depends_on = None

_TEXT, _ID, _KEY, _INSTANT = sa.Text(), sa.String(32), sa.String(40), sa.DateTime(timezone=True)
_LONGEST_S = 24 * 60 * 60


def _required(name: str, kind: "sa.types.TypeEngine[Any]", *, key: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, kind, primary_key=key, nullable=False, autoincrement=False)


def _optional(name: str, kind: "sa.types.TypeEngine[Any]") -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    """Make the tables of this revision."""
    _practice()
    _appointments()
    _claims()
    if op.get_bind().dialect.name == "sqlite":
        _guard_by_trigger()
    else:
        _guard_by_exclusion()
    _around_appointments()
    _waitlist_and_outbox()


def _practice() -> None:
    op.create_table(
        "practice_versions",
        _required("version", sa.Integer(), key=True),
        _required("body", _TEXT),
        _required("made_by", _TEXT),
        _required("made_at", _INSTANT),
        sa.PrimaryKeyConstraint("version", name="pk_practice_versions"),
    )


def _appointments() -> None:
    op.create_table(
        "appointments",
        _required("key", _ID, key=True),
        _optional("person_id", _ID),
        _optional("course", _ID),
        _optional("visit_number", sa.Integer()),
        *(_required(name, _KEY) for name in ("visit_type", "office", "provider", "room")),
        _optional("instrument", _KEY),
        _required("starts_at", _INSTANT),
        _required("zone", sa.String(64)),
        _required("wall", sa.String(16)),
        _required("status", sa.String(16)),
        _optional("held_until", _INSTANT),
        _required("sequence", sa.Integer()),
        _required("override_reason", _TEXT),
        _required("made_at", _INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_appointments"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_appointments_person_id"),
    )
    for column in ("person_id", "course", "starts_at", "held_until"):
        op.create_index(f"ix_appointments_{column}", "appointments", [column])


def _claims() -> None:
    op.create_table(
        "claims",
        _required("appointment", _ID),
        _required("resource", sa.String(140)),
        _required("office", _KEY),
        _required("lane", sa.Integer()),
        _required("exclusive", sa.Boolean()),
        _required("starts_s", sa.BigInteger()),
        _required("ends_s", sa.BigInteger()),
        sa.ForeignKeyConstraint(["appointment"], ["appointments.key"], name="fk_claims_appointment"),
        sa.CheckConstraint(
            f"starts_s < ends_s AND ends_s - starts_s <= {_LONGEST_S} AND lane >= 0", name="ck_claims_span"
        ),
    )
    op.create_index("ix_claims_appointment", "claims", ["appointment"])
    op.create_index("ix_claims_resource_starts_s", "claims", ["resource", "starts_s"])
    op.create_index("ix_claims_starts_s", "claims", ["starts_s"])


def _guard_by_trigger() -> None:
    """SQLite: before each new row, look whether one in its way stands; a row is never changed, only taken away."""
    op.execute(
        "CREATE TRIGGER claims_never_overlap BEFORE INSERT ON claims WHEN EXISTS ("
        "SELECT 1 FROM claims AS other WHERE other.resource = NEW.resource AND other.lane = NEW.lane "
        "AND other.exclusive = NEW.exclusive AND (NEW.exclusive OR other.office <> NEW.office) "
        f"AND other.starts_s < NEW.ends_s AND other.starts_s > NEW.starts_s - {_LONGEST_S} "
        "AND other.ends_s > NEW.starts_s) "
        "BEGIN SELECT RAISE(ABORT, 'claims never overlap'); END"
    )
    op.execute(
        "CREATE TRIGGER claims_no_update BEFORE UPDATE ON claims "
        "BEGIN SELECT RAISE(ABORT, 'a claim is taken away and made anew, never changed'); END"
    )


def _guard_by_exclusion() -> None:
    """PostgreSQL: two exclusion constraints, for the thing itself and for the way to another office."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(
        "ALTER TABLE claims ADD CONSTRAINT claims_never_overlap EXCLUDE USING gist "
        "(resource WITH =, lane WITH =, int8range(starts_s, ends_s) WITH &&) WHERE (exclusive)"
    )
    op.execute(
        "ALTER TABLE claims ADD CONSTRAINT claims_leave_time_to_travel EXCLUDE USING gist "
        "(resource WITH =, lane WITH =, office WITH <>, int8range(starts_s, ends_s) WITH &&) WHERE (NOT exclusive)"
    )


def _around_appointments() -> None:
    op.create_table(
        "absences",
        _required("id", _ID, key=True),
        _required("provider", _KEY),
        _required("starts_at", _INSTANT),
        _required("ends_at", _INSTANT),
        _required("reason", _TEXT),
        _required("change", _ID),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_ends_at", "absences", ["ends_at"])
    op.create_table(
        "courses",
        _required("key", _ID, key=True),
        _required("person_id", _ID),
        _required("rule", _TEXT),
        _required("made_at", _INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_courses"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_courses_person_id"),
    )
    op.create_index("ix_courses_person_id", "courses", ["person_id"])
    op.create_table(
        "booking_changes",
        _required("change", _ID, key=True),
        _required("appointment", _ID, key=True),
        *(_required(name, _TEXT) for name in ("before", "actor", "words")),
        _required("sequence_after", sa.Integer()),
        _required("at", _INSTANT),
        _required("undone", sa.Boolean()),
        sa.PrimaryKeyConstraint("change", "appointment", name="pk_booking_changes"),
        sa.ForeignKeyConstraint(["appointment"], ["appointments.key"], name="fk_booking_changes_appointment"),
    )
    op.create_index("ix_booking_changes_at", "booking_changes", ["at"])


def _waitlist_and_outbox() -> None:
    op.create_table(
        "waitlist",
        _required("key", _ID, key=True),
        _required("person_id", _ID),
        _required("state", sa.String(16)),
        _optional("hold", _ID),
        _required("since", _INSTANT),
        _required("body", _TEXT),
        sa.PrimaryKeyConstraint("key", name="pk_waitlist"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_waitlist_person_id"),
    )
    for column in ("person_id", "state", "hold"):
        op.create_index(f"ix_waitlist_{column}", "waitlist", [column])
    op.create_table(
        "outbox",
        _required("id", _ID, key=True),
        _optional("appointment", _ID),
        _required("kind", sa.String(24)),
        _required("body", _TEXT),
        _required("due_at", _INSTANT),
        _required("state", sa.String(12)),
        _required("tries", sa.Integer()),
        _required("problem", _TEXT),
        _optional("done_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_appointment", "outbox", ["appointment"])
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
