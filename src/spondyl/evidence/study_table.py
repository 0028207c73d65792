"""A table of studies, a row each, with metafor's column names; read from CSV text."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

NUMBER_COLUMNS = (
    *("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    *("ai", "bi", "ci", "di"),
    *("xi", "mi", "ni"),
    *("yi", "vi", "sei"),
)
"""The columns that are read as numbers; every other column is kept out of the calculation."""

LABEL_COLUMNS = ("study", "label", "slab", "trial", "author", "id")
"""Where a study's name is looked for, in this order."""

EMPTY_CELLS = frozenset({"", "na", "n/a", "nan", "null", "none", "."})
"""What stands for a missing value."""

COUNT_COLUMNS = frozenset({"n1i", "n2i", "ni", "ai", "bi", "ci", "di", "xi", "mi"})
"""Columns that count people."""

_THOUSANDS = re.compile(r"^\d{1,3},\d{3}$")
_DECIMAL_COMMA = re.compile(r"^([+-]?\d*),(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """Studies and their numbers. ``columns`` maps metafor's names to arrays (n,); NaN stands for a missing value.

    ``texts`` keeps every other column as it was written, for moderators and the names of treatments.
    """

    labels: tuple[str, ...]
    columns: dict[str, NDArray[np.float64]]
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def __post_init__(self) -> None:
        wrong = [name for name, column in self.columns.items() if column.shape != (len(self.labels),)]
        if wrong:
            raise ValueError(
                f"Columns {wrong} do not have one number for each of {len(self.labels)} studies."
            )

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns."""
        return all(name in self.columns for name in names)


def doubled_rows(labels: Iterable[str]) -> tuple[str, ...]:
    """A note for each study that stands in more than one row of those that are pooled."""
    return tuple(
        f"{label} stands in {count} rows, which are pooled as if nobody were in two of them: a trial reported twice, "
        "or a control group that rows share, counts again in each."
        for label, count in Counter(labels).items()
        if count > 1
    )


def parse_study_table(text: str) -> StudyTable:
    """Read CSV (comma, semicolon or tab) with a head line.

    >>> parse_study_table("study,yi,vi\\nAronson 1948,-0.889,0.326\\n").labels
    ('Aronson 1948',)
    """
    lines = _lines(text)
    if len(lines) < 2:
        raise EvidenceRefused(
            EvidenceRefusal.TABLE_EMPTY,
            what="The table holds no study.",
            why="It needs a line of column names and at least one line of numbers below.",
            do="Write one study a line, for example 'study,yi,vi' and then 'Smith 2020,-0.5,0.04'.",
        )
    (_, head), *rows = lines
    names = [_name(cell) for cell in head]
    _check_shape(names, rows)
    return StudyTable(labels=_labels(names, rows), columns=_columns(names, rows), texts=_texts(names, rows))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something, each with its number in the file; '#' starts a comment line."""
    text = text.removeprefix("\ufeff")
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise EvidenceRefused(
            EvidenceRefusal.TABLE_MALFORMED,
            what=f"Line {reader.line_num} cannot be read as CSV: {error}.",
            why="The table must be plain text with a comma, semicolon or tab between cells.",
            do="Export it again as CSV (UTF-8).",
        ) from None
    return [(number, row) for number, row in lines if any(cell.strip() for cell in row) and row[0][:1] != "#"]


def _name(cell: str) -> str:
    """A column's name; metafor's own in any case, as in 'YI' or 'N1i'."""
    name = cell.strip()
    return name.lower() if name.lower() in NUMBER_COLUMNS else name


def _check_shape(names: list[str], rows: list[tuple[int, list[str]]]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 and name in NUMBER_COLUMNS})
    if twice:
        raise EvidenceRefused(
            EvidenceRefusal.TABLE_MALFORMED,
            what=f"The column {twice[0]} stands twice in the head line.",
            why="It is not clear which of the two holds the numbers.",
            do="Keep one of them.",
        )
    for number, row in rows:
        if len(row) != len(names):
            raise EvidenceRefused(
                EvidenceRefusal.TABLE_MALFORMED,
                what=f"Line {number} has {len(row)} cells; the head line has {len(names)}.",
                why="The numbers cannot be told apart by their columns.",
                do="Give every line as many cells as the head line; quote a text that holds the separator.",
            )


def _labels(names: list[str], rows: list[tuple[int, list[str]]]) -> tuple[str, ...]:
    by_name = {name.lower(): index for index, name in enumerate(names)}
    at = next((by_name[name] for name in LABEL_COLUMNS if name in by_name), None)
    found = ["" if at is None else row[at].strip() for _, row in rows]
    return tuple(label or f"Study {number}" for number, label in enumerate(found, 1))


def _columns(names: list[str], rows: list[tuple[int, list[str]]]) -> dict[str, NDArray[np.float64]]:
    return {
        name: np.array([_number(row[at], line, name) for line, row in rows], dtype=np.float64)
        for at, name in enumerate(names)
        if name in NUMBER_COLUMNS
    }


def _texts(names: list[str], rows: list[tuple[int, list[str]]]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(row[at].strip() for _, row in rows)
        for at, name in enumerate(names)
        if name and name not in NUMBER_COLUMNS
    }


def table_number(text: str) -> float | None:
    """The finite number of a cell in digits as tables have them; Python reads more than that: 1_0, and other digits."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _number(cell: str, line: int, name: str) -> float:
    if name in COUNT_COLUMNS and _THOUSANDS.match(cell.strip()):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"Line {line}, column {name}: {cell.strip()!r} may be a thousand people or one.",
            why="A comma stands before the decimals here, and in a count of people it more likely parts thousands.",
            do=f"Write {cell.strip().replace(',', '')}.",
        )
    text = _DECIMAL_COMMA.sub(r"\1.\2", cell.strip())
    if text.lower() in EMPTY_CELLS:
        return math.nan
    if (number := table_number(text)) is not None:
        return number
    raise EvidenceRefused(
        EvidenceRefusal.VALUE_INVALID,
        what=f"Line {line}, column {name}: {cell!r} is not a number.",
        why="Every cell of a number column must be a finite number, with a point (or one comma) before the decimals.",
        do="Correct the cell, or leave it empty (or NA) when the value is not known.",
    )
