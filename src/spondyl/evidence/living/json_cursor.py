"""Read JSON of unknown quality: every value is checked, and an error names the place in the file."""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from spondyl.evidence.living.import_refused import ImportReason, ImportRefused

MAX_BYTES = 64 * 1024 * 1024
"""Larger than any page of the registry; a file above it is not one."""

_FETCH_AGAIN = "Download the file again from the registry."


def decode_text(data: bytes) -> str:
    """UTF-8 (a byte-order mark is dropped) of at most :data:`MAX_BYTES`."""
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            ImportReason.FILE_TOO_LARGE,
            at="",
            what=f"The file has {len(data):,} bytes.",
            why=f"At most {MAX_BYTES:,} are read.",
            do="Split it into smaller files.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            ImportReason.NOT_TEXT,
            at=f"byte {error.start}",
            what="The file is not UTF-8 text.",
            why=f"The byte {data[error.start]:#04x} cannot stand there.",
            do="Export it again as UTF-8.",
        ) from error
    if "\0" in text:
        raise ImportRefused(
            ImportReason.NOT_TEXT,
            at=f"character {text.index(chr(0))}",
            what="The file holds a zero byte.",
            why="It is no text, or it was damaged on the way.",
            do=_FETCH_AGAIN,
        )
    return text


def parse_json(text: str) -> "Cursor":
    """The whole document. Not-a-number constants and hopelessly deep nesting are refused."""
    try:
        return Cursor(value=json.loads(text, parse_constant=_no_constant), path="$")
    except json.JSONDecodeError as error:
        raise ImportRefused(
            ImportReason.FILE_DAMAGED,
            at=f"line {error.lineno}, column {error.colno}",
            what="The JSON ends or breaks here.",
            why=f"The reader says: {error.msg}.",
            do=_FETCH_AGAIN,
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise ImportRefused(
            ImportReason.FILE_DAMAGED,
            at="$",
            what="A number in the file has thousands of digits.",
            why="No trial reports such a number.",
            do=_FETCH_AGAIN,
        ) from error
    except RecursionError as error:
        raise ImportRefused(
            ImportReason.FILE_DAMAGED,
            at="$",
            what="The JSON is nested too deeply.",
            why="No registration needs more than some twenty levels.",
            do=_FETCH_AGAIN,
        ) from error


def _no_constant(name: str) -> NoReturn:
    raise ImportRefused(
        ImportReason.FIELD_INVALID,
        at="$",
        what=f"The file holds the number {name}.",
        why="It is no number that a trial can report.",
        do=_FETCH_AGAIN,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One value of the document and where it stands. A missing object or list reads as empty, a missing text as ''."""

    value: Any
    path: str

    def child(self, key: str) -> "Cursor":
        """The object under ``key``; an empty one when there is none."""
        inner = self._object().get(key)
        return Cursor(value={} if inner is None else inner, path=f"{self.path}.{key}")

    def items(self, key: str) -> "tuple[Cursor, ...]":
        """The list under ``key``; empty when there is none."""
        inner = self._object().get(key)
        if inner is None:
            return ()
        path = f"{self.path}.{key}"
        if not isinstance(inner, list):
            raise _invalid(path, inner, "a list")
        return tuple(Cursor(value=one, path=f"{path}[{number}]") for number, one in enumerate(inner))

    def text(self, key: str) -> str:
        """The text under ``key``, with runs of white space as one blank."""
        inner = self._object().get(key)
        if inner is None:
            return ""
        if not isinstance(inner, str):
            raise _invalid(f"{self.path}.{key}", inner, "a text")
        return " ".join(inner.split())

    def needed(self, key: str) -> str:
        """The text under ``key``, which must be there."""
        found = self.text(key)
        if not found:
            raise ImportRefused(
                ImportReason.FIELD_MISSING,
                at=f"{self.path}.{key}",
                what="This field is missing or empty.",
                why="Without it the record cannot be told from others.",
                do=_FETCH_AGAIN,
            )
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under ``key``."""
        for one in self.items(key):
            if not isinstance(one.value, str):
                raise _invalid(one.path, one.value, "a text")
        return tuple(one.value for one in self.items(key))

    def count(self, key: str) -> int | None:
        """A whole number of people or events, 0 or more, given as a number or as a text; None when absent or NA."""
        number = self.number(key)
        if number is None:
            return None
        if number < 0 or number != int(number):
            raise _invalid(f"{self.path}.{key}", self._object()[key], "a whole number, 0 or more")
        return int(number)

    def number(self, key: str) -> float | None:
        """A finite number, given as a number or as a text ('1,234.5'); None when absent, empty or NA."""
        inner = self._object().get(key)
        if inner is None or (isinstance(inner, str) and inner.strip().upper() in ("", "NA", "N/A")):
            return None
        try:
            number = float(inner.replace(",", "") if isinstance(inner, str) else inner)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if isinstance(inner, bool) or not math.isfinite(number):
            raise _invalid(f"{self.path}.{key}", inner, "a number")
        return number

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise _invalid(self.path, self.value, "an object")
        return self.value


def _invalid(path: str, value: object, wanted: str) -> ImportRefused:
    shown = repr(value)
    return ImportRefused(
        ImportReason.FIELD_INVALID,
        at=path,
        what=f"Here stands {shown[:60]}{'…' if len(shown) > 60 else ''}.",
        why=f"It must be {wanted}.",
        do=_FETCH_AGAIN,
    )
