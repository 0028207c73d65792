"""What does not fit in a form or an address, in sentences for people: what is wrong, why, and what would fit."""

from collections.abc import Mapping
from typing import Any

SHOWN_CHARACTERS = 40
_WORDS = {
    "bool_": "is neither yes nor no",
    "date_from_datetime_inexact": "is a moment, not a day; write it like 2026-12-31",
    "date_": "is no day of the calendar; write it like 2026-12-31",
    "datetime_": "is no moment; write it like 2026-12-31T09:30:00+00:00",
    "dict_": "is no list of named values",
    "finite_number": "is no number that can be counted with",
    "float_": "is no number; write it like 12.5",
    "greater_than": "is too small: it has to be more than {gt}",
    "greater_than_equal": "is too small: it may be {ge} at least",
    "int_": "is no whole number; write it like 12",
    "json_invalid": "cannot be read: it is no JSON",
    "less_than": "is too great: it has to be less than {lt}",
    "less_than_equal": "is too great: it may be {le} at most",
    "list_": "is no list",
    "literal_error": "is none of {expected}",
    "enum": "is none of {expected}",
    "model_": "is no list of named values",
    "string_pattern_mismatch": "is not written as it has to be",
    "string_too_long": "is too long: {max_length} characters at most",
    "string_too_short": "is too short: {min_length} characters at least",
    "string_": "is no text",
    "timezone_aware": "says no time zone; write it like 2026-12-31T09:30:00+00:00",
    "too_long": "has too many parts: {max_length} at most",
    "too_short": "has too few parts: {min_length} at least",
    "uuid_": "is no identifier",
}
"""By the kind of problem, else by the beginning of its name: the longest that fits counts."""


def problem_words(error: Mapping[str, Any]) -> str:
    """One problem that pydantic found, as a sentence."""
    name = _name(error["loc"])
    kind: str = error["type"]
    if kind == "missing":
        return f"{name} is missing."
    given = error.get("input")
    # A text of the wrong length is not shown again: it may be a password, and it may be long.
    is_shown = isinstance(given, str | int | float) and not kind.startswith("string_too_")
    shown = f", {_shortened(given)!r}," if is_shown else ""
    return f"{name}{shown} {_what(kind, error.get('ctx', {}))}."


def _what(kind: str, limits: Mapping[str, Any]) -> str:
    fitting = [one for one in _WORDS if kind == one or (one.endswith("_") and kind.startswith(one))]
    words = _WORDS[max(fitting, key=len)] if fitting else "is not what belongs there"
    return words.format_map({name: str(value) for name, value in limits.items()})


def _name(place: tuple[str | int, ...]) -> str:
    """The field as a person may know it; a part of a list by its number, from 1."""
    parts = [f"number {one + 1}" if isinstance(one, int) else one.replace("_", " ") for one in place[1:]]
    return " ".join(parts).capitalize() or "What was sent"


def _shortened(given: object) -> str:
    text = str(given)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
