"""Versioned JSON documents about a patient: intake, exam, plan, consent, scores, readings of films.

A document is never changed: saving makes its next version. A signature holds the digest of the version it signs.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.canonical_json import canonical, digest_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import refuse_if_erased
from spondyl.clinic.chart.same_person import are_same_person, refuse_if_closed, same_person
from spondyl.clinic.chart.tables import documents, signatures
from spondyl.clinic.chart.tables.column_types import new_id


class DocumentChangedError(ValueError):
    """Somebody saved a newer version in the meantime; load it, compare, save again."""


class DocumentUnknownError(LookupError):
    """There is no such document or version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed a version, when (UTC), and what the signature means ("signed", "read and agreed")."""

    signed_by: str
    signed_at: datetime
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document; ``digest`` is the SHA-256 of its canonical JSON."""

    document_id: str
    version: int
    kind: str
    person_id: str
    body: dict[str, Any]
    digest: str
    made_by: str
    made_at: datetime
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> bool:
        """True when somebody signed this version."""
        return bool(self.signatures)


def save(
    connection: sa.Connection,
    *,
    kind: str,
    person_id: str,
    body: dict[str, Any],
    actor: str,
    document_id: str | None = None,
    after_version: int | None = None,
) -> Document:
    """Save a new document, or with ``document_id`` the next version of one. A body with ``due_on``, a day, is to
    be looked at then, and is found by it.

    With ``after_version`` the save is refused with ``DocumentChangedError`` when a newer version exists. Nothing is
    saved about an erased patient: ``PersonErasedError``. A document of another chart of the same person gets its next
    version there; a closed chart takes no new one: ``ChartClosedError``.
    """
    refuse_if_erased(connection, person_id)
    document_id = document_id or new_id()
    version, person_id = _next_version(
        connection, document_id, kind=kind, person_id=person_id, after_version=after_version
    )
    if version == 1:
        refuse_if_closed(connection, person_id)
    text = canonical(body)
    values = {"document_id": document_id, "version": version, "kind": kind, "person_id": person_id}
    digest = digest_of(text)
    due_on = date.fromisoformat(body["due_on"]) if "due_on" in body else None
    _insert(connection, values | {"body": text, "digest": digest, "made_by": actor, "due_on": due_on})
    detail = {"kind": kind, "document": document_id, "version": version, "digest": digest}
    record(connection, actor=actor, action=f"save {kind}", subject=f"person {person_id}", detail=detail)
    return load(connection, document_id, version=version)


