"""Small parts of FHIR resources, as plain JSON values."""

from typing import Any

from spondyl.clinic.report.codes import SYSTEM_URI, Code

Resource = dict[str, Any]
RECORD_SYSTEM = "urn:x-spondyl:record-number"


def reference(kind: str, name: str, display: str = "") -> Resource:
    """A reference to a resource of this server."""
    return {"reference": f"{kind}/{name}"} | ({"display": display} if display else {})


def coding(code: Code) -> Resource:
    """A code with its system and meaning."""
    return {"system": SYSTEM_URI[code.scheme], "code": code.value, "display": code.meaning}


def concept(text: str, *codes: Code) -> Resource:
    """A concept by text, with the codes that say the same."""
    return {"text": text} | ({"coding": [coding(code) for code in codes]} if codes else {})


def safe_id(text: str) -> str:
    """An identifier as FHIR allows it: letters, digits, - and ., at most 64 characters."""
    kept = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in text)
    return kept[:64]


def present(**values: Any) -> Resource:
    """The values that are there: FHIR has no empty text and no empty list."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
