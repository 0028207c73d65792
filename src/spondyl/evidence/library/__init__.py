"""The library of evidence: one human-readable record a study, option, harm and rule, each value with its origin."""

from spondyl.evidence.library.effect import Effect, Group, Meaning, Measure, Outcome, Result, Role
from spondyl.evidence.library.errors import (
    DuplicateTrialError,
    EvidenceError,
    RecordInvalidError,
    UnknownOptionError,
    UnknownRecordError,
    UnverifiedValueError,
)
from spondyl.evidence.library.figure import Figure, Piece, Prose, Quote, prose
from spondyl.evidence.library.library import (
    Library,
    refuse_duplicate_trials,
    refuse_review_with_duplicates,
    trials_listed_twice,
)
from spondyl.evidence.library.option import Option
from spondyl.evidence.library.origin import Origin, Standing, Tag, computed_origin
from spondyl.evidence.library.read import library_from, read_record, shipped_library, shipped_texts
from spondyl.evidence.library.rules import (
    Claim,
    Clause,
    Constant,
    Counted,
    Direction,
    GuidelineRule,
    Harm,
    RegulationRule,
    Seriousness,
)
from spondyl.evidence.library.statement import Statement
from spondyl.evidence.library.study import Arm, Design, Status, Study

__all__ = [
    "Arm",
    "Claim",
    "Clause",
    "Constant",
    "Counted",
    "Design",
    "Direction",
    "DuplicateTrialError",
    "Effect",
    "EvidenceError",
    "Figure",
    "Group",
    "GuidelineRule",
    "Harm",
    "Library",
    "Meaning",
    "Measure",
    "Option",
    "Origin",
    "Outcome",
    "Piece",
    "Prose",
    "Quote",
    "RecordInvalidError",
    "RegulationRule",
    "Result",
    "Role",
    "Seriousness",
    "Standing",
    "Statement",
    "Status",
    "Study",
    "Tag",
    "UnknownOptionError",
    "UnknownRecordError",
    "UnverifiedValueError",
    "computed_origin",
    "library_from",
    "prose",
    "read_record",
    "refuse_duplicate_trials",
    "refuse_review_with_duplicates",
    "shipped_library",
    "shipped_texts",
    "trials_listed_twice",
]
