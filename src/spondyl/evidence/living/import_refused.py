"""Why a file, or one entry of it, was not imported: one typed error, with what is wrong, why, and what to do."""

from enum import Enum


class ImportReason(Enum):
    """The stable names of every reason an import is refused."""

    FILE_TOO_LARGE = "file_too_large"
    NOT_TEXT = "not_text"
    FORMAT_UNKNOWN = "format_unknown"
    FILE_DAMAGED = "file_damaged"
    FIELD_MISSING = "field_missing"
    FIELD_INVALID = "field_invalid"
    COLUMN_UNKNOWN = "column_unknown"
    GROUP_UNKNOWN = "group_unknown"
    COUNTS_IMPOSSIBLE = "counts_impossible"
    SAME_TRIAL_TWICE = "same_trial_twice"
    NOTHING_INSIDE = "nothing_inside"


class ImportRefused(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """Nothing is imported from here. ``what`` is wrong, ``why``, and what to ``do``, each one plain sentence.

    ``at`` is the place in the file: a JSON path, a line, or a row.
    """

    def __init__(self, reason: ImportReason, *, at: str, what: str, why: str, do: str) -> None:
        super().__init__(f"{at}: {what} {why} {do}" if at else f"{what} {why} {do}")
        self.reason = reason
        self.at = at
        self.what = what
        self.why = why
        self.do = do
