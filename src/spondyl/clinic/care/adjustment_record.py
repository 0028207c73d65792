"""Adjustment sessions in the chart: begun, ended, checked. The record itself is a file beside the chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.adjust.session_json import session_json
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import Document, DocumentUnknownError, load, newest_of_each, save
from spondyl.clinic.chart.same_person import are_same_person
from spondyl.treatment.adjustment import Plan, Replay, to_json

KIND = "adjustment"
FOLDER = "adjustments"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAdjustment:
    """A session as the chart keeps it. ``outcome`` is None while it runs, and for ever when the server was ended first;
    ``check`` is what a replay of the record said."""

    run: str
    version: int
    person_id: str
    plan: Mapping[str, Any]
    source: str
    record: str
    by: str
    at: datetime
    outcome: Mapping[str, Any] | None
    problem: str
    stopped_by: str
    check: Mapping[str, str] | None

    @property
    def is_simulated(self) -> bool:
        """Whether no real instrument was at hand."""
        return bool(self.plan["simulated"])

    def is_record(self, digest: str) -> bool:
        """Whether a file with this SHA-256 is the record whose end was kept; any may be while none is."""
        return self.outcome is None or self.outcome["record_sha256"] == digest

    def path(self, data_dir: Path) -> Path:
        """The record's file."""
        return data_dir / FOLDER / self.record


def record_name(person_id: str, session: int) -> str:
    """Where a session's record lies in the folder of records."""
    return f"{person_id}/session-{session}.tar"


def keep_begun(
    connection: sa.Connection, person_id: str, run: str, plan: Plan, *, source: str, actor: str
) -> None:
    """Keep that a session is about to begin, with its whole plan, before anything is touched."""
    body = {
        "plan": to_json(plan),
        "source": source,
        "record": record_name(person_id, plan.session),
        "outcome": None,
        "problem": "",
        "stopped_by": "",
        "check": None,
    }
    save(connection, kind=KIND, person_id=person_id, body=body, actor=actor, document_id=run)


def keep_finished(connection: sa.Connection, run: str, plan: Plan, finished: Finished, *, actor: str) -> None:
    """Keep what came of it: the next version of the document, and a row of the audit log of its own."""
    document = load(connection, run)
    outcome = finished.outcome
    said = (
        None
        if outcome is None
        else session_json(outcome, plan, record=Path(document.body["record"]), digest=finished.digest)
    )
    body = {**document.body, "outcome": said, "problem": finished.problem, "stopped_by": finished.stopped_by}
    _next(connection, document, body, actor=actor)
    detail = {
        "adjustment": run,
        "simulated": plan.simulated,
        "stopped_because": finished.because,
        "stopped_by": finished.stopped_by,
        "pulses": len(finished.delivered),
        "highest_n": max((one.peak_n for one in finished.delivered), default=0.0),
        "record_sha256": finished.digest,
    }
    record(
        connection,
        actor=actor,
        action="end adjustment",
        subject=f"person {document.person_id}",
        detail=detail,
    )


def keep_check(connection: sa.Connection, run: str, check: Replay, *, actor: str) -> None:
    """Keep what a replay of the record said."""
    document = load(connection, run)
    said = {"verdict": check.verdict.value, "text": check.text}
    _next(connection, document, {**document.body, "check": said}, actor=actor)


def adjustments_of(connection: sa.Connection, person_id: str) -> tuple[StoredAdjustment, ...]:
    """Every session of a patient, the last one first."""
    return tuple(
        _stored(connection, one) for one in newest_of_each(connection, kind=KIND, person_id=person_id)
    )


def adjustment_at(connection: sa.Connection, person_id: str, run: str) -> StoredAdjustment:
    """One session of a patient; raises DocumentUnknownError when it is somebody else's."""
    document = load(connection, run)
    if document.kind != KIND or not are_same_person(connection, document.person_id, person_id):
        raise DocumentUnknownError(
            "This session is not one of this patient. Open it from the patient's page."
        )
    return _stored(connection, document)


def _next(connection: sa.Connection, document: Document, body: dict[str, Any], *, actor: str) -> None:
    save(
        connection,
        kind=KIND,
        person_id=document.person_id,
        body=body,
        actor=actor,
        document_id=document.document_id,
        after_version=document.version,
    )


def _stored(connection: sa.Connection, document: Document) -> StoredAdjustment:
    first = document if document.version == 1 else load(connection, document.document_id, version=1)
    body = document.body
    return StoredAdjustment(
        run=document.document_id,
        version=document.version,
        person_id=document.person_id,
        plan=body["plan"],
        source=body["source"],
        record=body["record"],
        by=first.made_by,
        at=first.made_at,
        outcome=body["outcome"],
        problem=body["problem"],
        stopped_by=body["stopped_by"],
        check=body["check"],
    )
