"""People, accounts, documents and the audit log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from spondyl.clinic.chart.migrations.append_only import refuse_changes

revision = "0001_base"
down_revision = None
branch_labels = None
depends_on = None

_TEXT, _ID, _INSTANT = sa.Text(), sa.String(32), sa.DateTime(timezone=True)


def _required(name: str, kind: "sa.types.TypeEngine[Any]", *, key: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, kind, primary_key=key, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Make the tables of this revision."""
    _people()
    _accounts()
    _documents()
    _audit()


def _people() -> None:
    op.create_table(
        "people",
        _required("id", _ID, key=True),
        _required("record_number", sa.Integer()),
        *(_required(name, _TEXT) for name in ("given_name", "family_name", "folded_name")),
        sa.Column("birth_date", sa.Date()),
        _required("sex", sa.String(16)),
        *(_required(name, _TEXT) for name in ("phone", "email")),
        _required("language", sa.String(8)),
        _required("synthetic", sa.Boolean()),
        _required("created_at", _INSTANT),
        sa.Column("erased_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("record_number", name="uq_people_record_number"),
    )
    op.create_index("ix_people_folded_name", "people", ["folded_name"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        _required("id", _ID, key=True),
        *(_required(name, _TEXT) for name in ("sign_in_name", "full_name")),
        _required("role", sa.String(16)),
        sa.Column("password_hash", _TEXT),
        sa.Column("oidc_subject", _TEXT),
        _required("active", sa.Boolean()),
        _required("created_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("sign_in_name", name="uq_accounts_sign_in_name"),
        sa.UniqueConstraint("oidc_subject", name="uq_accounts_oidc_subject"),
    )
    op.create_table(
        "passkeys",
        _required("credential_id", _TEXT, key=True),
        _required("account_id", _ID),
        _required("public_key", _TEXT),
        _required("sign_count", sa.BigInteger()),
        _required("label", _TEXT),
        _required("created_at", _INSTANT),
        sa.PrimaryKeyConstraint("credential_id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_passkeys_account_id"),
    )
    op.create_index("ix_passkeys_account_id", "passkeys", ["account_id"])
    _sessions()


def _sessions() -> None:
    op.create_table(
        "sessions",
        _required("token_hash", sa.String(64), key=True),
        _required("account_id", _ID),
        _required("created_at", _INSTANT),
        _required("seen_at", _INSTANT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_table(
        "sign_in_attempts",
        _required("id", _ID, key=True),
        *(_required(name, _TEXT) for name in ("sign_in_name", "address")),
        _required("at", _INSTANT),
        _required("succeeded", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_at", "sign_in_attempts", ["at"])


def _documents() -> None:
    op.create_table(
        "documents",
        _required("document_id", _ID, key=True),
        _required("version", sa.Integer(), key=True),
        _required("kind", sa.String(40)),
        _required("person_id", _ID),
        _required("body", _TEXT),
        _required("digest", sa.String(64)),
        _required("made_by", _TEXT),
        _required("made_at", _INSTANT),
        sa.PrimaryKeyConstraint("document_id", "version", name="pk_documents"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_documents_person_id"),
    )
    op.create_index("ix_documents_person_id_kind", "documents", ["person_id", "kind"])
    op.create_table(
        "signatures",
        _required("document_id", _ID, key=True),
        _required("version", sa.Integer(), key=True),
        _required("signed_by", _TEXT, key=True),
        _required("signed_at", _INSTANT),
        _required("meaning", _TEXT),
        _required("digest", sa.String(64)),
        sa.PrimaryKeyConstraint("document_id", "version", "signed_by", name="pk_signatures"),
        sa.ForeignKeyConstraint(
            ["document_id", "version"],
            ["documents.document_id", "documents.version"],
            name="fk_signatures_document_id_version",
        ),
    )
    # A version never changes; erasure may take it away.
    refuse_changes("documents", verbs=("UPDATE",))
    refuse_changes("signatures", verbs=("UPDATE",))


def _audit() -> None:
    op.create_table(
        "audit",
        _required("lane", sa.Integer(), key=True),
        _required("sequence", sa.BigInteger(), key=True),
        _required("at", sa.String(40)),
        *(_required(name, _TEXT) for name in ("actor", "action", "subject", "detail")),
        _required("seal", sa.String(64)),
        sa.PrimaryKeyConstraint("lane", "sequence", name="pk_audit"),
    )
    for column in ("at", "action", "subject"):
        op.create_index(f"ix_audit_{column}", "audit", [column])
    op.create_table(
        "audit_heads",
        _required("lane", sa.Integer(), key=True),
        _required("sequence", sa.BigInteger()),
        _required("seal", sa.String(64)),
        sa.PrimaryKeyConstraint("lane", name="pk_audit_heads"),
    )
    refuse_changes("audit")
