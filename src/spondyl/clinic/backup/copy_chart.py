"""Copy every row of one chart into another, empty one, whichever databases they are."""

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.keys import derive
from spondyl.clinic.chart.migrations import present_revision
from spondyl.clinic.chart.tables import metadata
from spondyl.clinic.chart.transaction import writing

BATCH = 1000


class ChartsDifferError(ValueError):
    """The two charts have not the same form; migrate first."""


def copy_chart(source: sa.Engine, target: sa.Engine) -> int:
    """Copy all rows in one transaction on each side; returns how many. ``target`` is empty and migrated."""
    with _one_state(source) as reader, writing(target) as writer:
        if present_revision(reader) != present_revision(writer):
            raise ChartsDifferError(
                f"The chart is at revision {present_revision(reader)}, the other at {present_revision(writer)}. "
                "Run 'spondyl serve --prepare' with this version first."
            )
        return sum(_copy_table(reader, writer, table) for table in metadata.sorted_tables)


def copy_as_it_is(source: sa.Engine, path: Path, *, key: bytes) -> None:
    """Copy an embedded chart of any revision, tables and rows alike, into a new file with the clinic's ``key``."""
    with closing(source.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        driver.execute(
            "ATTACH DATABASE ? AS copied KEY ?", (str(path), f"x'{derive(key, 'database').hex()}'")
        )
        try:
            driver.execute("BEGIN")  # one state of all tables
            driver.execute("SELECT sqlcipher_export('copied')").fetchall()
            driver.execute("COMMIT")
        except BaseException:
            pooled.invalidate()
            raise
        driver.execute("DETACH DATABASE copied")


def _one_state(engine: sa.Engine) -> sa.Connection:
    # SQLite's reader sees one state anyway; PostgreSQL needs the level said.
    if is_embedded(engine):
        return engine.connect()
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def _copy_table(reader: sa.Connection, writer: sa.Connection, table: sa.Table) -> int:
    copied = 0
    rows = reader.execution_options(yield_per=BATCH).execute(sa.select(table))
    for batch in rows.mappings().partitions(BATCH):
        writer.execute(table.insert(), [dict(row) for row in batch])
        copied += len(batch)
    return copied
