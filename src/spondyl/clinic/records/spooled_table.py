"""A table of an export as CSV and Parquet side by side, written in batches: a clinic has many rows."""

from typing import Any

import pyarrow.parquet as pq

from spondyl.clinic.records.export_tables import Row, csv_bytes, csv_rows, table_of
from spondyl.clinic.records.spool import Spools

BATCH = 5000


class SpooledTable:
    """``NAME.csv`` and ``NAME.parquet`` of one schema; a context manager that ends both."""

    def __init__(self, spools: Spools, name: str, schema: Any) -> None:
        self._schema, self._rows = schema, list[Row]()
        self._csv = spools.of(f"{name}.csv")
        self._csv.write(csv_bytes([], schema.names))
        self._parquet = pq.ParquetWriter(spools.of(f"{name}.parquet"), schema)

    def add(self, row: Row) -> None:
        """One more row."""
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._write()

    def __enter__(self) -> "SpooledTable":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left and the end of the Parquet file."""
        self._write()
        self._parquet.close()

    def _write(self) -> None:
        self._csv.write(csv_rows(self._rows, self._schema.names))
        self._parquet.write_table(table_of(self._rows, self._schema))
        self._rows.clear()