def load(connection: sa.Connection, document_id: str, *, version: int | None = None) -> Document:
    """A version of a document, the newest by default; raises ``DocumentUnknownError``."""
    statement = sa.select(documents).where(documents.c.document_id == document_id)
    if version is not None:
        statement = statement.where(documents.c.version == version)
    row = connection.execute(statement.order_by(documents.c.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise DocumentUnknownError(f"There is no document {document_id!r} (version {version or 'any'}).")
    return _documents(connection, [row])[0]


def latest(connection: sa.Connection, *, kind: str, person_id: str) -> Document | None:
    """The newest version of the newest document of a kind about a patient, in any of their charts; None when there is
    none."""
    found = newest_of_each(connection, kind=kind, person_id=person_id)
    return found[0] if found else None


def newest_of_each(
    connection: sa.Connection, *, kind: str, person_id: str, only_signed: bool = False
) -> list[Document]:
    """Each document of a kind about a patient, in any of their charts, in its newest version, or in the newest that is
    signed; the one begun last comes first."""
    signed = sa.exists().where(
        signatures.c.document_id == documents.c.document_id, signatures.c.version == documents.c.version
    )
    newest = newest_versions(
        same_person(documents.c.person_id, person_id),
        documents.c.kind == kind,
        signed if only_signed else sa.true(),
    )
    begun_last = (newest.c.begun.desc(), documents.c.document_id)
    found = connection.execute(rows_of(newest).order_by(*begun_last))
    return _documents(connection, found.all())


def newest_versions(*conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    """Of each document that fits: whose it is, its newest version, and when it was begun; from an index alone."""
    return (
        sa.select(
            documents.c.document_id,
            sa.func.min(documents.c.person_id).label("person_id"),
            sa.func.max(documents.c.version).label("version"),
            sa.func.min(documents.c.made_at).label("begun"),
        )
        .where(*conditions)
        .group_by(documents.c.document_id)
        .subquery()
    )


def rows_of(newest: sa.Subquery) -> sa.Select[Any]:
    """The rows of these versions."""
    same = sa.and_(newest.c.document_id == documents.c.document_id, newest.c.version == documents.c.version)
    return sa.select(documents).join(newest, same)


def signed_versions(connection: sa.Connection, ids: Collection[str]) -> frozenset[tuple[str, int]]:
    """Document and version of everything signed among these documents, in one query."""
    columns = (signatures.c.document_id, signatures.c.version)
    rows = connection.execute(sa.select(*columns).where(signatures.c.document_id.in_(ids)).distinct())
    return frozenset((row.document_id, row.version) for row in rows)


def history(connection: sa.Connection, document_id: str) -> list[Document]:
    """Every version of a document, the first one first."""
    return histories(connection, [document_id]).get(document_id, [])


def histories(connection: sa.Connection, ids: Collection[str]) -> dict[str, list[Document]]:
    """Every version of each of these documents, the first one first."""
    rows = connection.execute(
        sa.select(documents).where(documents.c.document_id.in_(ids)).order_by(documents.c.version)
    )
    found: dict[str, list[Document]] = {}
    for one in _documents(connection, rows.all()):
        found.setdefault(one.document_id, []).append(one)
    return found


def sign(
    connection: sa.Connection,
    *,
    document_id: str,
    version: int,
    actor: str,
    digest: str,
    meaning: str = "signed",
) -> Document:
    """Sign a version; ``digest`` is what the signer was shown, so nobody signs what they have not seen.

    The audit log does not hold ``meaning``: it may name the patient ("Ana Ruiz agreed in my presence"), and words in
    the log would outlast the patient's erasure. It goes with the signature.
    """
    document = load(connection, document_id, version=version)
    newest = load(connection, document_id).version
    if digest != document.digest or newest != version:
        raise DocumentChangedError(
            f"Version {version} is not what was shown, or {newest} is newer; read it again."
        )
    if any(one.signed_by == actor for one in document.signatures):
        return document
    values = {"document_id": document_id, "version": version, "signed_by": actor, "meaning": meaning}
    connection.execute(signatures.insert().values(**values, signed_at=now_of(connection), digest=digest))
    detail = {"document": document_id, "version": version, "digest": digest}
    subject = f"person {document.person_id}"
    record(connection, actor=actor, action=f"sign {document.kind}", subject=subject, detail=detail)
    return load(connection, document_id, version=version)


def _insert(connection: sa.Connection, values: dict[str, Any]) -> None:
    try:
        made_at = _after_all(connection, values["person_id"])
        connection.execute(documents.insert().values(**values, made_at=made_at))
    except IntegrityError as error:
        # Patient, kind and text were looked at: all that the database still refuses is a version that is there already.
        raise DocumentChangedError(
            f"Version {values['version']} was saved by somebody else at the same moment; nothing was overwritten. "
            "Load the page again and compare."
        ) from error


def _after_all(connection: sa.Connection, person_id: str) -> datetime:
    """Now; or just after the newest of this patient's documents, where that one is of this very moment or from a clock
    that was ahead: what is saved last is always the newest. The row of the audit log tells the clock's own time."""
    newest = sa.select(sa.func.max(documents.c.made_at)).where(same_person(documents.c.person_id, person_id))
    last, now = connection.execute(newest).scalar_one(), now_of(connection)
    return now if last is None or last < now else last + timedelta(microseconds=1)


def _next_version(
    connection: sa.Connection, document_id: str, *, kind: str, person_id: str, after_version: int | None
) -> tuple[int, str]:
    """The number of the next version, and the chart that it stands in."""
    row = connection.execute(
        sa.select(documents.c.version, documents.c.kind, documents.c.person_id)
        .where(documents.c.document_id == document_id)
        .order_by(documents.c.version.desc())
        .limit(1)
    ).one_or_none()
    if row is not None and not (row.kind == kind and are_same_person(connection, row.person_id, person_id)):
        raise DocumentUnknownError(f"Document {document_id!r} is no {kind} of this patient.")
    present = row.version if row else 0
    if after_version is not None and after_version != present:
        raise DocumentChangedError(
            f"Version {present} was saved after version {after_version}, which you had open; nothing was overwritten. "
            "Load the page again and compare."
        )
    return present + 1, row.person_id if row else person_id


def _documents(connection: sa.Connection, rows: Sequence[Any]) -> list[Document]:
    """The documents of these rows with their signatures, which one query finds for all."""
    signed: dict[tuple[str, int], list[Signature]] = {}
    if rows:
        of_these = signatures.c.document_id.in_({row.document_id for row in rows})
        for one in connection.execute(sa.select(signatures).where(of_these).order_by(signatures.c.signed_at)):
            given = Signature(signed_by=one.signed_by, signed_at=one.signed_at, meaning=one.meaning)
            signed.setdefault((one.document_id, one.version), []).append(given)
    return [
        Document(
            document_id=row.document_id,
            version=row.version,
            kind=row.kind,
            person_id=row.person_id,
            body=json.loads(row.body),
            digest=row.digest,
            made_by=row.made_by,
            made_at=row.made_at,
            signatures=tuple(signed.get((row.document_id, row.version), ())),
        )
        for row in rows
    ]
