"""Scores and visits as tables: CSV for people, Parquet for programs, the same rows in both."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, Any]


def _field(name: str, kind: Any, meaning: str) -> Any:
    return pa.field(name, kind, metadata={"meaning": meaning})


SCORES = pa.schema(
    [
        _field("record_number", pa.int64(), "the patient's record number"),
        _field("instrument", pa.string(), "code of the questionnaire (docs/reference/questionnaires.md)"),
        _field("on", pa.date32(), "day on which the patient answered"),
        _field("value", pa.float64(), "the score, in the questionnaire's unit"),
        _field("source", pa.string(), "form, visit or entered from paper"),
    ]
)
PATIENTS = pa.schema(
    [
        _field("record_number", pa.int64(), "the patient's record number"),
        _field("family_name", pa.string(), "family name"),
        _field("given_name", pa.string(), "given name"),
        _field("birth_date", pa.date32(), "day of birth; empty when unknown"),
        _field("sex", pa.string(), "female, male, other or unknown"),
        _field("language", pa.string(), "language of letters and forms: en or es"),
        _field("synthetic", pa.bool_(), "true for made-up patients"),
    ]
)
FILMS = pa.schema(
    [
        _field(
            "record_number",
            pa.int64(),
            "the patient's record number; empty: nobody has said whose film it is",
        ),
        _field("folder", pa.string(), "where in the export the film and its report lie"),
        _field("taken_on", pa.string(), "day of the examination, else the day when the film came"),
        _field("view", pa.string(), "view of the film"),
        _field("state", pa.string(), "how far the film was read: measured, refused or waiting"),
        _field("size_bytes", pa.int64(), "length of the film's file"),
        _field("sha256", pa.string(), "SHA-256 of the film's file, which names it in the film store too"),
    ]
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """The rows as UTF-8 CSV. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return _csv([columns]) + csv_rows(rows, columns)


def csv_rows(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """The rows alone, without the line of headings."""
    return _csv([_cell(row[name]) for name in columns] for row in rows)


def parquet_bytes(rows: Sequence[Row], schema: Any) -> bytes:
    """The rows as Parquet with the meaning of each column in its metadata."""
    out = io.BytesIO()
    pq.write_table(table_of(rows, schema), out)
    return out.getvalue()


def table_of(rows: Sequence[Row], schema: Any) -> Any:
    """The rows as an Arrow table."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
