"""Every code that leaves in DICOM SR or FHIR: where it comes from, and a check that refuses any other.

SNOMED CT codes are those of DICOM PS3.16 (CID 7550 for Cobb; vertebrae as in the dictionary that pydicom ships).
For pelvic incidence, SVA, kyphosis and lordosis no SNOMED or LOINC code was found: they travel under the private
scheme ``99SPONDYL`` with the RadElement element beside it in FHIR (docs/reference/codes.md).
"""

from dataclasses import dataclass

from spondyl.anatomy import Level
from spondyl.assessment import Unit, is_cobb
from spondyl.clinic.report.care_code_sets import CARE_CODE_SETS

PRIVATE = "99SPONDYL"

SYSTEM_URI = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
    "LN": "http://loinc.org",
    PRIVATE: "urn:x-spondyl:code",
    "RADELEMENT": "http://radelement.org",
}
"""DICOM coding scheme designator to FHIR system URI."""


class UnknownCodeError(ValueError):
    """A code that its code set does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code value in a scheme (DICOM designator) with its meaning, at most 64 bytes as DICOM demands."""

    value: str
    scheme: str
    meaning: str

    def __post_init__(self) -> None:
        if self.scheme not in SYSTEM_URI:
            raise UnknownCodeError(
                f"Coding scheme {self.scheme!r} is not used here. Choose among {sorted(SYSTEM_URI)}."
            )
        if not 0 < len(self.meaning.encode()) <= 64:
            raise UnknownCodeError(
                f"The meaning of {self.value} has {len(self.meaning.encode())} bytes. Use 1 to 64."
            )


COBB = Code(value="285285000", scheme="SCT", meaning="Cobb angle")
SPINE = Code(value="421060004", scheme="SCT", meaning="Spine")
VERTEBRA = Code(value="51282000", scheme="SCT", meaning="Vertebra")
IMAGING_STUDY = Code(value="18748-4", scheme="LN", meaning="Diagnostic imaging study")
INTERVAL_90 = Code(value="interval_90", scheme=PRIVATE, meaning="Central 90 % interval")

PAIN_SCORE = Code(value="72514-3", scheme="LN", meaning="Pain severity - 0-10 verbal numeric rating")
OSWESTRY_SCORE = Code(value="97909-6", scheme="LN", meaning="Oswestry Disability Index score")
CONSENT_DOCUMENT = Code(value="59284-0", scheme="LN", meaning="Consent Document")
SCORE_UNIT = Code(value="{score}", scheme="UCUM", meaning="score")

UNITS = {
    Unit.DEG: Code(value="deg", scheme="UCUM", meaning="degree"),
    Unit.MM: Code(value="mm", scheme="UCUM", meaning="millimeter"),
    Unit.PERCENT: Code(value="%", scheme="UCUM", meaning="percent"),
    Unit.RATIO: Code(value="1", scheme="UCUM", meaning="no units"),
}

LEVELS = {
    level: Code(
        value=value, scheme="SCT", meaning=f"{level.value} vertebra" if level is not Level.S1 else "Sacrum"
    )
    for level, value in {
        Level.C2: "39976000",
        Level.C3: "113205007",
        Level.C4: "5329002",
        Level.C5: "36978003",
        Level.C6: "36054005",
        Level.C7: "87391001",
        Level.T1: "64864005",
        Level.T2: "53733008",
        Level.T3: "1626008",
        Level.T4: "73071006",
        Level.T5: "56401006",
        Level.T6: "45296009",
        Level.T7: "62487009",
        Level.T8: "11068009",
        Level.T9: "82687006",
        Level.T10: "7610001",
        Level.T11: "12989004",
        Level.T12: "23215003",
        Level.L1: "66794005",
        Level.L2: "14293000",
        Level.L3: "36470004",
        Level.L4: "11994002",
        Level.L5: "49668003",
        Level.S1: "54735007",
    }.items()
}

RADELEMENT = {
    "cobb": Code(value="CDE_000264", scheme="RADELEMENT", meaning="Cobb angle"),
    "pelvic_incidence": Code(value="CDE_000268", scheme="RADELEMENT", meaning="Pelvic incidence"),
    "sva": Code(value="CDE_000269", scheme="RADELEMENT", meaning="Sagittal vertical axis"),
    "thoracic_kyphosis": Code(value="CDE_000270", scheme="RADELEMENT", meaning="Thoracic kyphosis"),
    "lumbar_lordosis": Code(value="CDE_000271", scheme="RADELEMENT", meaning="Lumbar lordosis"),
}
"""Start of a measurement's kind to its RadElement element."""

CODE_SETS: dict[str, frozenset[str]] = {
    "bundle-type": frozenset(
        [
            "document",
            "message",
            "transaction",
            "transaction-response",
            "batch",
            "batch-response",
            "history",
            "searchset",
            "collection",
        ]
    ),
    "observation-status": frozenset(
        [
            "registered",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "cancelled",
            "entered-in-error",
            "unknown",
        ]
    ),
    "diagnostic-report-status": frozenset(
        [
            "registered",
            "partial",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "appended",
            "cancelled",
            "entered-in-error",
            "unknown",
        ]
    ),
    "imagingstudy-status": frozenset(["registered", "available", "cancelled", "entered-in-error", "unknown"]),
    "administrative-gender": frozenset(["male", "female", "other", "unknown"]),
    "device-nametype": frozenset(
        [
            "udi-label-name",
            "user-friendly-name",
            "patient-reported-name",
            "manufacturer-name",
            "model-name",
            "other",
        ]
    ),
    "device-status": frozenset(["active", "inactive", "entered-in-error", "unknown"]),
    "observation-category": frozenset(
        [
            "social-history",
            "vital-signs",
            "imaging",
            "laboratory",
            "procedure",
            "survey",
            "exam",
            "therapy",
            "activity",
        ]
    ),
    "diagnostic-service-section": frozenset({"RAD", "RX", "OTH"}),
    "acquisition-modality": frozenset({"CR", "DX", "RG", "RF", "OT", "PX", "XA"}),
    **CARE_CODE_SETS,
}
"""FHIR R4B value sets (required bindings whole, the others the part used here)."""


def checked(code_set: str, code: str) -> str:
    """The code itself when its set holds it; raises UnknownCodeError otherwise."""
    known = CODE_SETS.get(code_set)
    if known is None:
        raise UnknownCodeError(f"There is no code set {code_set!r} here. Choose among {sorted(CODE_SETS)}.")
    if code not in known:
        raise UnknownCodeError(f"{code!r} is no code of {code_set}. Use one of {sorted(known)}.")
    return code


def concept_of(kind: str, label: str) -> Code:
    """The concept that names a measurement: SNOMED's Cobb angle, else the private scheme with the kind as code."""
    return COBB if is_cobb(kind) else private_code(kind, label)


def private_code(kind: str, label: str) -> Code:
    """The kind as a code of the private scheme."""
    return Code(value=kind, scheme=PRIVATE, meaning=shortened(label))


def shortened(text: str, *, longest: int = 64) -> str:
    """The text cut to so many UTF-8 bytes (validators count a DICOM LO in bytes), its cut shown by three dots."""
    encoded = text.encode()
    return text if len(encoded) <= longest else encoded[: longest - 3].decode(errors="ignore") + "..."


def radelement_of(kind: str) -> Code | None:
    """The RadElement element of a measurement, or None: "Cobb angle" is no name for an AASCE angle."""
    if kind.startswith("cobb") and not is_cobb(kind):
        return None
    return next((code for start, code in RADELEMENT.items() if kind.startswith(start)), None)
