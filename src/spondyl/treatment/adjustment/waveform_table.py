"""One waveform as a Parquet table, in memory: docs/reference/session-record.md."""

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
    table = pa.table([time_us, waveform.force_n, waveform.acceleration_m_s2], schema=SCHEMA)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False)
    return sink.getvalue().to_pybytes()


def load_parquet() -> None:
    """Write an empty table, so that what pyarrow loads with its first one is loaded before a tip is on anybody.

    It loads for 0.3 s of processor time; on a busy machine the link was silent for longer than its watchdog allows.
    """
    pq.write_table(SCHEMA.empty_table(), pa.BufferOutputStream(), compression="zstd")
    pa.table([np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)], schema=SCHEMA)


def waveform_columns(parquet: bytes) -> tuple[np.ndarray, np.ndarray]:
    """(n,) force in N and (n,) acceleration in m/s² out of such a file."""
    table = pq.read_table(pa.BufferReader(parquet), schema=SCHEMA)
    return table["force_n"].to_numpy(), table["acceleration_m_s2"].to_numpy()
