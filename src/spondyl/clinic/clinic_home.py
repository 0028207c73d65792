"""The clinic's data folder: key file, embedded database, films, backups; and the services built from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.audit import holds_log, is_own_key
from spondyl.clinic.chart.engine import DatabaseUnusableError, embedded_url, is_embedded, open_engine, utc_now
from spondyl.clinic.chart.keys import KeyFileUnusableError, make_key_file, read_key_file
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_settings import ClinicSettings, read_settings

_RESTS = ("chart.db-wal", "films", "adjustments", "letters", "audit-anchor.jsonl")
"""What only a clinic that has been here leaves in the data folder; settings and films to be taken in may come first."""


RESTORED = "restored.txt"
"""A file that a restore leaves in the data folder: while it lies there, the clinic acts as a copy of another."""


class ChartMissingError(DatabaseUnusableError):
    """Of a clinic everything is there but its database: a new, empty one would take the place of the old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicHome:
    """Where the clinic's things lie. ``key_file`` may lie on another disk; ``database`` None: the embedded file."""

    data_dir: Path
    key_file: Path
    database: str | None = None

    @property
    def embedded_file(self) -> Path:
        """The encrypted database file."""
        return self.data_dir / "chart.db"

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database or embedded_url(self.embedded_file)

    @property
    def settings_file(self) -> Path:
        """What a person decided about this clinic."""
        return self.data_dir / "settings.toml"

    @property
    def is_restored(self) -> bool:
        """True for what may be a copy of a clinic that goes on: a person has not yet said that this is the clinic."""
        return (self.data_dir / RESTORED).is_file()

    def anchor_file(self, settings: ClinicSettings) -> Path:
        """Where the audit checkpoints are written: not in the database; by a setting on another machine's disk.

        A setting that is no whole path begins in the data folder, wherever a command is called from.
        """
        return self.data_dir / (settings.anchor_file or "audit-anchor.jsonl")


def home_at(data_dir: Path, *, key_file: Path | None = None, database: str | None = None) -> ClinicHome:
    """The home in a folder; the key lies in it unless another place is named."""
    return ClinicHome(data_dir=data_dir, key_file=key_file or data_dir / "clinic.key", database=database)


def settings_of(home: ClinicHome) -> ClinicSettings:
    """What a person decided about a clinic. A restored one reaches nobody, whatever they decided: patients, X-ray units
    and checkpoints may be those of one that goes on."""
    settings = read_settings(home.settings_file)
    if not home.is_restored:
        return settings
    inside = home.anchor_file(settings).resolve().is_relative_to(home.data_dir.resolve())
    return replace(
        settings,
        restored=True,
        anchor_file=settings.anchor_file if inside else "",
        dicom=replace(settings.dicom, peers=(), reports_to=""),
    )


def secret_of(home: ClinicHome) -> bytes:
    """The clinic's secret; makes the key file for a clinic whose database is new.

    Raises ``KeyFileUnusableError`` where a clinic lacks its key: a new one would break its audit log for good; and
    ``ChartMissingError``.
    """
    _refuse_rests(home)
    if home.key_file.exists() or home.embedded_file.exists() or _holds_clinic(home):
        return read_key_file(home.key_file)
    home.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return make_key_file(home.key_file)


def open_chart(
    home: ClinicHome,
    *,
    secret: bytes,
    clock: Callable[[], datetime] = utc_now,
    survives_power_loss: bool = True,
) -> sa.Engine:
    """The engine, with the database brought to its newest form; raises ``KeyFileUnusableError`` for another's key, and
    ``ChartMissingError``."""
    _refuse_rests(home)
    engine = open_engine(home.url, key=secret, clock=clock, survives_power_loss=survives_power_loss)
    try:
        with reading(engine) as connection:
            refuse_other_key(connection, home)
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def refuse_other_key(connection: sa.Connection, home: ClinicHome) -> None:
    """Raise ``KeyFileUnusableError`` when another key sealed the audit log of this database.

    The embedded file opens with its own key only.
    """
    if is_embedded(connection) or is_own_key(connection):
        return
    raise KeyFileUnusableError(
        f"The key in {home.key_file} is not the one that this database's audit log was written with. Nothing was "
        "changed. Name the clinic's own folder with --data or its key file with --key, and look at --database."
    )


def _refuse_rests(home: ClinicHome) -> None:
    """Without its file SQLite throws away the log beside it (chart.db-wal), with all that was written last."""
    if home.database is not None or (home.embedded_file.is_file() and home.embedded_file.stat().st_size):
        return
    rests = [name for name in _RESTS if _holds_something(home.data_dir / name)]
    if rests:
        raise ChartMissingError(
            f"{home.embedded_file} is missing, but {', '.join(rests)} of a clinic {'is' if len(rests) == 1 else 'are'} "
            "there: a new, empty clinic would take the place of the old one. Nothing was changed. Put chart.db back as "
            "it was, restore the newest backup into another folder, or name the folder that was meant with --data. "
            "Where the chart lies in PostgreSQL, name it with --database."
        )


def _holds_something(path: Path) -> bool:
    if path.is_dir():
        return any(one.name != "lost+found" for one in path.iterdir())
    return path.is_file() and path.stat().st_size > 0


def _holds_clinic(home: ClinicHome) -> bool:
    if home.database is None:
        return False
    engine = open_engine(home.database, key=b"")  # only looked at: nothing is sealed
    try:
        with reading(engine) as connection:
            return holds_log(connection)
    finally:
        engine.dispose()
