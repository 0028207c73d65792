"""Checks every code in a FHIR bundle against the sets of :mod:`codes`: fhir.resources lets wrong ones pass."""

from collections.abc import Iterator
from typing import Any

from spondyl.clinic.report.codes import (
    COBB,
    CONSENT_DOCUMENT,
    IMAGING_STUDY,
    INTERVAL_90,
    LEVELS,
    OSWESTRY_SCORE,
    PAIN_SCORE,
    RADELEMENT,
    SCORE_UNIT,
    SPINE,
    SYSTEM_URI,
    UNITS,
    VERTEBRA,
    UnknownCodeError,
    checked,
)

BOUND = {
    ("Bundle", "type"): "bundle-type",
    ("Observation", "status"): "observation-status",
    ("DiagnosticReport", "status"): "diagnostic-report-status",
    ("ImagingStudy", "status"): "imagingstudy-status",
    ("Device", "status"): "device-status",
    ("Device.deviceName", "type"): "device-nametype",
    ("Patient", "gender"): "administrative-gender",
    ("Patient.telecom", "system"): "contact-point-system",
    ("Patient.link", "type"): "link-type",
    ("Bundle.entry.search", "mode"): "search-entry-mode",
    ("Appointment", "status"): "appointmentstatus",
    ("Appointment.participant", "status"): "participationstatus",
    ("QuestionnaireResponse", "status"): "questionnaire-answers-status",
    ("CarePlan", "status"): "request-status",
    ("CarePlan", "intent"): "care-plan-intent",
    ("CarePlan.activity.detail", "status"): "care-plan-activity-status",
    ("Goal", "lifecycleStatus"): "goal-status",
    ("Consent", "status"): "consent-state-codes",
    ("Flag", "status"): "flag-status",
    ("OperationOutcome.issue", "severity"): "issue-severity",
    ("OperationOutcome.issue", "code"): "issue-type",
}
"""(element, attribute) to the code set it is bound to; every code-typed attribute of the bundle is listed."""

IN_SYSTEM = {
    "http://terminology.hl7.org/CodeSystem/observation-category": "observation-category",
    "http://terminology.hl7.org/CodeSystem/v2-0074": "diagnostic-service-section",
    "http://terminology.hl7.org/CodeSystem/consentscope": "consent-scope",
    SYSTEM_URI["DCM"]: "acquisition-modality",
}

_USED = (
    COBB,
    SPINE,
    VERTEBRA,
    IMAGING_STUDY,
    *LEVELS.values(),
    *UNITS.values(),
    *RADELEMENT.values(),
    INTERVAL_90,
    PAIN_SCORE,
    OSWESTRY_SCORE,
    CONSENT_DOCUMENT,
    SCORE_UNIT,
)
KNOWN = frozenset((SYSTEM_URI[code.scheme], code.value) for code in _USED)


def check_codes(bundle: dict[str, Any]) -> None:
    """Raise UnknownCodeError at the first code of a bundle or resource that its code set or system does not hold."""
    for element, values in _elements("Bundle", bundle):
        for attribute, code_set in ((a, s) for (e, a), s in BOUND.items() if e == element):
            if attribute in values:
                checked(code_set, values[attribute])
        if "system" in values and "code" in values:
            _check_coding(values["system"], values["code"])


def _check_coding(system: str, code: str) -> None:
    if system in IN_SYSTEM:
        checked(IN_SYSTEM[system], code)
    elif system == "urn:ietf:rfc:3986":
        if not code.startswith("urn:"):
            raise UnknownCodeError(f"{code!r} is no URI. A SOP class is written urn:oid:1.2.840….")
    elif system == SYSTEM_URI["99SPONDYL"]:
        if not code.replace("_", "").replace("-", "").isalnum():
            raise UnknownCodeError(f"{code!r} is no measurement kind: letters, digits, _ and - only.")
    elif (system, code) not in KNOWN:
        raise UnknownCodeError(
            f"{code!r} of {system} is not among the codes used here (docs/reference/codes.md)."
        )


def _elements(name: str, values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in the bundle with the name of its element, resources under their own type."""
    name = values.get("resourceType", name)
    yield name, values
    for key, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _elements(f"{name}.{key}", item)
