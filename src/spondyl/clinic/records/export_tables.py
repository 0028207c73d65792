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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """The rows as UTF-8 CSV. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return out.getvalue().encode()


def parquet_bytes(rows: Sequence[Row], schema: Any) -> bytes:
    """The rows as Parquet with the meaning of each column in its metadata."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
