"""Studies from CSV: a row for each group and result; rows of one study share its registry number, DOI or name."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from spondyl.evidence.library import Design, Outcome, Role
from spondyl.evidence.library.registry_ids import normal_registry_id
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.study_table import table_number

Value = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: what stands in each column, checked; an empty cell is absent."""

    line: int
    values: dict[str, Value]

    def text(self, column: str) -> str:
        """The text of a column, '' when absent."""
        return str(self.values.get(column, ""))


def read_table(text: str) -> tuple[Row, ...]:
    """Every row of comma, semicolon or tab separated text. Raises ImportRefused naming line and column."""
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise _refused(
            ImportReason.NOTHING_INSIDE, "line 1", "The table is empty.", "There is no head line.", _DO_HEAD
        )
    delimiter = max(",;\t", key=lines[0].count)
    try:
        raw = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refused(
            ImportReason.FILE_DAMAGED,
            "",
            "The table cannot be read.",
            f"The reader says: {error}.",
            "Export it again; quote a text that holds the separator.",
        ) from error
    names = [cell.strip().lower() for cell in raw[0]]
    _check_head(names)
    rows = tuple(_row(number, names, cells) for number, cells in enumerate(raw[1:], start=2) if any(cells))
    if not rows:
        raise _refused(
            ImportReason.NOTHING_INSIDE,
            "line 2",
            "There is no study.",
            "Only the head line is there.",
            _DO_HEAD,
        )
    return rows


def _check_head(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        close = get_close_matches(unknown[0], COLUMNS, n=1)
        raise _refused(
            ImportReason.COLUMN_UNKNOWN,
            f"line 1, column {names.index(unknown[0]) + 1}",
            f"There is no column {unknown[0]!r}.",
            "A value in an unknown column would be lost."
            + (f" Perhaps {close[0]!r} is meant." if close else ""),
            f"Use {', '.join(COLUMNS)}.",
        )
    twice = [name for name in names if names.count(name) > 1]
    missing = [name for name in NEEDED if name not in names]
    if twice or missing:
        what = f"The column {twice[0]!r} stands twice." if twice else f"The column {missing[0]!r} is missing."
        raise _refused(
            ImportReason.FIELD_MISSING, "line 1", what, "Every study needs it exactly once.", _DO_HEAD
        )


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) != len(names):
        raise _refused(
            ImportReason.FILE_DAMAGED,
            f"line {line}",
            f"The line has {len(cells)} cells, the head line {len(names)}.",
            "The values cannot be told apart by their columns.",
            "Give every line as many cells as the head line.",
        )
    given = {name: " ".join(cell.split()) for name, cell in zip(names, cells, strict=True) if cell.strip()}
    for name in NEEDED:
        if name not in given:
            raise _refused(
                ImportReason.FIELD_MISSING,
                f"line {line}, {name}",
                "The cell is empty.",
                "It is needed.",
                "Fill it in.",
            )
    row = Row(line=line, values={name: _checked(line, name, cell) for name, cell in given.items()})
    events, n = row.values.get("events"), row.values.get("n")
    if isinstance(events, int) and (not isinstance(n, int) or events > n):
        raise _refused(
            ImportReason.COUNTS_IMPOSSIBLE,
            f"line {line}",
            f"{events} people of {n if n is not None else 'an unknown number'} had the outcome.",
            "People with an outcome are some of the people analysed.",
            "Give n, and events at most as large.",
        )
    return row


def _checked(line: int, name: str, cell: str) -> Value:
    try:
        return COLUMNS[name](cell)
    except ValueError as error:
        raise _refused(
            ImportReason.FIELD_INVALID,
            f"line {line}, {name}",
            f"{cell[:60]!r} cannot stand here.",
            f"It must be {error}.",
            "Correct the cell, or leave it empty when the value is not known.",
        ) from None


def _number(cell: str) -> float:
    if (number := table_number(cell)) is None:
        raise ValueError("a number with a point before the decimals")
    return number


def _count(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", cell):
        raise ValueError("a whole number, 0 or more")
    return int(cell)


def _percent(cell: str) -> float:
    number = _number(cell)
    if not 0.0 <= number <= 100.0:
        raise ValueError("a percentage from 0 to 100")
    return number


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell.lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return cell.lower()

    return read


def _trial(cell: str) -> str:
    number = normal_registry_id(cell)
    if number is None:
        raise ValueError("a registry number, such as NCT and eight digits")
    return number


COLUMNS: dict[str, Callable[[str], Value]] = {
    "name": str,
    "registry_id": _trial,
    "doi": str,
    "citation": str,
    "locator": str,
    "options": str,
    "design": _one_of(tuple(one.value for one in Design)),
    "condition": str,
    "funding": str,
    "outcome": _one_of(tuple(one.value for one in Outcome)),
    "label": str,
    "months": _number,
    "group": str,
    "role": _one_of(tuple(one.value for one in Role)),
    "n": _count,
    "events": _count,
    "percent": _percent,
    "before": _number,
    "after": _number,
}
"""Every column and what its cells hold. ``options`` are separated by blanks; see docs/how-to/living-evidence.md."""

NEEDED = ("name", "citation", "design")
_DO_HEAD = f"Start with a head line that has at least {', '.join(NEEDED)}."


def _refused(reason: ImportReason, at: str, what: str, why: str, do: str) -> ImportRefused:
    return ImportRefused(reason, at=at, what=what, why=why, do=do)
