"""Living evidence: import drafts, take a snapshot of every number, say what changed, and keep what was signed."""

from spondyl.evidence.answer import ReviewState, SignatureInvalidError, SignedConclusion
from spondyl.evidence.living.difference import ConclusionChange, Difference, NumberChange, difference
from spondyl.evidence.living.draft import Draft, reads_alike
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.importing import Imported, known_studies, read_import, registration_json
from spondyl.evidence.living.registration import Registration
from spondyl.evidence.living.review import Review, review, sign, signed_from_text, signed_to_text
from spondyl.evidence.living.same_study import SameStudy, Sorted, sort_drafts
from spondyl.evidence.living.snapshot import Snapshot, SnapshotInvalidError, read_snapshot, take_snapshot

__all__ = [
    "ConclusionChange",
    "Difference",
    "Draft",
    "ImportReason",
    "ImportRefused",
    "Imported",
    "NumberChange",
    "Registration",
    "Review",
    "ReviewState",
    "SameStudy",
    "SignatureInvalidError",
    "SignedConclusion",
    "Snapshot",
    "SnapshotInvalidError",
    "Sorted",
    "difference",
    "known_studies",
    "read_import",
    "read_snapshot",
    "reads_alike",
    "registration_json",
    "review",
    "sign",
    "signed_from_text",
    "signed_to_text",
    "sort_drafts",
    "take_snapshot",
]
