"""A session's outcome as one JSON object."""

from pathlib import Path
from typing import Any

from spondyl.treatment.adjustment import Outcome, Plan, to_json
from spondyl.treatment.adjustment.record import NOTICE


def session_json(outcome: Outcome, plan: Plan, *, record: Path, digest: str) -> dict[str, Any]:
    """The keys are documented in docs/reference/session-record.md."""
    body = to_json(outcome)
    return {
        "simulated": plan.simulated,
        "stopped_because": body["stopped_because"],
        "text": body["text"],
        "decisions": body["decisions"],
        "delivered": body["delivered"],
        "stiffness": body["stiffness"],
        "target": body["target"],
        "is_safe": body["is_safe"],
        "session": plan.session,
        "maximum_n": plan.limits.maximum_n,
        "record": str(record),
        "record_sha256": digest,
        "notice": NOTICE,
    }
