"""Open the database: an encrypted file by default, PostgreSQL by its address."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.pool import QueuePool

from spondyl.clinic.chart.encrypted_file import DatabaseUnusableError, EncryptedFile
from spondyl.clinic.chart.handed_in import Desk
from spondyl.clinic.chart.keys import derive
from spondyl.clinic.chart.pool_ping import ping_after_a_pause
from spondyl.clinic.chart.practice_memory import PracticeMemory
from spondyl.clinic.chart.shared_sync import SharedSync
from spondyl.clinic.chart.turn import WritersTurn
from spondyl.clinic.chart.writers_place import place_of

EMBEDDED_PREFIX = "sqlite+sqlcipher:///"
POSTGRES_PREFIX = "postgresql+psycopg://"
_DIALECT = "postgresql.psycopg_quick"
registry.register(_DIALECT, "spondyl.clinic.chart.postgres_dialect", "PostgresDialect")


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def embedded_url(path: Path) -> str:
    """The address of an embedded, encrypted database file."""
    return EMBEDDED_PREFIX + str(path.absolute())


def open_engine(
    url: str, *, key: bytes, clock: Callable[[], datetime] = utc_now, survives_power_loss: bool = True
) -> sa.Engine:
    """An engine for ``url``; ``key`` is the clinic's secret, ``clock`` gives the time written in every row.

    The engine carries what the chart's functions need (audit seal, clock, writers' queue) in its execution options,
    so that ``record(connection, …)`` needs nothing but the connection. ``survives_power_loss`` waits for the
    disk at every commit of the embedded file; without it a power cut, not a killed process, may lose the last commits.
    """
    turn: WritersTurn | None = None
    desk: Desk | None = None
    sync: SharedSync | None = None
    if url.startswith(EMBEDDED_PREFIX):
        path = Path(url.removeprefix(EMBEDDED_PREFIX))
        engine = _embedded(path, derive(key, "database"))
        turn = WritersTurn(path)
        desk = Desk(path, derive(key, "bookings in line"))
        sync = SharedSync(path) if survives_power_loss else None
    elif url.startswith(POSTGRES_PREFIX):
        engine = _postgres(url)
    else:
        kind = url.split(":", 1)[0]
        raise DatabaseUnusableError(
            f"The database address begins with {kind!r}; it must begin with {EMBEDDED_PREFIX} or {POSTGRES_PREFIX}."
        )
    return engine.execution_options(
        spondyl_clock=clock,
        spondyl_seal=derive(key, "audit seal"),
        spondyl_writer=turn,
        spondyl_desk=desk,
        spondyl_sync=sync,
        spondyl_practice=PracticeMemory(),
    )


def is_embedded(bind: sa.Engine | sa.Connection) -> bool:
    """True for the encrypted file, false for PostgreSQL."""
    return bind.dialect.name == "sqlite"


def driver_in_transaction(connection: sa.Connection) -> Any:
    """The driver's own connection, in the transaction that ``connection`` has begun or begins here."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.dbapi_connection


def now_of(connection: sa.Connection) -> datetime:
    """The time by the engine's clock, in UTC."""
    return connection.get_execution_options()["spondyl_clock"]()


def _quick(url: str) -> sa.URL:
    return sa.make_url(url).set(drivername=_DIALECT.replace(".", "+"))


def _postgres(url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(_quick(url), pool_size=20, max_overflow=20, hide_parameters=True)
    except ImportError as error:
        raise DatabaseUnusableError(
            f"A PostgreSQL database needs the driver psycopg ({error}): pip install 'psycopg[binary]'."
        ) from error
    ping_after_a_pause(engine)
    return engine


def _embedded(path: Path, key: bytes) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = EncryptedFile(path, key)
    engine = sa.create_engine(
        "sqlite://",
        module=file.driver,
        creator=file.connect,
        poolclass=QueuePool,
        pool_size=40,
        pool_use_lifo=True,  # who comes next finds pages that are decrypted already
        max_overflow=40,
        hide_parameters=True,  # an error's words go into the server's log, where no patient is to be named
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    # Straight to the driver: whoever stands in line waits meanwhile.
    driver: Any = connection.connection.dbapi_connection
    place = place_of(connection)
    if place is None:
        driver.execute("BEGIN")
        return
    place.stand()
    driver.execute("BEGIN IMMEDIATE")
