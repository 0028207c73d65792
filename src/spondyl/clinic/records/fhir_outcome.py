"""What a FHIR client is told when its request fails: an OperationOutcome."""

from typing import Any

from spondyl.clinic.records.fhir_parts import Resource
from spondyl.clinic.report.codes import checked

MEDIA_TYPE = "application/fhir+json"
_CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    409: "conflict",
    422: "invalid",
    429: "throttled",
}


def outcome_of(status: int, text: str, code: str = "") -> Resource:
    """The outcome of a request that ended with an HTTP status."""
    issue: dict[str, Any] = {
        "severity": checked("issue-severity", "error"),
        "code": checked("issue-type", code or _CODES.get(status, "exception")),
        "diagnostics": text,
    }
    return {"resourceType": "OperationOutcome", "issue": [issue]}
