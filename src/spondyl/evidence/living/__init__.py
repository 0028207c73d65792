"""Living evidence: import drafts, take a snapshot of every number, say what changed, and keep what was signed."""

from spondyl.evidence.living.draft import Draft
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.importing import Imported, known_studies, read_import, registration_json
from spondyl.evidence.living.registration import Registration
from spondyl.evidence.living.same_study import SameStudy, Sorted, sort_drafts

__all__ = [
    "Draft",
    "ImportReason",
    "ImportRefused",
    "Imported",
    "Registration",
    "SameStudy",
    "Sorted",
    "known_studies",
    "read_import",
    "registration_json",
    "sort_drafts",
]
