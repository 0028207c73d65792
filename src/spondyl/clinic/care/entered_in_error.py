"""A document that was entered in error is taken back: it stays with its reason in the chart, and counts nowhere."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import Document, save, sign

FIELD = "entered_in_error"
"""Of a document's body: why it was taken back."""
LONGEST_REASON = 500
MEANING = "entered in error"


class TakeBackRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """An entry that is not taken back; the message says why and what to do."""


def why_in_error(body: Mapping[str, Any]) -> str:
    """Why the document was taken back; empty while it counts."""
    return body.get(FIELD, "")


def take_back(connection: sa.Connection, document: Document, *, reason: str, actor: str) -> Document:
    """Keep and sign a version that says so. Raises TakeBackRefused without a reason, and for one taken back before.

    The reason stands in the document alone: it may name another patient, and the audit log outlasts an erasure.
    """
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise TakeBackRefused(f"Write why this was entered in error, in at most {LONGEST_REASON} characters.")
    if why_in_error(document.body):
        raise TakeBackRefused("This was taken back before. Load the page again.")
    saved = save(
        connection,
        kind=document.kind,
        person_id=document.person_id,
        body={**document.body, FIELD: why},
        actor=actor,
        document_id=document.document_id,
        after_version=document.version,
    )
    detail = {"kind": saved.kind, "document": saved.document_id, "version": saved.version}
    record(
        connection, actor=actor, action="take back entry", subject=f"person {saved.person_id}", detail=detail
    )
    return sign(
        connection,
        document_id=saved.document_id,
        version=saved.version,
        actor=actor,
        digest=saved.digest,
        meaning=MEANING,
    )
