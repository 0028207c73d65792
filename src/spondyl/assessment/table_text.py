"""Rows of a CSV text that a clinic exports, each with its line, and the error that names what is wrong with one."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

MAX_CHARACTERS = 50_000_000
NAMED_LINES = 10
"""How many faulty lines one message names."""


class TableTextError(ValueError):
    """A text cannot be read: ``where`` in it, ``what`` is wrong, ``why`` that matters, and what to ``do``."""

    def __init__(self, *, where: str, what: str, why: str, do: str) -> None:
        super().__init__(f"{where}: {what} {why} {do}")
        self.where = where
        self.what = what
        self.why = why
        self.do = do


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its line in the file, and its cells by column name, stripped."""

    line: int
    cells: Mapping[str, str]

    def wrong(self, what: str, *, why: str, do: str) -> TableTextError:
        """The error that names this line."""
        return TableTextError(where=f"line {self.line}", what=what, why=why, do=do)


def rows_of(text: str, *, required: Collection[str]) -> Iterator[Row]:
    """The rows under a header, separated by commas, semicolons or tabs; empty lines are skipped.

    >>> [dict(row.cells) for row in rows_of("a;b" + chr(10) + "1;2", required=("a",))]
    [{'a': '1', 'b': '2'}]
    """
    if len(text) > MAX_CHARACTERS:
        raise TableTextError(
            where="the file",
            what=f"it has {len(text)} characters.",
            why=f"At most {MAX_CHARACTERS} are read at once.",
            do="Split it by patient.",
        )
    lines = text.lstrip("\ufeff")
    first = next((line for line in lines.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=separator, strict=True)
    try:
        yield from _rows(reader, required)
    except csv.Error as error:
        raise TableTextError(
            where=f"line {reader.line_num}",
            what=f"it is not CSV: {error}.",
            why="A quotation mark is not closed, or a cell is too long.",
            do="Export the table again as CSV, UTF-8.",
        ) from error


def _rows(reader: "Iterator[list[str]]", required: Collection[str]) -> Iterator[Row]:
    names: list[str] | None = None
    for cells in reader:
        line = int(getattr(reader, "line_num"))  # noqa: B009  the csv reader's type is private
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = _header(cells, required, line)
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            raise TableTextError(
                where=f"line {line}",
                what=f"it has {len(cells)} cells under {len(names)} columns.",
                why="A cell without a column has no meaning.",
                do="Put a cell that holds a separator in quotation marks.",
            )
        filled = [cell.strip() for cell in cells] + [""] * (len(names) - len(cells))
        yield Row(line=line, cells=dict(zip(names, filled, strict=False)))
    if names is None:
        raise _missing("the file", required, "it is empty.")


def _header(cells: list[str], required: Collection[str], line: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    lacking = [name for name in required if name not in names]
    if lacking:
        raise _missing(f"line {line}", required, f"the columns {', '.join(lacking)} are missing.")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise TableTextError(
            where=f"line {line}",
            what=f"the column {doubled[0]!r} stands there twice.",
            why="It cannot be told which one counts.",
            do="Remove or rename one.",
        )
    return names


def _missing(where: str, required: Collection[str], what: str) -> TableTextError:
    return TableTextError(
        where=where,
        what=what,
        why=f"The first line names the columns, at least {', '.join(required)}.",
        do="Add them, then read the file again.",
    )


def date_of(row: Row, column: str = "date") -> date:
    """A cell as a date written YYYY-MM-DD."""
    text = row.cells[column]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise row.wrong(
            f"{text!r} is not a date.",
            why="Dates are written YYYY-MM-DD, so that day and month cannot be confused.",
            do="Export dates in that form.",
        ) from None
