"""One waveform as a Parquet table, in memory: docs/reference/session-record.md.

Numbers go in and out as buffers: pyarrow's own ways to and from numpy load pandas where it is installed, which takes as
long as all else that a session loads.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spondyl.instrument import Waveform

SCHEMA = pa.schema(
    [
        pa.field("time_us", pa.int64(), nullable=False, metadata={"meaning": "from the start of the pulse"}),
        pa.field(
            "force_n",
            pa.float64(),
            nullable=False,
            metadata={"meaning": "total force at the tip, preload included, N"},
        ),
        pa.field(
            "acceleration_m_s2",
            pa.float64(),
            nullable=False,
            metadata={"meaning": "acceleration of the tip towards the patient, m/s²"},
        ),
    ]
)


def waveform_parquet(waveform: Waveform) -> bytes:
    """The bytes of a Parquet file with the columns of :data:`SCHEMA`."""
    points = len(waveform.force_n)
    time_us = np.arange(points, dtype=np.int64) * waveform.interval_us
    table = _table(time_us, waveform.force_n, waveform.acceleration_m_s2)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False)
    return sink.getvalue().to_pybytes()


def load_parquet() -> None:
    """Write an empty table, so that what pyarrow loads with its first one is loaded before a tip is on anybody.

    It loads for 0.3 s of processor time; on a busy machine the link was silent for longer than its watchdog allows.
    """
    empty = _table(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    pq.write_table(empty, pa.BufferOutputStream(), compression="zstd")


def waveform_columns(parquet: bytes) -> tuple[np.ndarray, np.ndarray]:
    """(n,) force in N and (n,) acceleration in m/s² out of such a file; raises ``ValueError`` or ``KeyError``."""
    with pq.ParquetFile(pa.BufferReader(parquet)) as file:
        table = file.read().select(SCHEMA.names).cast(SCHEMA)
    return _numbers(table["force_n"]), _numbers(table["acceleration_m_s2"])


def _table(*columns: np.ndarray) -> Any:  # a pyarrow Table: the package has no types
    buffers = [pa.py_buffer(np.ascontiguousarray(one)) for one in columns]
    arrays = [
        pa.Array.from_buffers(field.type, len(column), [None, buffer])
        for field, column, buffer in zip(SCHEMA, columns, buffers, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _numbers(column: Any) -> np.ndarray:
    array = column.combine_chunks()
    if array.null_count:
        raise ValueError(f"{array.null_count} numbers are missing")
    if not len(array):
        return np.zeros(0)
    return np.frombuffer(array.buffers()[1], dtype=np.float64, count=len(array), offset=8 * array.offset)
