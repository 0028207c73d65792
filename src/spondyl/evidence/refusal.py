"""Why the evidence engine gives no answer: one typed error, with what is wrong, why, and what to do."""

from enum import Enum


class EvidenceRefusal(Enum):
    """The stable names of every reason for which no estimate is given."""

    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    TABLE_EMPTY = "table_empty"
    TABLE_MALFORMED = "table_malformed"
    COLUMN_MISSING = "column_missing"
    COLUMN_CONFLICT = "column_conflict"
    VALUE_INVALID = "value_invalid"
    NO_USABLE_STUDY = "no_usable_study"
    NO_SPREAD = "no_spread"
    TOO_FEW_STUDIES = "too_few_studies"
    OUT_OF_RANGE = "out_of_range"
    NOT_CONVERGED = "not_converged"


class EvidenceRefused(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """No estimate can be given. ``what`` is wrong, ``why``, and what to ``do`` next, each one plain sentence."""

    def __init__(self, refusal: EvidenceRefusal, *, what: str, why: str, do: str) -> None:
        super().__init__(f"{what} {why} {do}")
        self.refusal = refusal
        self.what = what
        self.why = why
        self.do = do

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild, (self.refusal, self.what, self.why, self.do)


def _rebuild(refusal: EvidenceRefusal, what: str, why: str, do: str) -> EvidenceRefused:
    return EvidenceRefused(refusal, what=what, why=why, do=do)
