"""Results as two Parquet tables: one row a film, and one row a value; both are read off the JSON lines.

The schema is documented in docs/reference/cohort-tables.md, generated from this file.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from spondyl.assessment import Unit
from spondyl.clinic.cohort.task import FilmRecord

Row = dict[str, Any]
Table = Any
"""A pyarrow Table: the package has no types."""


def _field(name: str, kind: Any, meaning: str) -> Any:
    return pa.field(name, kind, metadata={"meaning": meaning})


_KEYS = (
    _field("film", pa.string(), "path of the film as given on the command line"),
    _field("sha256", pa.string(), "SHA-256 of the film's pixels; null when it could not be decoded"),
    _field(
        "sop_uid",
        pa.string(),
        "SOP Instance UID of a DICOM film, as the archive knows it; null for a picture",
    ),
    _field("result_key", pa.string(), "SHA-256 over pixels, model, landmark file, settings and version"),
    _field(
        "model", pa.string(), "what gave the landmarks: the detector's model, or the landmark file's format"
    ),
    _field("version", pa.string(), "version of Spondyl"),
)

FILMS_SCHEMA = pa.schema(
    [
        *_KEYS,
        _field("status", pa.string(), "measured or refused"),
        _field("reason", pa.string(), "why the film was refused: a name of docs/reference/refusals.md"),
        _field("message", pa.string(), "the refusal in plain words: what is wrong, why, what to do"),
        _field("view", pa.string(), "AP, PA, LATERAL or UNKNOWN"),
        _field("spacing_source", pa.string(), "where the pixel spacing comes from"),
        _field("vertebrae", pa.int32(), "how many vertebrae have landmarks"),
        _field("lowest_confidence", pa.float64(), "the least confidence of a vertebra, 0 to 1"),
        _field(
            "red_lines", pa.list_(pa.string()), "what must be looked at before the film's values are used"
        ),
        _field("notes", pa.list_(pa.string()), "what the header lacks, and what a person stated instead"),
    ]
)

MEASUREMENTS_SCHEMA = pa.schema(
    [
        *_KEYS,
        _field("status", pa.string(), "measured; not_measured (reason says why); refused (the whole film)"),
        _field("reason", pa.string(), "why there is no value"),
        _field("kind", pa.string(), "name of the value (docs/reference/measurements.md); null when refused"),
        _field(
            "levels",
            pa.list_(pa.string()),
            "the vertebrae used, head to foot; first and last are a curve's ends",
        ),
        _field("value", pa.float64(), "the value, in the row's unit"),
        _field("unit", pa.string(), "UCUM: deg, mm, % or 1"),
        _field("interval_90_low", pa.float64(), "lower end of the 90 % interval, in the row's unit"),
        _field("interval_90_high", pa.float64(), "upper end of the 90 % interval, in the row's unit"),
        _field("sd", pa.float64(), "standard deviation, in the row's unit"),
        _field("flags", pa.list_(pa.string()), "red lines that belong to the value"),
    ]
)


def films_table(records: Iterable[FilmRecord]) -> Table:
    """One row a film."""
    return pa.Table.from_pylist([_film_row(record) for record in records], schema=FILMS_SCHEMA)


def measurements_table(records: Iterable[FilmRecord]) -> Table:
    """One row a value; a value the film cannot give, and a refused film, keep a row with the reason."""
    rows = [row for record in records for row in _value_rows(record)]
    return pa.Table.from_pylist(rows, schema=MEASUREMENTS_SCHEMA)


def _keys(record: FilmRecord, result: Row) -> Row:
    made = result["provenance"]["landmarks"]
    return {
        "film": result["film"],
        "sha256": result["sha256"],
        "sop_uid": result["sop_uid"],
        "result_key": record.result_key,
        "model": made and made["method"],
        "version": result["spondyl_version"],
    }


def _film_row(record: FilmRecord) -> Row:
    result = json.loads(record.line)
    confidences = [vertebra["confidence"] for vertebra in result["landmarks"]]
    return _keys(record, result) | {
        "status": result["status"],
        "reason": result["refusal"] and result["refusal"]["code"],
        "message": result["reason"],
        "view": result["view"],
        "spacing_source": result["spacing_source"],
        "vertebrae": len(confidences),
        "lowest_confidence": min(confidences, default=None),
        "red_lines": result["red_lines"],
        "notes": result["notes"],
    }


def _value_rows(record: FilmRecord) -> Iterator[Row]:
    result = json.loads(record.line)
    keys = _keys(record, result)
    if result["status"] == "refused":
        yield keys | {"status": "refused", "reason": result["refusal"]["code"]}
    for measurement in result["measurements"]:
        yield keys | _value_row(measurement)
    for missing in result["unmeasured"]:
        yield keys | {"status": "not_measured", "reason": missing["reason"], "kind": missing["kind"]}


def _value_row(measurement: Row) -> Row:
    unit = next(unit for unit in Unit if unit.json_key in measurement)
    low, high = measurement["interval_90"]
    return {
        "status": "measured",
        "kind": measurement["kind"],
        "levels": measurement["levels"],
        "value": measurement[unit.json_key],
        "unit": unit.value,
        "interval_90_low": low,
        "interval_90_high": high,
        "sd": measurement["sd"],
        "flags": measurement["flags"],
    }
