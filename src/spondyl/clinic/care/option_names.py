"""The evidence library as the clinic's pages use it, and the names of its options."""

from functools import cache

from spondyl.clinic.evidence_files import records_or_shipped
from spondyl.evidence.answer import OptionLine, compare
from spondyl.evidence.library import Library


@cache
def clinic_library() -> Library:
    """The library of the package, read once."""
    return records_or_shipped(None)


@cache
def option_lines() -> tuple[OptionLine, ...]:
    """Every option by the same yardstick, from the least to the most invasive."""
    return compare(clinic_library()).options


def option_name(option: str) -> str:
    """The name of an option; its id when the library does not hold it any more."""
    return next((line.name for line in option_lines() if line.id == option), option)
